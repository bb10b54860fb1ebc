package state

import (
	"fmt"

	"slipher/catalog/sqlerr"
)

//go:generate go run github.com/tinylib/msgp -file op_drop_function.go -o op_drop_function_gen.go -io=false -tests=false

// DropFunction drops a function. Views that call it go with it if Cascade. Functions that do stay, as in Redshift: they
// fail until there is one in its place.
type DropFunction struct {
	ID      FunctionID `msg:"id"`
	Cascade bool       `msg:"cascade,omitempty"`
}

var _ = register("rmfunc", facts[*DropFunction]{
	changes: (*DropFunction).changes,
	text:    func(o *DropFunction) string { return fmt.Sprint(o.ID) },
})

func (o *DropFunction) apply(c *Catalog, _ *Command) (OpResult, *sqlerr.Error) {
	f := c.FunctionByID(o.ID)
	if f == nil {
		return OpResult{}, errNoFunctionID(o.ID)
	}
	views := c.Callers([]*Function{f})
	if len(views) > 0 && !o.Cascade {
		return OpResult{}, errDependents("function "+f.Signature(), views)
	}
	for _, v := range views {
		c.removeTable(v)
	}
	c.removeFunction(f)
	return OpResult{}, nil
}

func (o *DropFunction) changes(c *Catalog) []*Table {
	if f := c.FunctionByID(o.ID); f != nil {
		return c.Callers([]*Function{f})
	}
	return nil
}
