package rewrite

import (
	"slices"

	"slipher/catalog/fn"
	"slipher/catalog/types"
	"slipher/compiler/algebra"
	"slipher/compiler/expr"
)

// detach makes n, which reads columns of in's rows, a relation to join in with, for whose rows guards say whether it is
// wanted.
func (u *unnester) detach(in *algebra.Node, n algebra.Node, guards []*algebra.Expr) pulled {
	outer := algebra.IDsOf((*in).Columns())
	if guarded(n, guards) {
		return u.bound(in, n, guards)
	}
	if !reads(n, outer) {
		return pulled{node: u.node(n)}
	}
	if p, ok := u.pull(n, outer); ok && !volatileIn(n) {
		p.node = u.node(p.node)
		return p
	}
	return u.bound(in, n, guards)
}

// guarded reports whether n must not be computed if guards are true for no row, because something in it may fail.
func guarded(n algebra.Node, guards []*algebra.Expr) bool { return len(guards) > 0 && failing(n) }

func failing(n algebra.Node) bool {
	found := false
	algebra.WalkAll(n, func(n algebra.Node) {
		n.EachExpr(func(e *algebra.Expr) { found = found || e.Failure() != expr.Never })
	})
	return found
}

// bound is detach by way of the bindings.
func (u *unnester) bound(in *algebra.Node, n algebra.Node, guards []*algebra.Expr) pulled {
	b := u.bind(in, n, guards)
	node, of := b.push(n)
	return pulled{node: u.node(node), on: b.same(algebra.Refs(b.free), of)}
}

// volatileIn reports whether something in n gives another value each time.
func volatileIn(n algebra.Node) bool {
	found := false
	algebra.WalkAll(n, func(n algebra.Node) {
		n.EachExpr(func(e *algebra.Expr) { found = found || e.Volatile() })
	})
	return found
}

// filter keeps the rows of in for which the subquery of e, an Any, is true (Semi), or, if it is never NULL, false
// (Anti).
func (u *unnester) filter(kind algebra.JoinKind, in algebra.Node, e *algebra.Expr) algebra.Node {
	j, cond := u.rowsOf(&in, u.own(e), nil)
	if v, ok := u.extremeValue(&in, j, cond); ok {
		if kind == algebra.Anti {
			v = expr.Negate(v)
		}
		return algebra.Where(in, []*algebra.Expr{v})
	}
	return &algebra.Join{Kind: kind, Left: in, Right: j.node, On: append(j.on, cond...)}
}

// rowsOf detaches the subquery of e, an Any, and gives its condition.
func (u *unnester) rowsOf(in *algebra.Node, e *algebra.Expr, guards []*algebra.Expr) (pulled, []*algebra.Expr) {
	s := e.Rel.(*algebra.Subquery)
	if s.Cond != nil && holdsRelation(s.Cond) { // what is compared asks subqueries itself
		s = u.computed(in, s, guards)
	}
	if s.Cond != nil && (s.Cond.Volatile() || len(guards) > 0 && s.Cond.MayFail()) {
		s = u.operands(in, s, guards)
	}
	j := u.detach(in, u.someRows(s), guards)
	if s.Cond == nil {
		return j, nil
	}
	cond := expr.Conjuncts(s.Cond.Substitute(j.by))
	for i, e := range cond {
		cond[i] = positive(e)
	}
	return j, cond
}

// positive is e, or, if e is NOT of a comparison, the opposite comparison.
func positive(e *algebra.Expr) *algebra.Expr {
	if e.Kind != expr.Not || e.Args[0].Compares() == fn.NoComparison {
		return e
	}
	if op := e.Args[0].Op.Negated(); op != nil {
		return expr.CallOf(op, e.Type, nil, e.Args[0].Args...)
	}
	return e
}

// computed is s with the subqueries in its condition computed in in: they read rows around alone, being operands that
// the user compares with s.
func (u *unnester) computed(in *algebra.Node, s *algebra.Subquery, guards []*algebra.Expr) *algebra.Subquery {
	return algebra.NewSubquery(s.Root, u.expr(in, s.Cond, guards))
}

