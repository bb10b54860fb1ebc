package bind

import (
	"slipher/catalog/fn"
	"slipher/catalog/sqlerr"
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
	if len(s.Names) > len(bound.Output) {
		return nil, stmt.ErrorAt(s.Names[len(bound.Output)].Pos, sqlerr.SyntaxError,
			"CREATE TABLE AS specifies too many column names")
	}
	t := s.Def
	for i, c := range bound.Output {
		d := parse.ColumnDef{Pos: s.Query.Pos, Name: c.Name, Type: c.Type.Stored()}
		if i < len(s.Query.Targets) && len(s.Query.Targets) == len(bound.Output) {
			d.Pos = s.Query.Targets[i].Pos
		}
		if i < len(s.Names) {
			d.Pos, d.Name = s.Names[i].Pos, s.Names[i].Name
		}
		t.Columns = append(t.Columns, d)
	}
	return &t, nil
}

// Filling is the statement that fills the table made for a CREATE TABLE AS: bound with the names as
// they were before it, and with Options.Into.
func Filling(stmt *parse.Statement, s *parse.CreateTableAs) *parse.Statement {
	own := *stmt
	own.Body = &parse.Insert{Table: s.Def.Table, Query: s.Query}
	return &own
}
