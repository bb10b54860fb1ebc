package state

import (
	"fmt"

	"slipher/catalog/sqlerr"
)

// ReplaceFunction gives the function of Function.ID another definition, if it is still that of Function.Def: another
// body, name or owner. It keeps its id and its arguments' types.
type ReplaceFunction struct{ FunctionBody }

var _ = register("chfunc", facts[*ReplaceFunction]{
	text: func(o *ReplaceFunction) string { return fmt.Sprint(o.Function.ID) },
})

func (o *ReplaceFunction) apply(c *Catalog, _ *Command) (OpResult, *sqlerr.Error) {
	f := o.Function
	old := c.FunctionByID(f.ID)
	switch {
	case old == nil:
		return OpResult{}, errNoFunctionID(f.ID)
	case old.Def != f.Def:
		return OpResult{}, sqlerr.New(sqlerr.SerializationFailure,
			"the definition of function %s was changed by another transaction", old.Signature()).
			WithHint("Run the transaction again.")
	case functionPath(f.Database, f.Schema, "", f.Types()) != functionPath(old.Database, old.Schema, "", old.Types()):
		return OpResult{}, sqlerr.New(sqlerr.InternalError, "function %s does not stay in its place", old.Signature())
	}
	if err := old.Replaceable(&f); err != nil {
		return OpResult{}, err
	}
	if err := c.functionStands(&f); err != nil {
		return OpResult{}, err
	}
	if err := c.callsStand(f.Calls, old.Calls); err != nil {
		return OpResult{}, err
	}
	if c.recursive(f.Calls, f.ID) {
		return OpResult{}, ErrRecursive(f.Signature())
	}
	f.Def++
	c.removeFunction(old)
	c.setFunction(&f)
	return OpResult{ID: int64(f.ID)}, nil
}
