package rewrite

import (
	"slices"

	"slipher/compiler/algebra"
	"slipher/compiler/expr"
)

// innerJoins makes LEFT joins inner, and FULL ones LEFT, whose padded rows what stands above drops again:
//
//	select(r.x > 5)(left join(l, r))  →  select(r.x > 5)(inner join(l, r))
//
// An inner join can be ordered with others, and conjuncts go through it to both sides. A LEFT join of whose rows only
// the padded ones count is an anti join:
//
//	select(r.x is null)(left join(l.x = r.x)(l, r))  →  select(NULL is null)(project(l.x, NULL)(anti join(l.x = r.x)(l, r)))
func innerJoins(r *run, n algebra.Node) algebra.Node { return outerJoins{r}.under(n, nil) }

type outerJoins struct{ r *run }

// under is n, whose rows count only if all conjuncts above are true.
func (o outerJoins) under(n algebra.Node, above []*algebra.Expr) algebra.Node {
	switch x := n.(type) {
	case *algebra.Select:
		above = append(slices.Clone(above), steady(x.Preds)...)
	case *algebra.Project:
		by := map[algebra.ColumnID]*algebra.Expr{}
		for i, c := range x.Cols {
			by[c.ID] = x.Exprs[i]
		}
		above = substituted(above, by)
	case *algebra.Aggregate:
		keys := algebra.IDs{}
		by := map[algebra.ColumnID]*algebra.Expr{}
		for i, k := range x.Keys {
			keys[x.Cols[i].ID], by[x.Cols[i].ID] = true, k
		}
		above = substituted(slices.DeleteFunc(slices.Clone(above), func(e *algebra.Expr) bool { return !keys.Covers(e) }), by)
	case *algebra.Join:
		return o.join(x, above)
	case *algebra.Window: // what drops whole partitions alone
		keys := x.PartitionColumns()
		above = slices.DeleteFunc(slices.Clone(above), func(e *algebra.Expr) bool { return !keys.Covers(e) })
	case *algebra.Limit:
		above = nil
	}
	return algebra.MapInputs(n, func(in algebra.Node) algebra.Node { return o.under(in, above) })
}

func (o outerJoins) join(x *algebra.Join, above []*algebra.Expr) algebra.Node {
	left, right := algebra.IDsOf(x.Left.Columns()), algebra.IDsOf(x.Right.Columns())
	kind := x.Kind
	if kind == algebra.Full {
		under := fullUnder(x, left, right, above)
		switch {
		case under.Kind == algebra.Full:
			return algebra.MapInputs(x, func(in algebra.Node) algebra.Node { return o.under(in, nil) })
		case under.Left != x.Left:
			return inOrder(o.join(under, above), x.Columns())
		}
		return o.join(under, above)
	}
	if kind == algebra.Left && slices.ContainsFunc(above, func(e *algebra.Expr) bool { return e.RejectsNulls(right) }) {
		kind = algebra.Inner
	}
	if kind == algebra.Left && slices.ContainsFunc(above, func(e *algebra.Expr) bool { return padded(e, x) }) {
		return o.under(o.anti(x), above)
	}
	on, _ := expr.Movable(x.On)
	toLeft, toRight := slices.Clone(above), slices.Clone(on)
	if kind == algebra.Inner || kind == algebra.Semi {
		toLeft = append(toLeft, on...)
	}
	if kind == algebra.Inner {
		toRight = append(toRight, above...)
	}
	within := func(es []*algebra.Expr, ids algebra.IDs) []*algebra.Expr {
		return slices.DeleteFunc(es, func(e *algebra.Expr) bool { return !ids.Meets(e) })
	}
	l, r := o.under(x.Left, within(toLeft, left)), o.under(x.Right, within(toRight, right))
	if kind == x.Kind && l == x.Left && r == x.Right {
		return x
	}
	out := *x
	out.Kind, out.Left, out.Right = kind, l, r
	return &out
}

// padded reports whether e is true for no row of the left join x that has a match: it asks whether a column is NULL
// that no row of the right side has, or none for which the join's conditions are true.
func padded(e *algebra.Expr, x *algebra.Join) bool {
	if e.Kind != expr.IsNull || e.Args[0].Kind != expr.Column {
		return false
	}
	col := e.Args[0].Col
	i := slices.IndexFunc(x.Right.Columns(), func(c algebra.Column) bool { return c.ID == col })
	return i >= 0 && (!x.Right.Columns()[i].Nullable ||
		slices.ContainsFunc(x.On, func(c *algebra.Expr) bool { return c.RejectsNulls(algebra.IDs{col: true}) }))
}

// anti is the rows of the left join x that have no match, with NULLs for the columns of the right side, of which the
// join has a copy.
func (o outerJoins) anti(x *algebra.Join) algebra.Node {
	right, by := o.r.copied(x.Right)
	p := &algebra.Project{In: &algebra.Join{Kind: algebra.Anti, Left: x.Left, Right: right, On: substituteAll(x.On, by)},
		Exprs: algebra.Refs(x.Left.Columns()), Cols: x.Columns()}
	for _, c := range x.Right.Columns() {
		p.Exprs = append(p.Exprs, algebra.Null(c.Type))
	}
	return p
}

// fullUnder is a full join without the padded rows that what stands above drops again.
func fullUnder(x *algebra.Join, left, right algebra.IDs, above []*algebra.Expr) *algebra.Join {
	drops := func(padded algebra.IDs) bool {
		return slices.ContainsFunc(above, func(e *algebra.Expr) bool { return e.RejectsNulls(padded) })
	}
	out := *x
	switch l, r := drops(left), drops(right); {
	case l && r:
		out.Kind = algebra.Inner
	case l:
		out.Kind = algebra.Left
	case r:
		out.Kind, out.Left, out.Right = algebra.Left, x.Right, x.Left
	}
	return &out
}

// inOrder is n with its columns in the order of cols: arms of a union and references to a definition know columns by
// their places.
func inOrder(n algebra.Node, cols []algebra.Column) algebra.Node {
	p := &algebra.Project{In: n}
	for _, c := range cols {
		i := slices.IndexFunc(n.Columns(), func(o algebra.Column) bool { return o.ID == c.ID })
		p.Cols = append(p.Cols, n.Columns()[i])
	}
	p.Exprs = algebra.Refs(p.Cols)
	return p
}

// substituted are those of es that mean something below a node that computes columns.
func substituted(es []*algebra.Expr, by map[algebra.ColumnID]*algebra.Expr) []*algebra.Expr {
	return steady(substituteAll(es, by))
}

// steady are those of es that are the same each time. They may fail: not for padded rows, of which they are asked here,
// if they are NULL there.
func steady(es []*algebra.Expr) []*algebra.Expr {
	return slices.DeleteFunc(slices.Clone(es), (*algebra.Expr).Volatile)
}
