package optimize

import (
	"testing"

	"slipher/catalog/fn"
	"slipher/catalog/types"
	"slipher/compiler/plan"
)

// Proves that every function declared volatile has an operation that is, and
// that the casts and comparisons the planner sees through exist.
func TestOperationNames(t *testing.T) {
	tab := fn.Default()
	for _, name := range tab.Names() {
		for _, r := range tab.Rows(name) {
			if r.Vol != fn.Volatile || r.Ret == nil || r.Effect {
				continue
			}
			b, err := r.Ret(nil, nil)
			if err != nil || b.Op == nil || !b.Op.Volatile {
				t.Errorf("%s is volatile, its operation does not say so", name)
			}
		}
	}
	for _, set := range []map[string]bool{classCasts, orderCasts} {
		for name := range set {
			if tab.Op(name) == nil {
				t.Errorf("no operation %s", name)
			}
		}
	}
	for name := range mirrored {
		if tab.Op(name) == nil {
			t.Errorf("no operation %s", name)
		}
	}
}

// Proves which conjuncts may move: none that may fail on a row, but those that fail for all or none.
func TestMayFail(t *testing.T) {
	b := newBuilder()
	p := &planner{env: Env{Fn: b.fn}}
	x := colExpr(b.id("x", types.TInt4, false))
	div := func(l, r *plan.Expr) *plan.Expr { return opCall("div", types.TInt4, l, r) }
	for _, c := range []struct {
		e    *plan.Expr
		want bool
	}{
		{cmp("lt", x, b.int(1)), false},
		{cmp("lt", div(b.int(1), x), b.int(1)), true},
		{cmp("lt", x, div(b.int(1), b.int(0))), false},
		{opCall("no such op", types.TInt4, x), true},
		{opCall("int_widen", types.TInt8, x), false},
	} {
		if got := p.mayFail(c.e); got != c.want {
			t.Errorf("%s: %v", c.e.Op, got)
		}
	}
}
