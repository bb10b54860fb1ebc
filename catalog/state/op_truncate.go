package state

import (
	"fmt"

	"slipher/catalog/sqlerr"
)

//go:generate go run github.com/tinylib/msgp -file op_truncate.go -o op_truncate_gen.go -io=false -tests=false

// Truncate empties a table, of whatever is in it when the command is applied.
type Truncate struct {
	Table TableID `msg:"table"`
	Def   uint64  `msg:"def,omitempty"`
}

var _ = register("trunc", facts[*Truncate]{
	table: func(o *Truncate) TableID { return o.Table },
	use:   Defines,
	text:  func(o *Truncate) string { return fmt.Sprint(o.Table) },
})

func (o *Truncate) apply(c *Catalog, cmd *Command) (OpResult, *sqlerr.Error) {
	t, err := c.written(o.Table, o.Def)
	if err != nil {
		return OpResult{}, err
	}
	changed := *t
	v := &changed.Version
	c.discardObjects(v)
	v.Objects, v.Rows = Objects{}, 0
	v.logical(cmd)
	c.tables = c.tables.set(t.ID, &changed)
	return OpResult{ID: int64(v.Number)}, nil
}
