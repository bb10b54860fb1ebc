package bind

import (
	"slipher/catalog/fn"
	"slipher/catalog/sqlerr"
	"slipher/catalog/types"
	"slipher/compiler/algebra"
	"slipher/compiler/parse"
)

// TableOf is the CREATE TABLE that a CREATE TABLE AS or SELECT INTO means: its columns are those of the
// query, without NOT NULL and keys. What fills the table then is the INSERT that Filling makes.
func TableOf(stmt *parse.Statement, s *parse.CreateTableAs, cat Catalog, fns *fn.Table, o Options) (*parse.CreateTable,
	error) {
	bound, err := Bind(stmt, cat, fns, o)
	if err != nil {
		return nil, err
	}
	t := s.Def
	cols, err := columnsOf(stmt, "CREATE TABLE AS specifies too many column names", bound, s.Query, s.Names)
	t.Columns = append(t.Columns, cols...)
	for i := range t.Columns {
		t.Columns[i].Type = t.Columns[i].Type.Stored()
	}
	return &t, err
}

// ViewColumns are the columns of the view that a CREATE VIEW means.
func ViewColumns(stmt *parse.Statement, s *parse.CreateView, cat Catalog, fns *fn.Table, o Options) ([]parse.ColumnDef,
	error) {
	query := *stmt
	query.Body = &parse.Select{Query: s.Query}
	bound, err := Bind(&query, cat, fns, o)
	if err != nil {
		return nil, err
	}
	return columnsOf(stmt, "CREATE VIEW specifies more column names than columns", bound, s.Query, s.Names)
}

// columnsOf are a query's columns, the first ones under names that stand in front of it.
func columnsOf(stmt *parse.Statement, tooMany string, bound *algebra.Statement, q *parse.Query,
	names []parse.Name) ([]parse.ColumnDef, error) {
	if len(names) > len(bound.Output) {
		return nil, stmt.ErrorAt(names[len(bound.Output)].Pos, sqlerr.SyntaxError, "%s", tooMany)
	}
	var out []parse.ColumnDef
	for i, c := range bound.Output {
		d := parse.ColumnDef{Pos: q.Pos, Name: c.Name, Type: c.Type}
		if c.Type.Stored().Collates() {
			d.Collation = types.CollationName(c.Type.Fold)
		}
		if i < len(q.Targets) && len(q.Targets) == len(bound.Output) {
			d.Pos = q.Targets[i].Pos
		}
		if i < len(names) {
			d.Pos, d.Name = names[i].Pos, names[i].Name
		}
		out = append(out, d)
	}
	return out, nil
}

// Filling is the statement that fills the table made for a CREATE TABLE AS: bound with the names as
// they were before it, and with Options.Into.
func Filling(stmt *parse.Statement, s *parse.CreateTableAs) *parse.Statement {
	own := *stmt
	own.Body = &parse.Insert{Table: s.Def.Table, Query: s.Query}
	return &own
}
