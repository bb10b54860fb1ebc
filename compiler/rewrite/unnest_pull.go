package rewrite

import (
	"slices"

	"slipher/catalog/fn"
	"slipher/compiler/algebra"
	"slipher/compiler/expr"
)

// pulled is a relation without the conditions that tie it to the row around.
type pulled struct {
	node algebra.Node
	// on are those conditions, over node's columns and the free ones.
	on []*algebra.Expr
	// by says what columns of projections are, that are not computed in node.
	by map[algebra.ColumnID]*algebra.Expr
}

// pull takes the conditions that read columns of outer out of n; false if that would change what n is.
//
//	project(b)(select(k = outer.k AND b > 5)(u))  →  select(b > 5)(u) on k = outer.k
//	aggregate(sum(b))(select(k = outer.k)(u))     →  aggregate(k, sum(b))(u) on k = outer.k
func (u *unnester) pull(n algebra.Node, outer algebra.IDs) (p pulled, ok bool) {
	if !reads(n, outer) {
		return pulled{node: n}, true
	}
	switch x := n.(type) {
	case *algebra.Select:
		if p, ok = u.pull(x.In, outer); !ok {
			return p, false
		}
		var stay []*algebra.Expr
		for _, e := range substituteAll(x.Preds, p.by) {
			switch {
			case !outer.Meets(e):
				stay = append(stay, e)
			case holdsRelation(e) || e.Volatile():
				return p, false
			default:
				p.on = append(p.on, e)
			}
		}
		p.node = algebra.Where(p.node, stay)
		return p, true
	case *algebra.Project:
		if p, ok = u.pull(x.In, outer); !ok {
			return p, false
		}
		return u.dissolve(x, p)
	case *algebra.Sort:
		return u.pull(x.In, outer)
	case *algebra.Join:
		return u.pullJoin(x, outer)
	case *algebra.Aggregate:
		if len(x.Keys) > 0 { // else there is a row where nothing fits, too
			return u.pullAggregate(x, outer)
		}
	case *algebra.Distinct:
		if p, ok = u.pull(x.In, outer); !ok {
			return p, false
		}
		return u.pullDistinct(x, p, outer)
	}
	return p, false
}

// reads reports whether anything in n reads columns of outer.
func reads(n algebra.Node, outer algebra.IDs) bool {
	found := false
	algebra.Walk(n, func(n algebra.Node) {
		n.EachExpr(func(e *algebra.Expr) { found = found || outer.Meets(e) })
	})
	return found
}

// dissolve notes what a projection's columns are: computed where they are read, they are computed for rows that the
// conditions leave.
func (u *unnester) dissolve(x *algebra.Project, p pulled) (pulled, bool) {
	by := map[algebra.ColumnID]*algebra.Expr{}
	for id, e := range p.by {
		by[id] = e
	}
	for i, e := range substituteAll(x.Exprs, p.by) {
		if e.Volatile() || holdsRelation(e) {
			return p, false
		}
		by[x.Cols[i].ID] = e
	}
	p.by = by
	return p, true
}

func (u *unnester) pullJoin(x *algebra.Join, outer algebra.IDs) (pulled, bool) {
	l, ok := u.pull(x.Left, outer)
	if !ok || x.Kind == algebra.Full || x.Lateral {
		return l, false
	}
	r := pulled{node: x.Right}
	if x.Kind == algebra.Inner {
		if r, ok = u.pull(x.Right, outer); !ok {
			return r, false
		}
	} else if reads(x.Right, outer) {
		return r, false
	}
	p := pulled{on: append(l.on[:len(l.on):len(l.on)], r.on...), by: map[algebra.ColumnID]*algebra.Expr{}}
	for _, m := range []map[algebra.ColumnID]*algebra.Expr{l.by, r.by} {
		for id, e := range m {
			p.by[id] = e
		}
	}
	var on []*algebra.Expr
	for _, e := range substituteAll(x.On, p.by) {
		switch {
		case !outer.Meets(e):
			on = append(on, e)
		case x.Kind != algebra.Inner || holdsRelation(e) || e.Volatile():
			return p, false
		default:
			p.on = append(p.on, e)
		}
	}
	if len(x.Cond) > 0 {
		return p, false
	}
	p.node = x.WithOn(on).WithInputs([]algebra.Node{l.node, r.node})
	return p, true
}

