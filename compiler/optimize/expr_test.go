package optimize

import (
	"testing"

	"slipher/catalog/fn"
	"slipher/catalog/types"
	"slipher/compiler/algebra"
)

// Proves that every function declared volatile has an operation that is.
func TestOperationNames(t *testing.T) {
	tab := operations
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
}

// Proves which conjuncts may move: none that may fail on a row, but those that fail for all or none.
func TestMayFail(t *testing.T) {
	b := newBuilder()
	x := b.id("x", types.TInt4, false).Ref()
	div := func(l, r *algebra.Expr) *algebra.Expr { return opCall("div", types.TInt4, l, r) }
	for _, c := range []struct {
		e    *algebra.Expr
		want bool
	}{
		{cmp("lt", x, b.int(1)), false},
		{cmp("lt", div(b.int(1), x), b.int(1)), true},
		{cmp("lt", x, div(b.int(1), b.int(0))), false},
		{opCall("int_widen", types.TInt8, x), false},
	} {
		if got := c.e.MayFail(); got != c.want {
			t.Errorf("%s: %v", c.e.Op.Name, got)
		}
	}
}
