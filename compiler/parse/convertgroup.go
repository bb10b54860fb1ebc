package parse

import pg "github.com/pganalyze/pg_query_go/v5"

// groupBy converts GROUP BY.
func (c *converter) groupBy(q *Query, n *pg.SelectStmt) error {
	q.GroupDistinct = n.GroupDistinct
	if len(n.GroupClause) == 1 {
		if r := n.GroupClause[0].GetColumnRef(); r != nil && c.m.inserted(int(r.Location)) {
			at := c.pos(r.Location)
			q.GroupAll = &at
			return nil
		}
	}
	items, err := c.groupItems(n.GroupClause)
	if err != nil {
		return err
	}
	for _, it := range items {
		if r, ok := it.(*RowExpr); ok && !r.Named { // (a, b) are two items
			q.GroupBy = append(q.GroupBy, r.Items...)
			continue
		}
		q.GroupBy = append(q.GroupBy, it)
	}
	return nil
}

func (c *converter) groupItems(ns []*pg.Node) ([]Expr, error) {
	var out []Expr
	for _, n := range ns {
		gs := n.GetGroupingSet()
		if gs == nil {
			e, err := c.expr(n)
			if err != nil {
				return nil, err
			}
			out = append(out, e)
			continue
		}
		g := &GroupingExpr{Pos: c.pos(gs.Location)}
		switch gs.Kind {
		case pg.GroupingSetKind_GROUPING_SET_ROLLUP:
			g.Kind = Rollup
		case pg.GroupingSetKind_GROUPING_SET_CUBE:
			g.Kind = Cube
		}
		var err error
		if g.Items, err = c.groupItems(gs.Content); err != nil {
			return nil, err
		}
		out = append(out, g)
	}
	return out, nil
}
