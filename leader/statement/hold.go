package statement

import (
	"context"

	"slipher/catalog/sqlerr"
	"slipher/catalog/state"
	"slipher/compiler/parse"
	"slipher/leader/names"
)

// hold waits for those who have locked what a statement is about to change, and keeps it from being
// locked until the transaction ends. Done before the statement looks at anything, so that
// one that had to wait sees what it waited for.
func (r *Row) hold(ctx context.Context, c *Call) error {
	x := c.Session.Txn()
	if r.Changes == nil || x.ReadOnly() {
		return nil // in a READ ONLY transaction: temporary tables only, or it is refused
	}
	for moved := true; moved; {
		moved = false
		for _, t := range r.Changes(c.names(x.View()), c.Body) {
			if t.Schema == c.Session.TempSchema() {
				continue
			}
			var err error
			if moved, err = x.Hold(ctx, t.ID); err != nil {
				return err
			}
			if moved { // names may mean other tables now
				break
			}
		}
	}
	return nil
}

// changes is Row.Changes of a statement that names its tables.
func changes[B parse.Body](named func(b B) []parse.QName) func(names.View, parse.Body) []*state.Table {
	return func(v names.View, b parse.Body) []*state.Table { return found(v, named(b.(B))) }
}

// found are the tables among those named that there are.
func found(v names.View, qs []parse.QName) []*state.Table {
	var out []*state.Table
	for _, q := range qs {
		if t, err := v.Find(q.Database, q.Schema, q.Name); err == nil && t != nil {
			out = append(out, t)
		}
	}
	return out
}

// referring adds the tables with foreign keys, and views, to what CASCADE drops.
func referring(v names.View, tables []*state.Table, cascade bool) []*state.Table {
	if !cascade {
		return tables
	}
	out := tables
	for _, t := range tables {
		out = append(out, v.Cat.References(t)...)
	}
	return append(out, v.Cat.Dependents(tables...)...)
}

// optional is a list of the table that a statement names, or of none.
func optional(q *parse.QName) []parse.QName {
	if q == nil {
		return nil
	}
	return []parse.QName{*q}
}

// placed points an error about a table to where it is named.
func (c *Call) placed(q parse.QName, err error) error {
	return sqlerr.From(err).At(c.Position(q.At()))
}
