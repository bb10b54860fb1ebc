package plan

import "slipher/catalog/types"

// ConstType is an SQL type of class p, for constant operands of operations
// (fn.Bound.Extra): operations know classes only, an Expr has a type.
func ConstType(p types.Phys) types.Type {
	switch p {
	case types.I8:
		return types.TBool
	case types.I16:
		return types.TInt2
	case types.I32:
		return types.TInt4
	case types.I64:
		return types.TInt8
	case types.I128:
		return types.TDecimal(types.MaxPrecision, 0)
	case types.F32:
		return types.TFloat4
	case types.F64:
		return types.TFloat8
	}
	return types.TText
}
