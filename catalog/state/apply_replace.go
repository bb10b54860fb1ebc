package state

import "slipher/catalog/sqlerr"

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

func (o *Replace) apply(c *Catalog, _ *Command) (OpResult, *sqlerr.Error) {
	t, err := c.written(o.Table, o.Def)
	if err != nil {
		return OpResult{}, err
	}
	changed := *t
	v := &changed.Version
	v.Number++
	had := t.Version.Rows
	// Rows never leave their slice: what it lost it gets back.
	balance := map[SliceID]int64{}
	for _, old := range o.Old {
		r := v.Objects.Find(old.Name)
		if r == nil || r.Dead != old.Dead {
			return OpResult{}, errMoved(t, old.Name)
		}
		c.drop(v, r)
		v.Rows -= r.Live()
		balance[r.Slice] -= r.Live()
	}
	for i := range o.New {
		r := &o.New[i]
		if t.Version.Objects.Find(r.Name) != nil {
			return OpResult{}, sqlerr.New(sqlerr.InternalError,
				"object \"%s\" cannot replace objects of table \"%s\": the name is taken", r.Name, t.Name)
		}
		if err := c.add(&changed, r); err != nil {
			return OpResult{}, err
		}
		balance[r.Slice] += r.Live()
	}
	for i := range o.New {
		// Not one by one as in the loop above: a row may be anywhere in the new objects.
		if balance[o.New[i].Slice] != 0 {
			return OpResult{}, errUnbalanced(t, o.New[i].Slice)
		}
	}
	if v.Rows != had {
		return OpResult{}, errUnbalanced(t, 0)
	}
	c.tables = c.tables.set(t.ID, &changed)
	return OpResult{ID: int64(v.Number)}, nil
}

// errUnbalanced refuses a merge that would lose rows or make some up.
func errUnbalanced(t *Table, slice SliceID) *sqlerr.Error {
	return sqlerr.New(sqlerr.InternalError,
		"merged objects of table \"%s\" have not the rows of the ones they replace (slice %d)", t.Name, slice)
}

// errMoved refuses a merge of objects that have changed since they were read.
func errMoved(t *Table, object string) *sqlerr.Error {
	return sqlerr.New(sqlerr.SerializationFailure,
		"object \"%s\" of table \"%s\" has changed since it was read for a merge", object, t.Name)
}
