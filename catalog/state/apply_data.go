package state

import (
	"slipher/catalog/sqlerr"
)

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

func (o *ReserveIdentity) apply(c *Catalog, _ *Command) (OpResult, *sqlerr.Error) {
	t := c.TableByID(o.Table)
	if t == nil {
		return OpResult{}, errNoTableID(o.Table)
	}
	if o.Column < 0 || o.Column >= len(t.Columns) || t.Columns[o.Column].Identity == nil {
		return OpResult{}, sqlerr.New(sqlerr.InternalError,
			"column %d of table \"%s\" is no identity column", o.Column, t.Name)
	}
	key := identityOf(t.ID, o.Column)
	first, _ := c.identity.get(key)
	if o.Count < 1 || first > 1<<62-o.Count {
		return OpResult{}, sqlerr.New(sqlerr.NumericOutOfRange, "out of identity values")
	}
	c.identity = c.identity.set(key, first+o.Count)
	return OpResult{ID: first}, nil
}
