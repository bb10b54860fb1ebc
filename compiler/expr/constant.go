package expr

import "slipher/catalog/types"

// Truth is the BOOLEAN constant v.
func Truth[R Ref](v bool) *Expr[R] {
	return &Expr[R]{Kind: Constant, Type: types.TBool, Const: types.BoolDatum(v)}
}

// Null is the NULL of type t.
func Null[R Ref](t types.Type) *Expr[R] {
	return &Expr[R]{Kind: Constant, Type: t, Nullable: true, Const: types.NullDatum}
}

// Number is a constant of an integer type t.
func Number[R Ref](t types.Type, v int64) *Expr[R] {
	return &Expr[R]{Kind: Constant, Type: t, Const: types.Int(v)}
}

// Zero is some value of type t that is not NULL: 0, false, the empty string.
func Zero[R Ref](t types.Type) *Expr[R] { return &Expr[R]{Kind: Constant, Type: t} }

// IsNullConst reports whether e is a constant NULL.
func (e *Expr[R]) IsNullConst() bool { return e.Kind == Constant && e.Const.Null }

// TruthOf is the value of a BOOLEAN constant that is not NULL.
func (e *Expr[R]) TruthOf() (value, ok bool) {
	return e.Const.Lo != 0, e.Kind == Constant && e.Type.Kind == types.Bool && !e.Const.Null
}

// Literal is the value of a constant, or of a parameter whose value is known while planning.
func (e *Expr[R]) Literal(params []Param) (types.Datum, bool) {
	switch e.Kind {
	case Constant:
		return e.Const, true
	case Parameter:
		if p := &params[e.Param]; p.Client == 0 && !p.IsList {
			return p.Value, true
		}
	}
	return types.Datum{}, false
}

// Known reports whether all of e is known while planning: neither columns nor the client's parameters.
func (e *Expr[R]) Known(params []Param) bool {
	known := true
	e.Walk(func(x *Expr[R]) {
		switch x.Kind {
		case Column, InList, Any, Scalar:
			known = false
		case Parameter:
			known = known && params[x.Param].Client == 0
		}
	})
	return known
}
