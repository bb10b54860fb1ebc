package rewrite

import (
	"slices"

	"slipher/compiler/algebra"
	"slipher/compiler/expr"
)

// factorConjuncts moves what all arms of an OR have in common out of it:
//
//	(k = j AND a) OR (k = j AND b)  →  k = j AND (a OR b)
//
// so that it can be joined on k = j. What may fail stays.
func factorConjuncts(r *run, n algebra.Node) algebra.Node {
	return eachConjuncts(n, func(es []*algebra.Expr) []*algebra.Expr {
		var out []*algebra.Expr
		for _, e := range es {
			out = append(out, r.factor(e)...)
		}
		return out
	})
}

// factor is e as conjuncts: the common ones, then the OR of what remains, unless
// that holds already.
func (r *run) factor(e *algebra.Expr) []*algebra.Expr {
	if e.Kind != expr.Or {
		return []*algebra.Expr{e}
	}
	var parts [][]*algebra.Expr
	for _, a := range expr.Arms(e) {
		parts = append(parts, expr.Conjuncts(a))
	}
	var common []*algebra.Expr
	shared := map[int]bool{}
	for _, c := range parts[0] {
		key := r.numbers.Of(c)
		if shared[key] || !c.Movable() {
			continue
		}
		everywhere := true
		for _, other := range parts[1:] {
			everywhere = everywhere && slices.ContainsFunc(other, func(x *algebra.Expr) bool { return r.numbers.Of(x) == key })
		}
		if everywhere {
			shared[key] = true
			common = append(common, c)
		}
	}
	if len(common) == 0 {
		return []*algebra.Expr{e}
	}
	var rest []*algebra.Expr
	for _, part := range parts {
		var left []*algebra.Expr
		for _, c := range part {
			if !shared[r.numbers.Of(c)] {
				left = append(left, c)
			}
		}
		if len(left) == 0 { // this arm asks for nothing more
			return common
		}
		rest = append(rest, expr.AllOf(left))
	}
	return append(common, expr.AnyOf(rest))
}
