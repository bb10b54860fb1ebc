package bind

import (
	"slipher/catalog/types"
	"slipher/compiler/algebra"
	"slipher/compiler/expr"
	"slipher/compiler/parse"
)

// ordered is what rows are sorted by for e: itself, or a number that orders values of a type with an order of its own.
func (b *binder) ordered(e *algebra.Expr) *algebra.Expr {
	if !e.Type.OwnOrder() {
		return e
	}
	return expr.CallOf(b.fns.Op(e.Type.ShortName()+"_order"), types.TDecimal(types.MaxPrecision, 0), nil, e)
}

// identifies refuses a type whose values may be equal and yet differ in their bits, where rows are told apart by them.
func (b *binder) identifies(t types.Type, what string, at parse.Pos) error {
	if t.OwnOrder() {
		return b.unsupported(at, "%s of type %s", what, t.Name())
	}
	return nil
}
