package state

import (
	"slipher/catalog/sqlerr"
)

func (o *Delta) apply(c *Catalog, _ *Command) (OpResult, *sqlerr.Error) {
	t := c.TableByID(o.Table)
	if t == nil {
		return OpResult{}, errNoTableID(o.Table)
	}
	if o.Def != 0 && o.Def != t.Def {
		return OpResult{}, errRedefined(t)
	}
	changed := *t
	v := &changed.Version
	v.Number++
	v.Content++
	for i := range o.Adds {
		ref := &o.Adds[i]
		v.Objects = v.Objects.With(ref)
		if int(ref.Slice) >= c.SliceCount() || ref.Rows < 0 || ref.Name == "" {
			return OpResult{}, sqlerr.New(sqlerr.InternalError,
				"object \"%s\" of slice %d cannot be added to table \"%s\"", ref.Name, ref.Slice, t.Name)
		}
		v.Rows += ref.Rows
	}
	c.tables = c.tables.set(t.ID, &changed)
	return OpResult{ID: int64(v.Number)}, nil
}

func (o *SetStats) apply(c *Catalog, _ *Command) (OpResult, *sqlerr.Error) {
	t := c.TableByID(o.Table)
	if t == nil {
		return OpResult{}, errNoTableID(o.Table)
	}
	changed := *t
	changed.Version.Stats = o.Object
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
