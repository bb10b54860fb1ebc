package bind

import (
	"strings"

	"slipher/catalog/fn"
	"slipher/catalog/similar"
	"slipher/catalog/sqlerr"
	"slipher/catalog/state"
	"slipher/compiler/parse"
)

// Hints at the names that a misspelt one could have been meant to be, in PostgreSQL's words where it has some. They
// show only what the user can name: columns of the statement's own tables, tables of the own database.

// Nearby is what a Catalog may offer besides: a hint for a table that does not exist.
type Nearby interface {
	NearTable(database, schema, name string) string
}

// noTable says that a table does not exist.
func (b *binder) noTable(q parse.QName) error {
	e := sqlerr.From(b.errorAt(q.Pos, sqlerr.UndefinedTable, "relation \"%s\" does not exist", q.String()))
	if n, ok := b.cat.(Nearby); ok {
		e.Hint = n.NearTable(q.Database, q.Schema, q.Name)
	}
	return e
}

// noColumn says that a name is none of s.
func (b *binder) noColumn(s *scope, r *parse.ColumnRef) error {
	n := len(r.Parts)
	name := r.Parts[n-1]
	var in *relation
	if n > 1 {
		schema, table := "", r.Parts[n-2]
		if n > 2 {
			schema = r.Parts[n-3]
		}
		for o := s; in == nil && o != nil; o = o.env.outer {
			in = o.findRelation(schema, table)
		}
		if in == nil {
			return b.noRelation(s, r, table)
		}
	}
	if n == 1 && s.findRelation("", name) != nil {
		return b.unsupported(r.Pos, "a whole row (%s) as a value", name)
	}
	near := similar.For(name)
	for _, rel := range s.rels {
		for _, c := range rel.cols {
			if in == nil || rel == in || c.name == name {
				near.Offer(c.name, rel.alias+"."+c.name)
			}
		}
	}
	text := "column \"" + name + "\" does not exist"
	if in != nil {
		text = "column " + strings.Join(r.Parts[n-2:], ".") + " does not exist"
	}
	return sqlerr.From(b.errorAt(r.Pos, sqlerr.UndefinedColumn, "%s", text)).
		WithHint("%s", columnHint(near))
}

func columnHint(near *similar.Search) string {
	return near.Sentence("Perhaps you meant to reference", "column")
}

// noRelation says that no item of FROM has a name: it may have another, under which it must be named.
func (b *binder) noRelation(s *scope, r *parse.ColumnRef, table string) error {
	near := similar.For(table)
	for _, rel := range s.rels {
		if rel.table == table {
			return sqlerr.From(b.errorAt(r.Pos, sqlerr.UndefinedTable, "invalid reference to FROM-clause entry for table \"%s\"",
				table)).
				WithHint("Perhaps you meant to reference the table alias \"%s\".", rel.alias)
		}
		near.Offer(rel.alias, rel.alias)
	}
	return sqlerr.From(b.errorAt(r.Pos, sqlerr.UndefinedTable, "missing FROM-clause entry for table \"%s\"", table)).
		WithHint("%s", near.Sentence("Perhaps you meant to reference", "table alias"))
}

// noTarget says that the table a statement writes has no such column.
func (b *binder) noTarget(t *state.Table, name string, at parse.Pos) error {
	near := similar.For(name)
	for _, c := range t.Columns {
		near.Offer(c.Name, t.Name+"."+c.Name)
	}
	return sqlerr.From(b.errorAt(at, sqlerr.UndefinedColumn, "column \"%s\" of relation \"%s\" does not exist", name,
		t.Name)).
		WithHint("%s", columnHint(near))
}

// nearFunction is err, which says that there is no function for a call, with a hint if it is the name that is unknown.
func (b *binder) nearFunction(name string, err error) error {
	e := sqlerr.From(err)
	if e.Code != sqlerr.UndefinedFunction || fn.IsOperator(name) || len(b.fns.Rows(name)) > 0 {
		return err
	}
	near := similar.For(name)
	offer := func(n string) { near.Offer(n, n) }
	for _, n := range b.fns.Names() {
		if !fn.IsOperator(n) {
			offer(n)
		}
	}
	for _, n := range fn.RefusedNames() {
		offer(n)
	}
	if h := near.Hint("function"); h != "" {
		e.Hint = h
	}
	return e
}
