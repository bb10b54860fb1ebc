package state

import (
	"fmt"

	"slipher/catalog/sqlerr"
)

//go:generate go run github.com/tinylib/msgp -file op_set_stats.go -o op_set_stats_gen.go -io=false -tests=false

// SetStats names ANALYZE's result.
type SetStats struct {
	Table  TableID `msg:"table"`
	Object string  `msg:"obj"`
}

var _ = register("stats", facts[*SetStats]{
	table: func(o *SetStats) TableID { return o.Table },
	text:  func(o *SetStats) string { return fmt.Sprintf("%d %s", o.Table, o.Object) },
})

func (o *SetStats) apply(c *Catalog, _ *Command) (OpResult, *sqlerr.Error) {
	t := c.TableByID(o.Table)
	if t == nil {
		return OpResult{}, errNoTableID(o.Table)
	}
	changed := *t
	v := &changed.Version
	if v.Stats != o.Object {
		c.discard(v.Stats)
	}
	v.Stats = o.Object
	v.Number++
	c.tables = c.tables.set(t.ID, &changed)
	return OpResult{}, nil
}
