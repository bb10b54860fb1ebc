package bind

import (
	"slipher/catalog/types"
	"slipher/compiler/algebra"
)

// equal reports whether two bound expressions always give the same value.
// Hoisted literals are equal if their values are. A column under another type of
// the same bytes is the same: a string of another declared length, a decimal of
// more digits, a bigint that is a decimal.
func (b *binder) equal(x, y *algebra.Expr) bool { return b.numbers.Same(x, y) }

// bytesOf is one type for all whose values are the same bytes.
func bytesOf(t types.Type) types.Type {
	switch {
	case t.IsString():
		return types.Type{Kind: types.Varchar}
	case t.Kind == types.Varbyte:
		t.Len = 0
	case t.Kind == types.Decimal && t.Phys() == types.I64 && t.Scale == 0:
		return types.TInt8
	case t.Kind == types.Decimal && t.Phys() == types.I64:
		t.Prec = 1
	case t.Kind == types.Decimal:
		t.Prec = types.MaxPrecision
	}
	return t
}

// unifier makes equal calls in a SELECT's keys and aggregates one expression with
// one set of parameters, so that the planner can compute them once. TPC-H 1 has
// price * (1 - discount) twice, each with a literal of its own.
type unifier struct {
	b     *binder
	exprs map[typed]*algebra.Expr // the first call of a number and type
}

type typed struct {
	number int
	t      types.Type
}

func newUnifier(b *binder) *unifier { return &unifier{b: b, exprs: map[typed]*algebra.Expr{}} }

// unify gives the one expression for all that are equal to e.
func (u *unifier) unify(e *algebra.Expr) *algebra.Expr {
	if len(e.Args) == 0 {
		return e
	}
	k := typed{u.b.numbers.Of(e), e.Type}
	if o := u.exprs[k]; o != nil {
		return o
	}
	u.exprs[k] = e.MapArgs(u.unify)
	return u.exprs[k]
}
