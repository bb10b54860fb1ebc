package bind

import (
	"strconv"

	"slipher/compiler/algebra"
	"slipher/compiler/parse"
	"slipher/compiler/plan"
)

// valuesQuery binds VALUES: each column has the common type of its cells.
func (b *binder) valuesQuery(q *parse.Query) (*result, error) {
	width := len(q.Values[0])
	cells := make([][]value, width) // by column
	sc := (&scope{}).with("VALUES")
	for _, row := range q.Values {
		vs, err := b.exprs(sc, row)
		if err != nil {
			return nil, err
		}
		for i, v := range vs {
			cells[i] = append(cells[i], v)
		}
	}
	node := &algebra.Values{Rows: make([][]*plan.Expr, len(q.Values))}
	r := &result{node: node}
	s := &selection{b: b, q: q}
	for i, vs := range cells {
		t, err := b.common(vs, "VALUES")
		if err != nil {
			return nil, err
		}
		es, err := b.coerceAll(vs, t)
		if err != nil {
			return nil, err
		}
		c := algebra.Column{ID: b.newID(), Name: "column" + strconv.Itoa(i+1), Type: t}
		for k, e := range es {
			node.Rows[k] = append(node.Rows[k], e)
			c.Nullable = c.Nullable || e.Nullable
		}
		node.Cols = append(node.Cols, c)
		s.exprs, s.names = append(s.exprs, colExpr(c)), append(s.names, c.Name)
		s.targets = append(s.targets, target{Pos: q.Pos, Expr: &starExpr{q.Pos, &column{name: c.Name, id: c.ID, typ: t, nullable: c.Nullable}}, Alias: c.Name})
		r.cols = append(r.cols, column{name: c.Name, id: c.ID, typ: t, nullable: c.Nullable})
	}
	if len(q.OrderBy) == 0 && q.Limit == nil && q.Offset == nil {
		return r, nil
	}
	s.node, s.agg = node, newAggregation(b)
	s.sc = &scope{}
	for i := range r.cols {
		s.sc.visible = append(s.sc.visible, &r.cols[i])
	}
	if err := s.orderBy(s.sc.with("ORDER BY")); err != nil {
		return nil, err
	}
	return s.build()
}
