package fn

import (
	"math/big"

	"slipher/catalog/int128"
	"slipher/catalog/types"
)

// What operations in Go make of operands, and results of what they make.

// TypeConst is a constant operand that says a type.
func TypeConst(t types.Type) Const {
	return Const{Phys: i64, V: types.Int(int64(t.Kind) | int64(t.Elem)<<8 | int64(t.Prec)<<16 | int64(t.Scale)<<24 |
		int64(t.Len)<<32)}
}

// typeOperand is the type that an operand says.
func typeOperand(c HostCall, arg, row int) types.Type {
	v := c.Int(arg, row)
	return types.Type{Kind: types.Kind(v), Elem: types.Kind(v >> 8), Prec: uint8(v >> 16), Scale: uint8(v >> 24),
		Len: int32(v >> 32)}
}

// datumOf is an operand as a value of type t, or NULL.
func datumOf(c HostCall, arg, row int, t types.Type) types.Datum {
	switch p := t.Phys(); {
	case c.Null(arg, row):
		return types.NullDatum
	case p == str:
		return types.String(string(c.Str(arg, row)))
	case p.IsFloat():
		return types.Float(c.Float(arg, row))
	case p == i128:
		return types.Int128(c.Int128(arg, row))
	}
	return types.Int(c.Int(arg, row))
}

func setDatum(c HostCall, row int, t types.Type, d types.Datum) {
	switch p := t.Phys(); {
	case d.Null:
		c.SetNull(row)
	case p == str:
		c.SetStr(row, []byte(d.S))
	case p.IsFloat():
		c.SetFloat(row, d.Float())
	case p == i128:
		c.SetInt128(row, d.Hi, d.Lo)
	default:
		c.SetInt(row, d.Lo)
	}
}

func setBool(c HostCall, row int, v bool) { c.SetInt(row, btoi(v)) }

// wideOperand is an integer operand.
func wideOperand(c HostCall, arg, row int) int128.Int { return types.Int128(c.Int128(arg, row)).I128() }

// bigOperand is an integer operand without a limit.
func bigOperand(c HostCall, arg, row int) *big.Int { return wideOperand(c, arg, row).Big() }

func setWide(c HostCall, row int, v int128.Int) { c.SetInt128(row, v.Hi, int64(v.Lo)) }

// setBig gives a number that fits the result.
func setBig(c HostCall, row int, n *big.Int) { setWide(c, row, int128.From(n)) }
