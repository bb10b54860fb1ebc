package state

import (
	"fmt"

	"slipher/catalog/sqlerr"
	"slipher/catalog/types"
)

//go:generate go run github.com/tinylib/msgp -file op_reserve_identity.go -o op_reserve_identity_gen.go -io=false -tests=false

// ReserveIdentity reserves Count ordinals of an identity column. Ordinal n's
// value is seed + n * step.
type ReserveIdentity struct {
	Table  TableID   `msg:"table"`
	Column KeyColumn `msg:"col"`
	Count  int64     `msg:"n"`
}

var _ = register("ident", facts[*ReserveIdentity]{
	table: func(o *ReserveIdentity) TableID { return o.Table },
	text:  func(o *ReserveIdentity) string { return fmt.Sprintf("%d %d", o.Table, o.Count) },
})

func (o *ReserveIdentity) apply(c *Catalog, _ *Command) (OpResult, *sqlerr.Error) {
	t := c.TableByID(o.Table)
	if t == nil {
		return OpResult{}, errNoTableID(o.Table)
	}
	if i := t.Place(types.ColumnID(o.Column)); i < 0 || t.Columns[i].Identity == nil {
		return OpResult{}, sqlerr.New(sqlerr.InternalError,
			"column %d of table \"%s\" is no identity column", o.Column, t.Name)
	}
	key := identityOf(t.ID, types.ColumnID(o.Column))
	first, _ := c.identity.get(key)
	if o.Count < 1 || first > 1<<62-o.Count {
		return OpResult{}, sqlerr.New(sqlerr.NumericOutOfRange, "out of identity values")
	}
	c.identity = c.identity.set(key, first+o.Count)
	return OpResult{ID: first}, nil
}
