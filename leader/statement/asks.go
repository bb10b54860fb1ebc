package statement

import (
	"fmt"
	"slices"

	"slipher/catalog/sqlerr"
	"slipher/catalog/state"
	"slipher/compiler/parse"
	"slipher/leader/names"
	"slipher/leader/pgwire"
)

// Asks is Row.Asks: what a statement asks of its user's privileges. What is not there asks for nothing: the
// statement itself complains about it.
type Asks func(v names.View, b parse.Body) []names.Request

// nothing: everybody may.
func nothing(names.View, parse.Body) []names.Request { return nil }

// onlyReads: SELECT on the tables of its query, which the binder finds: it asks for them by names.View.Table.
func onlyReads(names.View, parse.Body) []names.Request { return nil }

// onTables asks for a privilege on each table that a statement names, besides SELECT on those of its query.
func onTables[B parse.Body](named func(b B) []parse.QName, p names.Privilege) Asks {
	return func(v names.View, b parse.Body) []names.Request { return on(v, named(b.(B)), p) }
}

// on asks for a privilege on tables.
func on(v names.View, tables []parse.QName, p names.Privilege) []names.Request {
	var out []names.Request
	for _, t := range found(v, tables) {
		out = append(out, names.Request{Privilege: p, On: names.Relation(t)})
	}
	return out
}

// onDatabase asks for a privilege on a database.
func onDatabase(v names.View, p names.Privilege, name string) []names.Request {
	if d := v.Cat.Database(name); d != nil {
		return []names.Request{{Privilege: p, On: names.Database(d)}}
	}
	return nil
}

// onSchema asks for a privilege on a schema of the session's database.
func onSchema(v names.View, p names.Privilege, name string) []names.Request {
	if s := v.Cat.Schema(v.Ses.CurrentDatabase(), name); s != nil {
		return []names.Request{{Privilege: p, On: names.Schema(s)}}
	}
	return nil
}

// makesTable asks to create a table where it will be, to read those that it is LIKE, and to refer to others.
func makesTable(v names.View, t *parse.CreateTable) []names.Request {
	var like, refs []parse.QName
	for _, l := range t.Like {
		like = append(like, l.Table)
	}
	for _, d := range t.Columns {
		if d.References != nil {
			refs = append(refs, d.References.Table)
		}
	}
	for _, k := range t.Constraints {
		if k.Ref != nil {
			refs = append(refs, k.Ref.Table)
		}
	}
	out := append(on(v, like, names.Select), on(v, refs, names.References)...)
	return append(out, creates(v, t.Table, t.Temp)...)
}

// creates asks to create a table or view of a name where it will be.
func creates(v names.View, q parse.QName, temp bool) []names.Request {
	switch {
	case temp:
		return onDatabase(v, names.Temporary, v.Ses.CurrentDatabase())
	case q.Schema != "":
		return onSchema(v, names.Create, q.Schema)
	}
	for _, s := range v.Ses.SearchPath() {
		if r := onSchema(v, names.Create, s); r != nil && !state.IsSystemSchema(s) {
			return r
		}
	}
	return nil
}

// owned are those of all tables that the user may treat as their owner does. The others are passed over with a warning,
// as PostgreSQL does where a statement names no table.
func (c *Call) owned(tables []*state.Table, verb string) []*state.Table {
	v := c.names(c.view())
	return slices.DeleteFunc(tables, func(t *state.Table) bool {
		if t.IsView() {
			return true
		}
		if v.May(names.Request{Privilege: names.Ownership, On: names.Relation(t)}) == nil {
			return false
		}
		c.Out.Notice(pgwire.Notice{Severity: pgwire.Warning, Error: sqlerr.Error{Code: "01000",
			Message: fmt.Sprintf("skipping \"%s\" --- only table or database owner can %s it", t.Name, verb)}})
		return true
	})
}
