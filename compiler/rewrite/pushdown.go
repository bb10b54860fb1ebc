package rewrite

import (
	"slipher/compiler/algebra"
	"slipher/compiler/expr"
)

// pushDown puts conjuncts at the lowest place where they mean the same:
//
//	select(l.x = 1 AND r.y = 2)(join(l, r))  →  join(select(l.x = 1)(l), select(r.y = 2)(r))
//	select(k > 5)(aggregate(k, sum(x))(t))   →  aggregate(k, sum(x))(select(k > 5)(t))
//	select(k > 5)(window(partition k)(t))    →  window(partition k)(select(k > 5)(t))
//
// Those over both sides of an inner join become conditions of it. Conjuncts that may fail stay where they are:
// below a join or another filter they would be evaluated for rows that those exclude.
func pushDown(r *run, n algebra.Node) algebra.Node { return r.push(n, nil) }

// push is n with the conjuncts preds, which hold above it, in it or below.
func (r *run) push(n algebra.Node, preds []*algebra.Expr) algebra.Node {
	switch n := n.(type) {
	case *algebra.Select:
		safe, failing := expr.Movable(n.Preds)
		// preds stood above n, so they must not get below what may fail here
		// only if they may fail themselves, which they do not.
		return algebra.Where(r.push(n.In, r.once(append(safe, preds...))), failing)
	case *algebra.Project:
		return r.pushProject(n, preds)
	case *algebra.Join:
		return r.pushJoin(n, preds)
	case *algebra.Aggregate:
		return r.pushAggregate(n, preds)
	case *algebra.Expand:
		return r.pushExpand(n, preds)
	case *algebra.Union:
		return r.pushUnion(n, preds)
	case *algebra.Distinct:
		return n.WithInputs([]algebra.Node{r.push(n.In, preds)})
	case *algebra.Window:
		return r.pushWindow(n, preds)
	case *algebra.Sort:
		return n.WithInputs([]algebra.Node{r.push(n.In, preds)})
	}
	// What is above a LIMIT, or anything else, stays there.
	return algebra.Where(algebra.MapInputs(n, func(in algebra.Node) algebra.Node { return r.push(in, nil) }), preds)
}

// pushProject puts expressions in the place of the projection's columns.
func (r *run) pushProject(n *algebra.Project, preds []*algebra.Expr) algebra.Node {
	by := map[algebra.ColumnID]*algebra.Expr{}
	for i, c := range n.Cols {
		by[c.ID] = n.Exprs[i]
	}
	var down, stay []*algebra.Expr
	for _, e := range preds {
		if s := e.Substitute(by); s.Movable() {
			down = append(down, s)
		} else {
			stay = append(stay, e)
		}
	}
	return algebra.Where(n.WithInputs([]algebra.Node{r.push(n.In, down)}), stay)
}

// pushAggregate lets conjuncts over group keys alone through, and what others say of those.
func (r *run) pushAggregate(n *algebra.Aggregate, preds []*algebra.Expr) algebra.Node {
	by := map[algebra.ColumnID]*algebra.Expr{}
	keys := algebra.IDs{}
	for i, k := range n.Keys {
		by[n.Cols[i].ID] = k
		keys[n.Cols[i].ID] = true
	}
	var down, stay []*algebra.Expr
	for _, e := range preds {
		if s := e.Substitute(by); len(n.Keys) > 0 && keys.Covers(e) && e.HasColumn() && s.Movable() {
			down = append(down, s)
			continue
		}
		stay = append(stay, e)
		if d := r.implied(e, keys); d != nil && len(n.Keys) > 0 {
			if s := d.Substitute(by); s.Movable() {
				down = append(down, s)
			}
		}
	}
	return algebra.Where(n.WithInputs([]algebra.Node{r.push(n.In, down)}), stay)
}

// pushUnion hands conjuncts to all inputs, as far as they mean the same there.
func (r *run) pushUnion(n *algebra.Union, preds []*algebra.Expr) algebra.Node {
	in := make([]algebra.Node, len(n.In))
	to := make([]map[algebra.ColumnID]*algebra.Expr, len(n.In))
	same := algebra.IDsOf(n.Cols) // columns of one type in all inputs
	for k, x := range n.In {
		to[k] = map[algebra.ColumnID]*algebra.Expr{}
		for i, c := range x.Columns() {
			to[k][n.Cols[i].ID] = c.Ref()
			if c.Type != n.Cols[i].Type {
				delete(same, n.Cols[i].ID)
			}
		}
	}
	var down, stay []*algebra.Expr
	for _, e := range preds {
		if same.Covers(e) && e.HasColumn() && e.Movable() {
			down = append(down, e)
		} else {
			stay = append(stay, e)
		}
	}
	for k, x := range n.In {
		in[k] = r.push(x, substituteAll(down, to[k]))
	}
	return algebra.Where(n.WithInputs(in), stay)
}

