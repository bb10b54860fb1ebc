package fn

import "slipher/catalog/types"

// retFunc is the type of Row.Ret.
type retFunc = func(args []types.Type, consts []*types.Datum) (Bound, error)

// castBind is the type of CastRule.Bind.
type castBind = func(from, to types.Type, ctx CastContext) (Bound, bool)

// fixed binds an op with the parameters' exact types.
func fixed(op string, ret types.Type, params ...types.Type) retFunc {
	return func([]types.Type, []*types.Datum) (Bound, error) {
		return Bound{Op: opRef(op), Args: params, Ret: ret}, nil
	}
}

// sure binds as ret does; the call cannot fail if its constants pass the test.
func sure(ret retFunc, test func(args []types.Type, consts []*types.Datum) bool) retFunc {
	return func(args []types.Type, consts []*types.Datum) (Bound, error) {
		b, err := ret(args, consts)
		b.Sure = err == nil && test(args, consts)
		return b, err
	}
}

// row is a function whose parameters are exactly the given types.
func row(name, op string, ret types.Type, doc string, params ...types.Type) *Row {
	return &Row{Name: name, Args: exact(params...), Ret: fixed(op, ret, params...), Doc: doc}
}

// exact is the parameter list of exact kinds.
func exact(params ...types.Type) []Param {
	out := make([]Param, len(params))
	for i, p := range params {
		out[i] = Param{Kind: p.Kind}
		if p.Kind == types.Varchar {
			out[i] = Param{Class: AnyString}
		}
	}
	return out
}

// i32Const is a constant operand of class I32.
func i32Const(v int) Const { return Const{Phys: i32, V: types.Int(int64(v))} }

// strConst is a constant string operand.
func strConst(s string) Const { return Const{Phys: str, V: types.String(s)} }

// text is VARCHAR(n), n clipped to what there is.
func text(n int) types.Type { return types.TVarchar(max(1, min(n, types.MaxVarchar))) }
