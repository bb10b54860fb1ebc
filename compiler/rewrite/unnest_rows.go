package rewrite

import (
	"slices"

	"slipher/compiler/algebra"
)

// besideRow computes a right side that is made of each left row alone there, without bindings:
//
//	lateral join(t, project(f(i, t.n))(expand i to t.n(one row)))  →  project(t.*, f(i, n))(expand i to n(t))
//
// nil if x is no such join.
func (u *unnester) besideRow(x *algebra.Join, left algebra.Node) algebra.Node {
	p, ok := x.Right.(*algebra.Project)
	if !ok || x.Kind != algebra.Inner || holdsRelations(p) {
		return nil
	}
	e, ok := p.In.(*algebra.Expand)
	if !ok || holdsRelations(e) {
		return nil
	}
	if one, ok := e.In.(*algebra.Values); !ok || one.Len() != 1 || len(one.Cols) > 0 {
		return nil
	}
	// The left side's columns go on under their names: below they get others.
	cols := left.Columns()
	left, by := u.r.copied(left)
	copies := &algebra.Expand{In: left, Count: e.Count.Substitute(by), Number: e.Number}
	out := &algebra.Project{In: copies, Exprs: substituteAll(append(algebra.Refs(cols), p.Exprs...), by),
		Cols: slices.Concat(cols, p.Cols)}
	return algebra.Where(out, x.On)
}
