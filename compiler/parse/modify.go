package parse

import (
	pg "github.com/pganalyze/pg_query_go/v5"

	"slipher/catalog/sqlerr"
)

// returning refuses RETURNING, which Redshift does not have.
func (c *converter) returning(list []*pg.Node) error {
	if len(list) == 0 {
		return nil
	}
	return c.refuse(c.wordPos(-1, "returning"), "RETURNING")
}

// insert converts INSERT. A WITH in front of it is put in front of its query's own.
func (c *converter) insert(n *pg.InsertStmt, at Pos) (Body, error) {
	if n.OnConflictClause != nil {
		return nil, c.refuse(c.pos(n.OnConflictClause.Location), "ON CONFLICT")
	}
	if err := c.returning(n.ReturningList); err != nil {
		return nil, err
	}
	if n.Override == pg.OverridingKind_OVERRIDING_SYSTEM_VALUE || n.Override == pg.OverridingKind_OVERRIDING_USER_VALUE {
		return nil, c.refuse(c.wordPos(-1, "overriding"), "OVERRIDING")
	}
	s := &Insert{Table: c.tableName(n.Relation)}
	for _, col := range n.Cols {
		t := col.GetResTarget()
		if len(t.Indirection) > 0 {
			return nil, c.refuse(c.pos(t.Location), "subfield or element assignment")
		}
		s.Columns = append(s.Columns, InsertColumn{c.pos(t.Location), foldIdent(t.Name)})
	}
	var err error
	if s.With, err = c.withClause(n.WithClause); err != nil || n.SelectStmt == nil {
		return s, err
	}
	if s.Query, err = c.query(n.SelectStmt.GetSelectStmt(), at); err != nil {
		return nil, err
	}
	return s, nil
}

// target converts the table that UPDATE or DELETE changes.
func (c *converter) target(r *pg.RangeVar) TableRef {
	return TableRef{QName: c.tableName(r), Alias: foldIdent(r.GetAlias().GetAliasname())}
}

func (c *converter) tableExprs(ns []*pg.Node) ([]TableExpr, error) {
	var out []TableExpr
	for _, n := range ns {
		t, err := c.tableExpr(n)
		if err != nil {
			return nil, err
		}
		out = append(out, t)
	}
	return out, nil
}

// whereClause converts WHERE of UPDATE and DELETE.
func (c *converter) whereClause(n *pg.Node) (Expr, error) {
	if n.GetCurrentOfExpr() != nil {
		return nil, c.refuse(c.wordPos(-1, "current"), "WHERE CURRENT OF")
	}
	return c.optional(n)
}

func (c *converter) delete(n *pg.DeleteStmt) (Body, error) {
	if err := c.returning(n.ReturningList); err != nil {
		return nil, err
	}
	s := &Delete{Table: c.target(n.Relation)}
	var err error
	if s.With, err = c.withClause(n.WithClause); err != nil {
		return nil, err
	}
	if s.Using, err = c.tableExprs(n.UsingClause); err != nil {
		return nil, err
	}
	s.Where, err = c.whereClause(n.WhereClause)
	return s, err
}

func (c *converter) update(n *pg.UpdateStmt) (Body, error) {
	if err := c.returning(n.ReturningList); err != nil {
		return nil, err
	}
	s := &Update{Table: c.target(n.Relation)}
	var err error
	if s.With, err = c.withClause(n.WithClause); err != nil {
		return nil, err
	}
	var row *SubqueryExpr
	for _, t := range n.TargetList {
		a, err := c.assignment(t.GetResTarget(), row)
		if err != nil {
			return nil, err
		}
		s.Set = append(s.Set, a)
		row = nil
		if f, ok := a.Value.(*FieldExpr); ok && f.N+1 < f.Of {
			row = f.Row
		}
	}
	if s.From, err = c.tableExprs(n.FromClause); err != nil {
		return nil, err
	}
	s.Where, err = c.whereClause(n.WhereClause)
	return s, err
}

// assignment converts column = value; of (a, b) = (x, y) the tree holds one item a column. row is the subquery that
// the column in front is assigned a value of, if there are columns left for it.
func (c *converter) assignment(t *pg.ResTarget, row *SubqueryExpr) (Assignment, error) {
	a := Assignment{Pos: c.pos(t.Location), Column: foldIdent(t.Name)}
	if len(t.Indirection) > 0 {
		return a, c.refuse(a.Pos, "subfield or element assignment")
	}
	val := t.Val
	if m := val.GetMultiAssignRef(); m != nil {
		args := m.Source.GetRowExpr().GetArgs()
		switch {
		case m.Source.GetSubLink() != nil:
			var err error
			a.Value, err = c.field(m, row)
			return a, err
		case m.Source.GetRowExpr() == nil:
			return a, sqlerr.New(sqlerr.FeatureNotSupported,
				"source for a multiple-column UPDATE item must be a sub-SELECT or ROW() expression").
				At(charPosition(c.src, int(a.Pos)))
		case len(args) != int(m.Ncolumns):
			return a, c.fail(a.Pos, "number of columns does not match number of values")
		}
		val = args[m.Colno-1]
	}
	var err error
	a.Value, err = c.expr(val)
	return a, err
}

// field converts a column of (a, b) = (SELECT …), of row if that has been converted.
func (c *converter) field(m *pg.MultiAssignRef, row *SubqueryExpr) (Expr, error) {
	if row == nil {
		e, err := c.expr(m.Source)
		if err != nil {
			return nil, err
		}
		var ok bool
		if row, ok = e.(*SubqueryExpr); !ok || row.Kind != ScalarSubquery {
			return nil, c.refuse(e.At(), "this source of a multiple-column UPDATE item")
		}
	}
	return &FieldExpr{Pos: row.Pos, Row: row, N: int(m.Colno) - 1, Of: int(m.Ncolumns)}, nil
}
