package parse

import pg "github.com/pganalyze/pg_query_go/v5"

func (c *converter) tableName(r *pg.RangeVar) QName {
	return QName{Pos: c.pos(r.GetLocation()), Database: foldIdent(r.GetCatalogname()),
		Schema: foldIdent(r.GetSchemaname()), Name: foldIdent(r.GetRelname())}
}

// tableExpr converts an item of FROM.
func (c *converter) tableExpr(n *pg.Node) (TableExpr, error) {
	switch x := n.Node.(type) {
	case *pg.Node_RangeVar:
		r := x.RangeVar
		t := &TableRef{QName: c.tableName(r), Alias: foldIdent(r.GetAlias().GetAliasname()),
			Columns: c.strings(r.GetAlias().GetColnames())}
		t.Written = otherwise(t.Parts(), c.attributes(t.Pos, len(t.Parts())))
		return t, nil
	case *pg.Node_RangeSubselect:
		r := x.RangeSubselect
		sel := r.Subquery.GetSelectStmt()
		at := c.nodePos(r.Subquery)
		q, err := c.query(sel, at)
		if err != nil {
			return nil, err
		}
		return &SubqueryRef{Pos: at, Query: q, Lateral: r.Lateral, Alias: foldIdent(r.GetAlias().GetAliasname()),
			Columns: c.strings(r.GetAlias().GetColnames())}, nil
	case *pg.Node_JoinExpr:
		return c.join(x.JoinExpr)
	case *pg.Node_RangeFunction:
		return c.funcRef(x.RangeFunction)
	case *pg.Node_RangeTableSample:
		return nil, c.refuse(c.pos(x.RangeTableSample.Location), "TABLESAMPLE")
	}
	return nil, c.refuse(-1, "this FROM item")
}

// funcRef converts functions in FROM. They may read what stands to the left whether LATERAL is written or not.
func (c *converter) funcRef(r *pg.RangeFunction) (TableExpr, error) {
	f := &FuncRef{Pos: -1, Alias: foldIdent(r.GetAlias().GetAliasname()), Columns: c.strings(r.GetAlias().GetColnames())}
	if r.Ordinality {
		f.Ordinality = FromOne
	}
	for _, n := range r.Functions {
		items := n.GetList().GetItems() // the call, and a list of column definitions
		e, err := c.expr(items[0])
		if err != nil {
			return nil, err
		}
		if f.Pos < 0 {
			f.Pos = e.At()
		}
		if len(items) > 1 && len(items[1].GetList().GetItems()) > 0 {
			return nil, c.refuse(e.At(), "a list of column definitions in ROWS FROM")
		}
		f.Calls = append(f.Calls, c.unnested(f, e, c.markerOf(items[0].GetFuncCall()))...)
	}
	for _, d := range r.Coldeflist {
		f.Defined = true
		f.Columns = append(f.Columns, foldIdent(d.GetColumnDef().GetColname()))
	}
	return f, nil
}

// unnested is a call of FROM, or what a path there stands for.
func (c *converter) unnested(f *FuncRef, e Expr, marker string) []Expr {
	of := func(name string) Expr {
		call := e.(*FuncCall)
		return &FuncCall{Pos: call.Args[0].At(), Name: name, Args: call.Args}
	}
	switch marker {
	case unnestMarker:
		if f.Ordinality == FromOne {
			f.Ordinality = FromZero
		}
		return []Expr{of("unnest")}
	case membersMarker:
		return []Expr{of("super_member_values"), of("super_member_names")}
	}
	return []Expr{e}
}

func (c *converter) join(n *pg.JoinExpr) (TableExpr, error) {
	j := &JoinExpr{Pos: -1, Natural: n.IsNatural, Using: c.strings(n.UsingClause)}
	j.Alias, j.Columns = foldIdent(n.GetAlias().GetAliasname()), c.strings(n.GetAlias().GetColnames())
	j.UsingAlias = foldIdent(n.GetJoinUsingAlias().GetAliasname())
	var err error
	if j.Left, err = c.tableExpr(n.Larg); err != nil {
		return nil, err
	}
	if f := c.pivoting(n.Rarg); f != nil {
		return c.pivot(j.Left, f, n.Rarg.GetRangeFunction().GetAlias())
	}
	if j.Right, err = c.tableExpr(n.Rarg); err != nil {
		return nil, err
	}
	j.Pos = j.Right.At()
	switch n.Jointype {
	case pg.JoinType_JOIN_INNER:
		if n.Quals == nil && !n.IsNatural && len(n.UsingClause) == 0 {
			j.Kind = CrossJoin
		}
	case pg.JoinType_JOIN_LEFT:
		j.Kind = LeftJoin
	case pg.JoinType_JOIN_RIGHT:
		j.Kind = RightJoin
	case pg.JoinType_JOIN_FULL:
		j.Kind = FullJoin
	}
	j.On, err = c.optional(n.Quals)
	return j, err
}

// nodePos is the first place known inside a query.
func (c *converter) nodePos(n *pg.Node) Pos { return c.queryPos(n.GetSelectStmt(), -1) }

// queryPos is the first place known inside a query, or at.
func (c *converter) queryPos(sel *pg.SelectStmt, at Pos) Pos {
	if sel = firstArm(sel); sel != nil && len(sel.TargetList) > 0 {
		return c.pos(sel.TargetList[0].GetResTarget().GetLocation())
	}
	return at
}
