package parse

import (
	pg "github.com/pganalyze/pg_query_go/v5"

	"slipher/catalog/sqlerr"
)

// converter turns libpg_query's tree into ours and refuses by name what is not supported.
type converter struct {
	src  string
	m    offsetMap
	toks []token // of the statement, to place what the tree does not
	opts Options
}

// wordPos is the place of the first of words behind at, or at.
func (c *converter) wordPos(at Pos, words ...string) Pos {
	for _, t := range c.toks {
		for _, w := range words {
			if Pos(t.start) > at && t.is(w) {
				return Pos(t.start)
			}
		}
	}
	return at
}

// pos translates libpg_query's location.
func (c *converter) pos(loc int32) Pos {
	if loc < 0 {
		return -1
	}
	return Pos(c.m.user(int(loc)))
}

func (c *converter) refuse(at Pos, format string, args ...any) error {
	return sqlerr.Unsupported(format, args...).At(charPosition(c.src, int(at)))
}

func (c *converter) fail(at Pos, format string, args ...any) error {
	return sqlerr.New(sqlerr.SyntaxError, format, args...).At(charPosition(c.src, int(at)))
}

// query reads SELECT, WITH, VALUES, TABLE, INSERT, UPDATE, DELETE: what libpg_query's grammar reads.
func (p *parser) query() (Body, error) {
	toks := p.rest()
	p.settingSecrets(toks)
	at := Pos(toks[0].start)
	node, m, err := pgParse(p.src, toks)
	if err != nil {
		return nil, err
	}
	c := &converter{src: p.src, m: m, toks: toks, opts: p.opts}
	switch n := node.Node.(type) {
	case *pg.Node_SelectStmt:
		if first := firstArm(n.SelectStmt); first.IntoClause != nil {
			return c.selectInto(n.SelectStmt, first, at)
		}
		q, err := c.query(n.SelectStmt, at)
		return &Select{Query: q}, err
	case *pg.Node_InsertStmt:
		return c.insert(n.InsertStmt, at)
	case *pg.Node_UpdateStmt:
		return c.update(n.UpdateStmt)
	case *pg.Node_DeleteStmt:
		return c.delete(n.DeleteStmt)
	case *pg.Node_MergeStmt:
		return nil, c.refuse(at, "MERGE")
	}
	return nil, c.fail(at, "syntax error at or near \"%s\"", p.src[toks[0].start:toks[0].end])
}

// parseExprTokens reads toks as one scalar expression, by way of a select list.
func parseExprTokens(src string, toks []token, o Options) (Expr, error) {
	if len(toks) == 0 {
		return nil, sqlerr.New(sqlerr.SyntaxError, "syntax error at end of input")
	}
	text, m, err := rewriteDialect(src, toks)
	if err != nil {
		return nil, err
	}
	const head = "SELECT ("
	m.base -= len(head)
	m.edits = append([]edit(nil), m.edits...)
	tree, err := callParser(head + text + ")")
	if err != nil {
		return nil, parserError(src, head+text+")", m, err)
	}
	sel := tree.Stmts[0].Stmt.GetSelectStmt()
	if len(tree.Stmts) != 1 || sel == nil || len(sel.TargetList) != 1 || len(sel.FromClause) > 0 {
		return nil, sqlerr.New(sqlerr.SyntaxError, "syntax error at or near \"%s\"",
			src[toks[0].start:toks[0].end]).At(charPosition(src, toks[0].start))
	}
	c := &converter{src: src, m: m}
	return c.expr(sel.TargetList[0].GetResTarget().GetVal())
}

// query converts a SELECT or VALUES; at is used where the tree has no place.
func (c *converter) query(n *pg.SelectStmt, at Pos) (*Query, error) {
	if n == nil {
		return nil, c.refuse(at, "this kind of query")
	}
	if err := c.refuseClauses(n, at); err != nil {
		return nil, err
	}
	q := &Query{Pos: at}
	steps := []func(*Query, *pg.SelectStmt) error{c.with, c.values, c.targets, c.from, c.conditions, c.windows,
		c.orderAndLimit}
	if n.Op != pg.SetOperation_SETOP_NONE {
		steps = []func(*Query, *pg.SelectStmt) error{c.with, c.setOperation, c.orderAndLimit}
	}
	for _, f := range steps {
		if err := f(q, n); err != nil {
			return nil, err
		}
	}
	return q, nil
}