// operands is s with those operands of its condition that are of rows around computed in in, if they are volatile or
// may fail: for each row once, however many rows of s they are compared with, and only for rows that SQL asks for.
func (u *unnester) operands(in *algebra.Node, s *algebra.Subquery, guards []*algebra.Expr) *algebra.Subquery {
	own := algebra.IDsOf(s.Root.Columns())
	var hoist func(e *algebra.Expr) *algebra.Expr
	hoist = func(e *algebra.Expr) *algebra.Expr {
		switch {
		case e.Movable():
			return e
		case own.Meets(e):
			return e.MapArgs(hoist)
		}
		if len(guards) > 0 {
			e = expr.Choose(expr.AllOf(guards), e, algebra.Null(e.Type))
			e.Nullable = true
		}
		return u.beside(in, "operand", e).Ref()
	}
	return algebra.NewSubquery(s.Root, hoist(s.Cond))
}

// someRows is a relation of which only matters whether some row fulfils a condition, without what does not change that.
func (u *unnester) someRows(s *algebra.Subquery) algebra.Node {
	for n := s.Root; ; {
		switch x := n.(type) {
		case *algebra.Sort:
			n = x.In
			continue
		case *algebra.Distinct:
			n = x.In
			continue
		case *algebra.Project:
			if s.Cond == nil {
				n = x.In
				continue
			}
		case *algebra.Limit:
			if s.Cond == nil && x.Offset < 0 && u.atLeastOne(x.Count) {
				n = x.In
				continue
			}
		}
		return n
	}
}

func (u *unnester) atLeastOne(param int) bool {
	if param < 0 {
		return true
	}
	one := func(p expr.Param) bool { return p.Client == 0 && !p.Value.Null && p.Value.Lo > 0 }
	if !one(u.r.st.Params[param]) {
		return false
	}
	u.r.st.Record.CheckValue(u.r.st.Record.Remake(param), one)
	return true
}

// mark adds the truth of a subquery as a column.
func (u *unnester) mark(in *algebra.Node, e *algebra.Expr, guards []*algebra.Expr) *algebra.Expr {
	j, cond := u.rowsOf(in, e, guards)
	if v, ok := u.extremeValue(in, j, cond); ok {
		return v
	}
	found := algebra.Column{ID: u.r.st.Fresh(), Name: "found", Type: boolType}
	mark := &algebra.Join{Kind: algebra.Mark, Left: *in, Right: j.node, Found: found}
	if !e.Nullable || len(cond) == 0 {
		mark.On = append(j.on, cond...)
		*in = mark
		return found.Ref()
	}
	if v, ok := u.inValue(in, j, cond, found); ok {
		return v
	}
	mark.Found.Nullable = true
	mark.On, mark.Cond = j.on, cond
	*in = mark
	return mark.Found.Ref()
}

// scalar adds what the value of a subquery is made of.
func (u *unnester) scalar(in *algebra.Node, e *algebra.Expr, guards []*algebra.Expr) *algebra.Expr {
	s := e.Rel.(*algebra.Subquery)
	outer := algebra.IDsOf((*in).Columns())
	value := s.Root.Columns()[0].Ref()
	root := s.Root
	if o, ok := root.(*algebra.Sort); ok {
		root = o.In
	}
	if agg, value, having := oneGroup(root, value); agg != nil {
		return u.groupValue(in, agg, value, having, guards)
	}
	must := guarded(root, guards)
	if !must && !reads(s.Root, outer) {
		return u.single(in, u.node(root), nil, nil, value)
	}
	if p, ok := u.pull(root, outer); ok && !must && !volatileIn(root) {
		v := value.Substitute(p.by)
		if of, keys, ok := keyed(p.on, outer); ok && !outer.Meets(v) && !holdsRelation(v) && !provoked(v) {
			return u.single(in, u.node(p.node), of, keys, v)
		}
	}
	b := u.bind(in, root, guards)
	node, binding := b.push(root)
	var of, keys []*algebra.Expr
	for i, c := range b.free {
		x, y := []*algebra.Expr{c.Ref()}, binding[i:i+1]
		if c.Nullable {
			x, y = expr.NotNull(x[0]), expr.NotNull(y[0])
		}
		of, keys = append(of, x...), append(keys, y...)
	}
	return u.single(in, u.node(node), of, keys, value)
}

