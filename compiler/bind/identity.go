package bind

import (
	"slipher/catalog/types"
	"slipher/compiler/algebra"
	"slipher/compiler/expr"
	"slipher/compiler/parse"
)

// ordered is what rows are sorted and compared by for e: itself, or the key of a value of a type with an order of its
// own.
func (b *binder) ordered(e *algebra.Expr) *algebra.Expr {
	if !e.Type.OwnOrder() {
		return e
	}
	return expr.CallOf(b.fns.KeyOf(e.Type), e.Type.KeyType(), nil, e)
}

// identifies refuses a type whose values may be equal and yet differ in their bits, where rows are told apart by them.
func (b *binder) identifies(t types.Type, what string, at parse.Pos) error {
	switch {
	case t.Fold:
		return b.unsupported(at, "%s of case-insensitive strings", what)
	case t.OwnOrder():
		return b.unsupported(at, "%s of type %s", what, t.Name())
	}
	return nil
}