var setKinds = map[pg.SetOperation]SetKind{pg.SetOperation_SETOP_UNION: Union,
	pg.SetOperation_SETOP_INTERSECT: Intersect, pg.SetOperation_SETOP_EXCEPT: Except}

func (c *converter) setOperation(q *Query, n *pg.SelectStmt) (err error) {
	o := &SetOperation{Kind: setKinds[n.Op], All: n.All}
	q.Set = o
	if o.Left, err = c.query(n.Larg, c.queryPos(n.Larg, q.Pos)); err != nil {
		return err
	}
	if into := firstArm(n.Rarg).GetIntoClause(); into != nil {
		return c.fail(c.pos(into.Rel.GetLocation()), "INTO is only allowed on first SELECT of UNION/INTERSECT/EXCEPT")
	}
	o.Right, err = c.query(n.Rarg, c.queryPos(n.Rarg, q.Pos))
	return err
}

// firstArm is the first SELECT of set operations, n itself if it is none.
func firstArm(n *pg.SelectStmt) *pg.SelectStmt {
	for n.GetLarg() != nil {
		n = n.Larg
	}
	return n
}

// refuseClauses names the clauses that are not supported.
func (c *converter) refuseClauses(n *pg.SelectStmt, at Pos) error {
	switch {
	case n.IntoClause != nil:
		return c.fail(c.pos(n.IntoClause.Rel.GetLocation()), "SELECT ... INTO is not allowed here")
	case len(n.LockingClause) > 0:
		return c.refuse(c.wordPos(at, "for"), "FOR UPDATE/SHARE")
	}
	return nil
}

func (c *converter) with(q *Query, n *pg.SelectStmt) (err error) {
	q.With, err = c.withClause(n.WithClause)
	return err
}

// withClause converts WITH, which may be none.
func (c *converter) withClause(w *pg.WithClause) (out With, err error) {
	if w == nil {
		return out, nil
	}
	out.Recursive = w.Recursive
	for _, x := range w.Ctes {
		cte := x.GetCommonTableExpr()
		at := c.pos(cte.Location)
		sel := cte.Ctequery.GetSelectStmt()
		if sel == nil {
			return out, c.refuse(at, "a data-modifying WITH")
		}
		sub, err := c.query(sel, at)
		if err != nil {
			return out, err
		}
		out.Items = append(out.Items, CTE{Pos: at, Name: foldIdent(cte.Ctename), Columns: c.strings(cte.Aliascolnames),
			Query: sub})
	}
	return out, nil
}

func (c *converter) values(q *Query, n *pg.SelectStmt) error {
	for _, l := range n.ValuesLists {
		row, err := c.exprs(l.GetList().GetItems())
		if err != nil {
			return err
		}
		if len(q.Values) > 0 && len(row) != len(q.Values[0]) {
			at := q.Pos
			if len(row) > 0 {
				at = row[0].At()
			}
			return c.fail(at, "VALUES lists must all be the same length")
		}
		q.Values = append(q.Values, row)
	}
	return nil
}

// targets converts the select list; a leading TOP marker becomes the limit.
func (c *converter) targets(q *Query, n *pg.SelectStmt) error {
	for i, t := range n.TargetList {
		rt := t.GetResTarget()
		f := rt.GetVal().GetFuncCall()
		switch c.markerOf(f) {
		case topMarker:
			if i > 0 {
				break
			}
			e, err := c.expr(f.Args[0])
			if err != nil {
				return err
			}
			q.Limit = e
			continue
		case excludeMarker:
			if err := c.exclude(q.Targets, f.Args); err != nil {
				return err
			}
			continue
		}
		if len(rt.Indirection) > 0 {
			return c.refuse(c.pos(rt.Location), "subfield selection")
		}
		e, err := c.expr(rt.Val)
		if err != nil {
			return err
		}
		q.Targets = append(q.Targets, Target{Pos: c.pos(rt.Location), Expr: e, Alias: foldIdent(rt.Name)})
	}
	if len(q.Targets) == 0 && len(q.Values) == 0 {
		return c.refuse(q.Pos, "an empty select list")
	}
	return nil
}