// single joins the one row of n that there may be for each key, and fails where its value is asked for if there are
// more.
func (u *unnester) single(in *algebra.Node, n algebra.Node, of, keys []*algebra.Expr,
	value *algebra.Expr) *algebra.Expr {
	g := &algebra.Aggregate{In: n, Keys: keys}
	kind := algebra.Left
	if len(keys) == 0 {
		kind = algebra.Inner
	}
	var on []*algebra.Expr
	g.Cols, on = u.keyColumns(keys, of)
	v := algebra.Column{ID: u.r.st.Fresh(), Name: "value", Type: value.Type, Nullable: true}
	rows := algebra.Column{ID: u.r.st.Fresh(), Name: "rows", Type: types.TInt8}
	g.Aggs = []algebra.AggCall{{Fn: u.r.env.Fn.Aggregate("any_value"), Args: []*algebra.Expr{value}, Type: value.Type},
		{Fn: u.r.env.Fn.Aggregate("count"), Type: types.TInt8}}
	g.Cols = append(g.Cols, v, rows)
	*in = &algebra.Join{Kind: kind, Left: *in, Right: g, On: on}
	rows.Nullable = kind == algebra.Left
	one := u.eq(u.call("check_one_row", types.TInt8, rows.Ref()), algebra.Number(types.TInt8, 1))
	return expr.Choose(one, v.Ref(), algebra.Null(value.Type))
}

// oneGroup takes n apart if it is one group of all its rows: the grouping, the value over its columns, and what HAVING
// asks of it.
func oneGroup(n algebra.Node, value *algebra.Expr) (*algebra.Aggregate, *algebra.Expr, []*algebra.Expr) {
	var having []*algebra.Expr
	for {
		switch x := n.(type) {
		case *algebra.Project:
			by := map[algebra.ColumnID]*algebra.Expr{}
			for i, c := range x.Cols {
				by[c.ID] = x.Exprs[i]
			}
			value, having, n = value.Substitute(by), substituteAll(having, by), x.In
		case *algebra.Select:
			having, n = append(x.Preds[:len(x.Preds):len(x.Preds)], having...), x.In
		case *algebra.Aggregate:
			if len(x.Keys) > 0 || holdsRelation(value) || slices.ContainsFunc(having, holdsRelation) {
				return nil, nil, nil
			}
			return x, value, having
		default:
			return nil, nil, nil
		}
	}
}

// groupValue is the value of one group: that of no rows where a row has no group.
func (u *unnester) groupValue(in *algebra.Node, agg *algebra.Aggregate, value *algebra.Expr, having []*algebra.Expr,
	guards []*algebra.Expr) *algebra.Expr {
	by := map[algebra.ColumnID]*algebra.Expr{}
	must := guarded(agg, guards)
	if outer := algebra.IDsOf((*in).Columns()); !must && !reads(agg, outer) {
		*in = &algebra.Join{Kind: algebra.Inner, Left: *in, Right: u.node(agg)}
	} else {
		j, ok := u.pullAggregate(agg, outer)
		if ok && !must && !volatileIn(agg) {
			j.node = u.node(j.node)
		} else {
			j = u.grouped(in, agg, guards)
		}
		for i, c := range agg.Cols {
			by[c.ID] = ofNoRows(agg.Aggs[i], c)
		}
		*in = &algebra.Join{Kind: algebra.Left, Left: *in, Right: j.node, On: j.on}
	}
	value = value.Substitute(by)
	if len(having) == 0 {
		return value
	}
	return expr.Choose(expr.AllOf(substituteAll(having, by)), value, algebra.Null(value.Type))
}

// grouped is a grouping of all rows for the bindings: groups of those that have rows.
func (u *unnester) grouped(in *algebra.Node, agg *algebra.Aggregate, guards []*algebra.Expr) pulled {
	b := u.bind(in, agg, guards)
	g, own := b.groups(agg)
	return pulled{node: u.node(g), on: b.same(algebra.Refs(b.free), algebra.Refs(own))}
}

// lateral is a join whose right side reads the left one's rows, without that.
func (u *unnester) lateral(x *algebra.Join) algebra.Node {
	out := *x
	out.Lateral = false
	left := u.node(x.Left)
	if !reads(x.Right, algebra.IDsOf(left.Columns())) {
		out.Left = left
		return &out
	}
	if n := u.besideRow(x, left); n != nil {
		return n
	}
	j := u.bound(&left, x.Right, nil)
	out.Left, out.Right = left, j.node
	out.On = append(out.On[:len(out.On):len(out.On)], j.on...)
	return &out
}
