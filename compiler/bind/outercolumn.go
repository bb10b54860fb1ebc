package bind

import (
	"slices"

	"slipher/catalog/sqlerr"
	"slipher/compiler/algebra"
	"slipher/compiler/expr"
	"slipher/compiler/parse"
)

// outerColumn binds column (+).
func (b *binder) outerColumn(sc *scope, x *parse.OuterColumn) (value, error) {
	if sc.outer == nil {
		return value{}, b.errorAt(x.Pos, sqlerr.FeatureNotSupported, "the outer join operator (+) is allowed in WHERE only")
	}
	v, err := b.name(sc, x.Column)
	if err == nil && v.expr != nil && v.expr.Kind == expr.Column {
		sc.outer[v.expr.Col] = true
	}
	return v, err
}

// where binds WHERE. Conditions with (+) are those of outer joins (Redshift guide, "Oracle-style outer joins in the
// WHERE clause"): the tables whose columns have it are joined to the others, which keep their rows.
func (b *binder) where(node algebra.Node, sc *scope, q *parse.Query) (algebra.Node, error) {
	preds, joins, err := b.parted(sc, q.Where)
	if err != nil {
		return nil, err
	}
	if len(joins) == 0 {
		return &algebra.Select{In: node, Preds: preds}, nil
	}
	items := crossed(node)
	if len(items) != len(q.From) {
		return nil, b.unsupported(q.Where.At(), "the outer join operator (+) beside JOIN")
	}
	padded := make([]bool, len(items))
	for _, j := range joins {
		for i, n := range items {
			padded[i] = padded[i] || slices.ContainsFunc(n.Columns(), j.marks)
		}
	}
	for i, n := range items { // what may be NULL now is known before conditions are bound for good
		ids := algebra.IDsOf(n.Columns())
		for _, c := range sc.visible {
			c.nullable = c.nullable || padded[i] && ids[c.id]
		}
	}
	if preds, joins, err = b.parted(sc, q.Where); err != nil {
		return nil, err
	}
	if node, err = b.outerJoins(items, padded, joins, q.Where.At()); err != nil {
		return nil, err
	}
	return algebra.Where(node, preds), nil
}

// outerCondition is a condition with (+), and the columns that it stands behind.
type outerCondition struct {
	expr   *algebra.Expr
	marked algebra.IDs
}

func (c *outerCondition) marks(col algebra.Column) bool { return c.marked[col.ID] }

// parted binds the conjuncts of e: those without (+), and those with it.
func (b *binder) parted(sc *scope, e parse.Expr) (plain []*algebra.Expr, joins []outerCondition, err error) {
	if l, ok := e.(*parse.LogicExpr); ok && l.Op == parse.And {
		for _, a := range l.Args {
			p, j, err := b.parted(sc, a)
			if err != nil {
				return nil, nil, err
			}
			plain, joins = append(plain, p...), append(joins, j...)
		}
		return plain, joins, nil
	}
	sc.outer = algebra.IDs{}
	preds, err := b.conjuncts(sc, e, "WHERE")
	if err != nil || len(sc.outer) == 0 {
		return preds, nil, err
	}
	return nil, []outerCondition{{expr.AllOf(preds), sc.outer}}, nil
}

// crossed are the items of a FROM list without joins.
func crossed(n algebra.Node) []algebra.Node {
	if j, ok := n.(*algebra.Join); ok && j.Kind == algebra.Inner && len(j.On) == 0 && !j.Lateral {
		return append(crossed(j.Left), j.Right)
	}
	return []algebra.Node{n}
}

// outerJoins joins the padded items, each behind those that its conditions read, to the others.
func (b *binder) outerJoins(items []algebra.Node, padded []bool, joins []outerCondition,
	at parse.Pos) (algebra.Node, error) {
	var node algebra.Node
	add := func(n algebra.Node, kind algebra.JoinKind, on []*algebra.Expr) {
		if node == nil {
			node = n
			return
		}
		node = &algebra.Join{Kind: kind, Left: node, Right: n, On: on}
	}
	for i, n := range items {
		if !padded[i] {
			add(n, algebra.Inner, nil)
		}
	}
	if node == nil {
		return nil, b.errorAt(at, sqlerr.SyntaxError, "each table is outer-joined to another one by (+)")
	}
	all := algebra.IDs{}
	for _, n := range items {
		for id := range algebra.IDsOf(n.Columns()) {
			all[id] = true
		}
	}
	for left := len(items); left > 0; left-- {
		for i, n := range items {
			if !padded[i] {
				continue
			}
			own, there := algebra.IDsOf(n.Columns()), algebra.IDsOf(append(node.Columns(), n.Columns()...))
			var on []*algebra.Expr
			ready := true
			for _, j := range joins {
				switch {
				case !slices.ContainsFunc(n.Columns(), j.marks):
				case !own.Contains(j.marked):
					return nil, b.errorAt(at, sqlerr.SyntaxError, "a condition has (+) behind columns of two tables")
				default:
					j.expr.Columns(func(id algebra.ColumnID) { ready = ready && (there[id] || !all[id]) })
					on = append(on, j.expr)
				}
			}
			if ready {
				add(n, algebra.Left, on)
				padded[i] = false
			}
		}
	}
	for _, p := range padded {
		if p {
			return nil, b.errorAt(at, sqlerr.SyntaxError, "tables are outer-joined by (+) in a circle")
		}
	}
	return node, nil
}
