package optimize

import (
	"slices"

	"slipher/catalog/fn"
	"slipher/compiler/algebra"
	"slipher/compiler/expr"
)

// pushDown returns n with the conjuncts preds, which hold above it, at the
// lowest place where they mean the same. Conjuncts that may fail stay where they are: pushing them below a join
// or another filter would evaluate them for rows that those exclude.
func (p *planner) pushDown(n algebra.Node, preds []*algebra.Expr) algebra.Node {
	switch n := n.(type) {
	case *algebra.Select:
		own := p.simplify(expr.Conjuncts(n.Preds...))
		safe, failing := p.splitFailing(own)
		if len(failing) == 0 {
			return p.pushDown(n.In, append(safe, preds...))
		}
		in := n.In
		if j, ok := in.(*algebra.Join); ok && j.Kind == algebra.Inner {
			in, failing = p.joinLate(j, failing)
		}
		// preds stood above n, so they must not get below what may fail here
		// only if they may fail themselves, which splitFailing has ruled out.
		return withPreds(p.pushDown(in, append(safe, preds...)), failing)
	case *algebra.Project:
		return p.pushProject(n, preds)
	case *algebra.Join:
		return p.pushJoin(n, preds)
	case *algebra.Aggregate:
		return p.pushAggregate(n, preds)
	case *algebra.Distinct:
		return &algebra.Distinct{In: p.pushDown(n.In, preds)}
	case *algebra.Sort: // order below other operators means nothing; Limit handles its own
		return p.pushDown(n.In, preds)
	case *algebra.Limit:
		in := n.In
		if s, ok := in.(*algebra.Sort); ok {
			in = &algebra.Sort{In: p.pushDown(s.In, nil), Keys: s.Keys}
		} else {
			in = p.pushDown(in, nil)
		}
		return withPreds(&algebra.Limit{In: in, Count: n.Count, Offset: n.Offset}, preds)
	}
	return withPreds(n, preds)
}

// joinLate gives an inner join the equalities among conjuncts that may fail: an UPDATE's FROM and a DELETE's
// USING have no ON to write them in, and as filters they would make every row meet every row.
func (p *planner) joinLate(j *algebra.Join, failing []*algebra.Expr) (in algebra.Node, rest []*algebra.Expr) {
	on := slices.Clone(j.On)
	for _, e := range failing {
		if e.Compares() == fn.Equal && !e.Volatile() {
			on = append(on, e)
		} else {
			rest = append(rest, e)
		}
	}
	return &algebra.Join{Kind: j.Kind, On: on, Left: j.Left, Right: j.Right}, rest
}

func withPreds(n algebra.Node, preds []*algebra.Expr) algebra.Node {
	if len(preds) == 0 {
		return n
	}
	return &algebra.Select{In: n, Preds: preds}
}

func (p *planner) splitFailing(preds []*algebra.Expr) (safe, failing []*algebra.Expr) {
	for _, e := range preds {
		if e.MayFail() || e.Volatile() {
			failing = append(failing, e)
		} else {
			safe = append(safe, e)
		}
	}
	return safe, failing
}

// pushProject puts expressions in the place of the projection's columns.
func (p *planner) pushProject(n *algebra.Project, preds []*algebra.Expr) algebra.Node {
	by := map[algebra.ColumnID]*algebra.Expr{}
	for i, c := range n.Cols {
		by[c.ID] = n.Exprs[i]
		if n.Exprs[i].Kind == expr.Column {
			p.unite(c.ID, n.Exprs[i].Col)
		}
	}
	var down, stay []*algebra.Expr
	for _, e := range preds {
		s := e.Substitute(by)
		if s.MayFail() || s.Volatile() {
			stay = append(stay, e)
		} else {
			down = append(down, s)
		}
	}
	out := &algebra.Project{In: p.pushDown(n.In, down), Cols: n.Cols, Exprs: n.Exprs}
	return withPreds(out, stay)
}

// pushAggregate lets conjuncts over group keys alone through.
func (p *planner) pushAggregate(n *algebra.Aggregate, preds []*algebra.Expr) algebra.Node {
	by := map[algebra.ColumnID]*algebra.Expr{}
	keys := idSet{}
	for i, k := range n.Keys {
		by[n.Cols[i].ID] = k
		keys[n.Cols[i].ID] = true
	}
	var down, stay []*algebra.Expr
	for _, e := range preds {
		if s := e.Substitute(by); len(n.Keys) > 0 && keys.covers(e) && e.HasColumn() && !s.MayFail() && !s.Volatile() {
			down = append(down, s)
		} else {
			stay = append(stay, e)
		}
	}
	out := *n
	out.In = p.pushDown(n.In, down)
	return withPreds(&out, stay)
}

// pushJoin hands conjuncts to the sides of a join. For inner joins those over
// both sides join its ON.
func (p *planner) pushJoin(n *algebra.Join, preds []*algebra.Expr) algebra.Node {
	left, right := idsOf(n.Left.Columns()), idsOf(n.Right.Columns())
	kind := n.Kind
	if kind == algebra.Left {
		for _, e := range preds {
			if e.RejectsNulls(right) {
				kind = algebra.Inner
				break
			}
		}
	}
	var toLeft, toRight, on, stay []*algebra.Expr
	for _, e := range preds {
		switch {
		case left.covers(e) && (e.HasColumn() || kind != algebra.Inner):
			toLeft = append(toLeft, e)
		case kind != algebra.Inner:
			stay = append(stay, e)
		case right.covers(e) && e.HasColumn():
			toRight = append(toRight, e)
		default:
			on = append(on, e)
		}
	}
	for _, e := range p.simplify(expr.Conjuncts(n.On...)) {
		unsafe := e.MayFail() || e.Volatile()
		switch {
		case unsafe:
			on = append(on, e)
		case right.covers(e) && e.HasColumn():
			toRight = append(toRight, e)
		case left.covers(e) && e.HasColumn() && (kind == algebra.Inner || kind == algebra.Semi):
			toLeft = append(toLeft, e)
		default:
			on = append(on, e)
		}
	}
	for _, e := range on {
		if e.MayFail() || e.Volatile() {
			continue
		}
		if d := p.implied(e, right); d != nil {
			toRight = append(toRight, d)
		}
		if kind == algebra.Inner || kind == algebra.Semi {
			if d := p.implied(e, left); d != nil {
				toLeft = append(toLeft, d)
			}
		}
	}
	out := &algebra.Join{Kind: kind, On: on,
		Left: p.pushDown(n.Left, toLeft), Right: p.pushDown(n.Right, toRight)}
	return withPreds(out, stay)
}
