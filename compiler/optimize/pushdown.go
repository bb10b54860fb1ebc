package optimize

import (
	"slices"

	"slipher/catalog/fn"
	"slipher/compiler/algebra"
	"slipher/compiler/plan"
)

// pushDown returns n with the conjuncts preds, which hold above it, at the
// lowest place where they mean the same. Conjuncts that may fail stay where they are: pushing them below a join
// or another filter would evaluate them for rows that those exclude.
func (p *planner) pushDown(n algebra.Node, preds []*plan.Expr) algebra.Node {
	switch n := n.(type) {
	case *algebra.Select:
		own := p.simplify(conjuncts(n.Preds))
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
func (p *planner) joinLate(j *algebra.Join, failing []*plan.Expr) (in algebra.Node, rest []*plan.Expr) {
	on := slices.Clone(j.On)
	for _, e := range failing {
		if e.Kind == plan.ExprCall && e.Op == "eq" && !p.volatile(e) {
			on = append(on, e)
		} else {
			rest = append(rest, e)
		}
	}
	return &algebra.Join{Kind: j.Kind, On: on, Left: j.Left, Right: j.Right}, rest
}

func withPreds(n algebra.Node, preds []*plan.Expr) algebra.Node {
	if len(preds) == 0 {
		return n
	}
	return &algebra.Select{In: n, Preds: preds}
}

func (p *planner) splitFailing(preds []*plan.Expr) (safe, failing []*plan.Expr) {
	for _, e := range preds {
		if p.mayFail(e) || p.volatile(e) {
			failing = append(failing, e)
		} else {
			safe = append(safe, e)
		}
	}
	return safe, failing
}

// pushProject puts expressions in the place of the projection's columns.
func (p *planner) pushProject(n *algebra.Project, preds []*plan.Expr) algebra.Node {
	by := map[algebra.ColumnID]*plan.Expr{}
	for i, c := range n.Cols {
		by[c.ID] = n.Exprs[i]
		if n.Exprs[i].Kind == plan.ExprCol {
			p.unite(c.ID, n.Exprs[i].Col)
		}
	}
	var down, stay []*plan.Expr
	for _, e := range preds {
		s := substitute(e, by)
		if p.mayFail(s) || p.volatile(s) {
			stay = append(stay, e)
		} else {
			down = append(down, s)
		}
	}
	out := &algebra.Project{In: p.pushDown(n.In, down), Cols: n.Cols, Exprs: n.Exprs}
	return withPreds(out, stay)
}

func substitute(e *plan.Expr, by map[algebra.ColumnID]*plan.Expr) *plan.Expr {
	return rewriteExpr(e, func(x *plan.Expr) *plan.Expr {
		if x.Kind == plan.ExprCol {
			return by[x.Col]
		}
		return nil
	})
}

// pushAggregate lets conjuncts over group keys alone through.
func (p *planner) pushAggregate(n *algebra.Aggregate, preds []*plan.Expr) algebra.Node {
	by := map[algebra.ColumnID]*plan.Expr{}
	keys := idSet{}
	for i, k := range n.Keys {
		by[n.Cols[i].ID] = k
		keys[n.Cols[i].ID] = true
	}
	var down, stay []*plan.Expr
	for _, e := range preds {
		if s := substitute(e, by); len(n.Keys) > 0 && keys.covers(e) && hasColumn(e) && !p.mayFail(s) && !p.volatile(s) {
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
func (p *planner) pushJoin(n *algebra.Join, preds []*plan.Expr) algebra.Node {
	left, right := idsOf(n.Left.Columns()), idsOf(n.Right.Columns())
	kind := n.Kind
	if kind == algebra.Left {
		for _, e := range preds {
			if p.rejectsNulls(e, right) {
				kind = algebra.Inner
				break
			}
		}
	}
	var toLeft, toRight, on, stay []*plan.Expr
	for _, e := range preds {
		switch {
		case left.covers(e) && (hasColumn(e) || kind != algebra.Inner):
			toLeft = append(toLeft, e)
		case kind != algebra.Inner:
			stay = append(stay, e)
		case right.covers(e) && hasColumn(e):
			toRight = append(toRight, e)
		default:
			on = append(on, e)
		}
	}
	for _, e := range p.simplify(conjuncts(n.On)) {
		unsafe := p.mayFail(e) || p.volatile(e)
		switch {
		case unsafe:
			on = append(on, e)
		case right.covers(e) && hasColumn(e):
			toRight = append(toRight, e)
		case left.covers(e) && hasColumn(e) && (kind == algebra.Inner || kind == algebra.Semi):
			toLeft = append(toLeft, e)
		default:
			on = append(on, e)
		}
	}
	for _, e := range on {
		if p.mayFail(e) || p.volatile(e) {
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

// rejectsNulls reports whether e cannot be true when all columns of set are NULL.
func (p *planner) rejectsNulls(e *plan.Expr, set idSet) bool {
	switch e.Kind {
	case plan.ExprCol:
		return set[e.Col]
	case plan.ExprIsNotNull:
		return p.rejectsNulls(e.Args[0], set)
	case plan.ExprInList:
		return p.rejectsNulls(e.Args[0], set)
	case plan.ExprNot:
		// NOT x is true only for a false x: needs x to be NULL, not just untrue
		return p.nullIfNull(e.Args[0], set)
	case plan.ExprOr:
		for _, a := range e.Args {
			if !p.rejectsNulls(a, set) {
				return false
			}
		}
		return true
	}
	return p.nullIfNull(e, set)
}

// nullIfNull reports whether e is NULL when all columns of set are NULL.
func (p *planner) nullIfNull(e *plan.Expr, set idSet) bool {
	switch e.Kind {
	case plan.ExprCol:
		return set[e.Col]
	case plan.ExprInList, plan.ExprNot:
		return p.nullIfNull(e.Args[0], set)
	case plan.ExprCall:
		if op := p.op(e.Op); op == nil || op.Nulls != fn.Strict {
			return false
		}
		for _, a := range e.Args {
			if p.nullIfNull(a, set) {
				return true
			}
		}
	}
	return false
}
