package state

import (
	"fmt"
	"slices"

	"slipher/catalog/sqlerr"
)

// ReplaceView gives a view another query: that of View.ID, if its definition is still View.Def. It keeps its id, owner
// and comments, and its columns: the new one may have more behind them. What is late has no columns to keep.
type ReplaceView struct{ ViewBody }

var _ = register("chview", facts[*ReplaceView]{
	table: func(o *ReplaceView) TableID { return o.View.ID },
	use:   Defines,
	text:  func(o *ReplaceView) string { return fmt.Sprint(o.View.ID) },
})

func (o *ReplaceView) apply(c *Catalog, _ *Command) (OpResult, *sqlerr.Error) {
	old := c.TableByID(o.View.ID)
	switch {
	case old == nil:
		return OpResult{}, errNoTableID(o.View.ID)
	case !old.IsView():
		return OpResult{}, ErrNoView(old.Name)
	case o.View.Def != old.Def:
		return OpResult{}, errRedefined(old)
	}
	t := *old
	t.Columns, t.View = o.View.Columns, o.View.View
	if err := c.stands(&t); err != nil {
		return OpResult{}, err
	}
	if t.View.Uses != nil && (t.uses(t.ID) || slices.ContainsFunc(c.Dependents(old), func(d *Table) bool {
		return t.uses(d.ID)
	})) {
		return OpResult{}, ErrViewCycle(t.Name)
	}
	if err := old.Replaceable(t.View, t.Columns); err != nil {
		return OpResult{}, err
	}
	t.number()
	t.Def++
	c.tables = c.tables.set(t.ID, &t)
	return OpResult{ID: int64(t.ID)}, nil
}

// Replaceable says why a view must not become another one, in PostgreSQL's words; nil: it may.
func (t *Table) Replaceable(v *View, columns []Column) *sqlerr.Error {
	if t.View.Late || v.Late {
		return nil
	}
	if len(columns) < len(t.Columns) {
		return sqlerr.New(sqlerr.InvalidTableDefinition, "cannot drop columns from view")
	}
	for i, old := range t.Columns {
		switch is := columns[i]; {
		case is.Name != old.Name:
			return sqlerr.New(sqlerr.InvalidTableDefinition, "cannot change name of view column \"%s\" to \"%s\"", old.Name,
				is.Name)
		case is.Type != old.Type:
			return sqlerr.New(sqlerr.InvalidTableDefinition, "cannot change data type of view column \"%s\" from %s to %s",
				old.Name, old.Type, is.Type)
		}
	}
	return nil
}

// ErrNoView says that a relation is no view.
func ErrNoView(name string) *sqlerr.Error {
	return sqlerr.New(sqlerr.WrongObjectType, "\"%s\" is not a view", name)
}

// ErrViewCycle says that a view would stand for itself.
func ErrViewCycle(name string) *sqlerr.Error {
	return sqlerr.New(sqlerr.InvalidObjectDefinition, "infinite recursion detected in rules for relation \"%s\"", name)
}