// keyed parts conditions into what of outer they compare, and with what of the relation; false if one is no
// equality of the two.
func keyed(on []*algebra.Expr, outer algebra.IDs) (of, with []*algebra.Expr, ok bool) {
	for _, e := range on {
		if e.Compares() != fn.Equal || e.Args[0].Type.Phys() != e.Args[1].Type.Phys() {
			return nil, nil, false
		}
		a, b := e.Args[0], e.Args[1]
		if outer.Meets(b) {
			a, b = b, a
		}
		if outer.Meets(b) || !outer.Covers(a) || !b.HasColumn() || !b.Movable() {
			return nil, nil, false
		}
		of, with = append(of, a), append(with, b)
	}
	return of, with, true
}

// pullAggregate groups by what the conditions compare, too: a group for each binding that there is.
func (u *unnester) pullAggregate(x *algebra.Aggregate, outer algebra.IDs) (pulled, bool) {
	p, ok := u.pull(x.In, outer)
	if !ok {
		return p, false
	}
	of, with, ok := keyed(p.on, outer)
	if !ok || len(x.Keys) == 0 && len(of) == 0 {
		return p, false
	}
	a := x.MapExprs(func(e *algebra.Expr) *algebra.Expr { return e.Substitute(p.by) }).(*algebra.Aggregate)
	bad := false
	a.EachExpr(func(e *algebra.Expr) { bad = bad || outer.Meets(e) || holdsRelation(e) || provoked(e) })
	if bad {
		return p, false
	}
	out := &algebra.Aggregate{In: p.node, SetOp: a.SetOp, Aggs: a.Aggs,
		Keys: append(a.Keys[:len(a.Keys):len(a.Keys)], with...)}
	cols, on := u.keyColumns(with, of)
	k := len(a.Keys)
	out.Cols = slices.Concat(a.Cols[:k], cols, a.Cols[k:])
	return pulled{node: out, on: on}, true
}

// pullDistinct keeps, beside the columns, what the conditions compare.
func (u *unnester) pullDistinct(x *algebra.Distinct, p pulled, outer algebra.IDs) (pulled, bool) {
	of, with, ok := keyed(p.on, outer)
	if !ok {
		return p, false
	}
	proj := &algebra.Project{In: p.node}
	out := pulled{node: &algebra.Distinct{In: proj}, by: map[algebra.ColumnID]*algebra.Expr{}}
	for _, c := range x.Columns() {
		e := c.Ref().Substitute(p.by)
		if outer.Meets(e) || e.MayFail() {
			return p, false
		}
		own := algebra.Column{ID: u.r.st.Fresh(), Name: c.Name, Type: c.Type, Nullable: c.Nullable}
		proj.Exprs, proj.Cols = append(proj.Exprs, e), append(proj.Cols, own)
		out.by[c.ID] = own.Ref()
	}
	cols, on := u.keyColumns(with, of)
	proj.Exprs, proj.Cols, out.on = append(proj.Exprs, with...), append(proj.Cols, cols...), on
	return out, true
}

// provoked reports whether e fails for values that may well be there, other than by a result that does not fit its
// type: such an expression is not evaluated for groups that nobody asks for.
func provoked(e *algebra.Expr) bool {
	found := false
	e.Walk(func(x *algebra.Expr) {
		found = found || x.CallFails() && !x.Op.Overflows && x.HasColumn() || x.Kind == expr.Scalar
	})
	return found
}
