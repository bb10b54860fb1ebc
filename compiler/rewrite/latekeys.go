package rewrite

import (
	"slices"

	"slipher/catalog/fn"
	"slipher/compiler/algebra"
)

// lateKeys gives an inner join the equalities among the conjuncts above it that may fail:
//
//	select(l.a / l.b = r.c)(join(l, r))  →  join on l.a / l.b = r.c (l, r)
//
// An UPDATE's FROM and a DELETE's USING have no ON to write them in, and as filters they would make
// every row meet every row.
func lateKeys(r *run, n algebra.Node) algebra.Node {
	n = algebra.MapInputs(n, func(in algebra.Node) algebra.Node { return lateKeys(r, in) })
	s, ok := n.(*algebra.Select)
	if !ok {
		return n
	}
	j, ok := s.In.(*algebra.Join)
	if !ok || j.Kind != algebra.Inner {
		return n
	}
	on := slices.Clone(j.On)
	var rest []*algebra.Expr
	for _, e := range s.Preds {
		if e.MayFail() && e.Compares() == fn.Equal && !e.Volatile() {
			on = append(on, e)
		} else {
			rest = append(rest, e)
		}
	}
	if len(on) == len(j.On) {
		return n
	}
	return algebra.Where(&algebra.Join{Kind: j.Kind, Left: j.Left, Right: j.Right, On: on}, rest)
}