// pushExpand lets conjuncts through that do not read the copies' number.
func (r *run) pushExpand(n *algebra.Expand, preds []*algebra.Expr) algebra.Node {
	below := algebra.IDsOf(n.In.Columns())
	var down, stay []*algebra.Expr
	for _, e := range preds {
		if below.Covers(e) && e.HasColumn() {
			down = append(down, e)
		} else {
			stay = append(stay, e)
		}
	}
	return algebra.Where(n.WithInputs([]algebra.Node{r.push(n.In, down)}), stay)
}

// pushWindow lets conjuncts over columns by which rows are parted through: they keep or drop whole partitions.
func (r *run) pushWindow(n *algebra.Window, preds []*algebra.Expr) algebra.Node {
	keys := n.PartitionColumns()
	var down, stay []*algebra.Expr
	for _, e := range preds {
		if keys.Covers(e) && e.HasColumn() && e.Movable() {
			down = append(down, e)
		} else {
			stay = append(stay, e)
		}
	}
	return algebra.Where(n.WithInputs([]algebra.Node{r.push(n.In, down)}), stay)
}

// pushJoin hands conjuncts to the sides of a join. For inner joins those over
// both sides join its ON.
func (r *run) pushJoin(n *algebra.Join, preds []*algebra.Expr) algebra.Node {
	left, right := algebra.IDsOf(n.Left.Columns()), algebra.IDsOf(n.Right.Columns())
	inner := n.Kind == algebra.Inner
	var toLeft, toRight, on, stay []*algebra.Expr
	if n.Kind == algebra.Full { // a row that is left out of a side is a row that the other one does not find
		return algebra.Where(algebra.MapInputs(n, func(in algebra.Node) algebra.Node { return r.push(in, nil) }), preds)
	}
	for _, e := range preds {
		switch {
		case left.Covers(e) && (e.HasColumn() || !inner):
			toLeft = append(toLeft, e)
		case !inner:
			stay = append(stay, e)
		case right.Covers(e) && e.HasColumn():
			toRight = append(toRight, e)
		default:
			on = append(on, e)
		}
	}
	for _, e := range n.On {
		switch {
		case !e.Movable():
			on = append(on, e)
		case right.Covers(e) && e.HasColumn():
			toRight = append(toRight, e)
		case left.Covers(e) && e.HasColumn() && (inner || n.Kind == algebra.Semi):
			toLeft = append(toLeft, e)
		default:
			on = append(on, e)
		}
	}
	for _, e := range on {
		if !e.Movable() {
			continue
		}
		if d := r.implied(e, right); d != nil {
			toRight = append(toRight, d)
		}
		if inner || n.Kind == algebra.Semi {
			if d := r.implied(e, left); d != nil {
				toLeft = append(toLeft, d)
			}
		}
	}
	out := n.WithOn(on).WithInputs([]algebra.Node{r.push(n.Left, toLeft), r.push(n.Right, toRight)})
	return algebra.Where(out, stay)
}

// implied is what an OR says about the columns of set alone, nil if nothing:
// each arm must restrict them. It is checked in addition to the OR itself.
//
//	(l.x = 1 AND r.y = 2) OR (l.x = 3 AND r.y = 4), for l  →  l.x = 1 OR l.x = 3
func (r *run) implied(e *algebra.Expr, set algebra.IDs) *algebra.Expr {
	if e.Kind != expr.Or || set.Covers(e) {
		return nil
	}
	var parts []*algebra.Expr
	for _, a := range expr.Arms(e) {
		var own []*algebra.Expr
		for _, c := range expr.Conjuncts(a) {
			if set.Covers(c) && c.HasColumn() && c.Movable() {
				own = append(own, c)
			}
		}
		if len(own) == 0 {
			return nil
		}
		parts = append(parts, expr.AllOf(own))
	}
	return expr.AnyOf(r.once(parts))
}

// once are conjuncts, or arms of an OR, without those that say what an earlier one says.
func (r *run) once(es []*algebra.Expr) []*algebra.Expr {
	seen := map[int]bool{}
	var out []*algebra.Expr
	for _, e := range es {
		if k := r.numbers.Of(e); !seen[k] {
			seen[k] = true
			out = append(out, e)
		}
	}
	return out
}
