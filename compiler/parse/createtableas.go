package parse

import (
	"strings"

	pg "github.com/pganalyze/pg_query_go/v5"
)

// createsAs looks for CREATE TABLE t [(a, b)] [attributes] AS: names without types.
func (p *parser) createsAs() bool {
	if !p.peek().isPunct("(") {
		return p.peek().kind == tokIdent // AS, or an attribute in front of it
	}
	k := 1
	for p.peekAt(k).isName() && p.peekAt(k+1).isPunct(",") {
		k += 2
	}
	return p.peekAt(k+1).isPunct(")") && p.peekAt(k).isName()
}

// createTableAs reads what follows the name of CREATE TABLE t AS query.
func (p *parser) createTableAs(def *CreateTable) (Body, error) {
	s := &CreateTableAs{Def: *def}
	var err error
	if p.peek().isPunct("(") {
		if s.Names, err = p.names(); err != nil {
			return nil, err
		}
	}
	for p.i < len(p.toks) && !p.peek().is("as") {
		if err := p.tableAttribute(&s.Def); err != nil {
			return nil, err
		}
	}
	if err := p.expect("as"); err != nil {
		return nil, err
	}
	if t := p.peek(); t.is("execute") {
		return nil, p.unsupported(t, "CREATE TABLE AS EXECUTE")
	}
	s.Query, err = p.queryOf(p.rest())
	return s, err
}

// selectInto is SELECT … INTO [TEMP] t ….
func (c *converter) selectInto(n, first *pg.SelectStmt, at Pos) (Body, error) {
	into := first.IntoClause
	first.IntoClause = nil
	s := &CreateTableAs{Def: CreateTable{Table: c.tableName(into.Rel)}}
	s.Def.Temp = into.Rel.Relpersistence == "t" || strings.HasPrefix(s.Def.Table.Name, "#")
	if into.Rel.Relpersistence == "u" {
		return nil, c.refuse(s.Def.Table.Pos, "SELECT INTO UNLOGGED")
	}
	var err error
	s.Query, err = c.query(n, at)
	return s, err
}
