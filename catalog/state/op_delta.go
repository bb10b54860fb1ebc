package state

import (
	"fmt"

	"slipher/catalog/sqlerr"
)

//go:generate go run github.com/tinylib/msgp -file op_delta.go -o op_delta_gen.go -io=false -tests=false
//msgp:limit arrays:1048576 maps:1048576

// Delta is one transaction's change of one table's content. Adds commute.
// Deletes are refused (40001) if an object is gone or one of the rows is
// deleted already: two transactions conflict only on rows that both delete.
type Delta struct {
	Table TableID `msg:"table"`
	// Def is the definition the rows were written for (Table.Def); 0: any.
	Def     uint64        `msg:"def,omitempty"`
	Adds    objectRefList `msg:"adds"`
	Deletes []RowSet      `msg:"dels,omitempty"`
}

var _ = register("delta", facts[*Delta]{
	table:  func(o *Delta) TableID { return o.Table },
	use:    Writes,
	inline: (*Delta).inline,
	text:   (*Delta).text,
})

func (o *Delta) apply(c *Catalog, cmd *Command) (OpResult, *sqlerr.Error) {
	t, err := c.written(o.Table, o.Def)
	if err != nil {
		return OpResult{}, err
	}
	if len(o.Adds) == 0 && len(o.Deletes) == 0 {
		return OpResult{ID: int64(t.Version.Number)}, nil
	}
	changed := *t
	v := &changed.Version
	v.logical(cmd)
	for i := range o.Adds {
		if err := c.add(&changed, &o.Adds[i]); err != nil {
			return OpResult{}, err
		}
	}
	for i := range o.Deletes {
		if err := c.remove(&changed, &o.Deletes[i], t.Version.LastTxn); err != nil {
			return OpResult{}, err
		}
	}
	c.tables = c.tables.set(t.ID, &changed)
	return OpResult{ID: int64(v.Number)}, nil
}

func (o *Delta) inline() int64 {
	n := int64(0)
	for i := range o.Adds {
		n += int64(len(o.Adds[i].Data))
	}
	return n
}

func (o *Delta) text() string {
	out := fmt.Sprint(o.Table)
	for _, a := range o.Adds {
		out += " +" + a.Name
	}
	for _, d := range o.Deletes {
		out += " -" + d.Object
	}
	return out
}