// exclude takes columns away from the star that is the last of ts.
func (c *converter) exclude(ts []Target, args []*pg.Node) error {
	star := &ColumnRef{}
	if n := len(ts); n > 0 {
		star, _ = ts[n-1].Expr.(*ColumnRef)
	}
	if star == nil || !star.Star {
		return c.fail(c.wordPos(-1, "exclude"), "EXCLUDE has no star in front of it")
	}
	for _, a := range args {
		e, err := c.expr(a)
		if err != nil {
			return err
		}
		r, ok := e.(*ColumnRef)
		if !ok || r.Star || len(r.Parts) > 1 {
			return c.fail(e.At(), "EXCLUDE takes names of columns")
		}
		star.Exclude = append(star.Exclude, r)
	}
	return nil
}

func (c *converter) from(q *Query, n *pg.SelectStmt) error {
	for _, f := range n.FromClause {
		t, err := c.tableExpr(f)
		if err != nil {
			return err
		}
		q.From = append(q.From, t)
	}
	return nil
}

func (c *converter) conditions(q *Query, n *pg.SelectStmt) (err error) {
	if len(n.DistinctClause) > 0 {
		if q.Distinct = n.DistinctClause[0].GetNode() == nil; !q.Distinct {
			if q.DistinctOn, err = c.exprs(n.DistinctClause); err != nil {
				return err
			}
		}
	}
	if err = c.where(q, n.WhereClause); err != nil {
		return err
	}
	if q.Having, err = c.optional(n.HavingClause); err != nil {
		return err
	}
	return c.groupBy(q, n)
}

func (c *converter) orderAndLimit(q *Query, n *pg.SelectStmt) (err error) {
	if q.OrderBy, err = c.orderItems(n.SortClause); err != nil {
		return err
	}
	if n.LimitCount != nil {
		if q.Limit != nil {
			return c.fail(q.Limit.At(), "TOP and LIMIT cannot both be given")
		}
		if q.Limit, err = c.expr(n.LimitCount); err != nil {
			return err
		}
		q.Ties = n.LimitOption == pg.LimitOption_LIMIT_OPTION_WITH_TIES
		if l, ok := q.Limit.(*Literal); ok && l.Kind == NullLiteral && !q.Ties {
			q.Limit = nil // LIMIT ALL
		}
	}
	q.Offset, err = c.optional(n.LimitOffset)
	return err
}

func (c *converter) orderItems(ns []*pg.Node) ([]OrderItem, error) {
	var out []OrderItem
	for _, s := range ns {
		sb := s.GetSortBy()
		e, err := c.expr(sb.Node)
		if err != nil {
			return nil, err
		}
		item := OrderItem{Expr: e, Desc: sb.SortbyDir == pg.SortByDir_SORTBY_DESC}
		if sb.SortbyDir == pg.SortByDir_SORTBY_USING {
			op := c.strings(sb.UseOp)
			if item.Desc = op[len(op)-1] == ">"; !item.Desc && op[len(op)-1] != "<" {
				return nil, sqlerr.New(sqlerr.WrongObjectType, "operator %s is not a valid ordering operator", op[len(op)-1]).
					WithHint("Ordering operators must be \"<\" or \">\" members of btree operator families.").
					At(charPosition(c.src, int(c.pos(sb.Location))))
			}
		}
		switch sb.SortbyNulls {
		case pg.SortByNulls_SORTBY_NULLS_FIRST:
			item.Nulls = NullsFirst
		case pg.SortByNulls_SORTBY_NULLS_LAST:
			item.Nulls = NullsLast
		}
		out = append(out, item)
	}
	return out, nil
}

// strings gives the texts of String nodes, as folded identifiers.
func (c *converter) strings(ns []*pg.Node) []string {
	var out []string
	for _, n := range ns {
		out = append(out, foldIdent(n.GetString_().GetSval()))
	}
	return out
}
