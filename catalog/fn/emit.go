package fn

import (
	"math"

	"slipher/catalog/types"
)

// Short names for the classes, for tables of shapes.
const (
	i8   = types.I8 // BOOL; i1 inside emitters
	i16  = types.I16
	i32  = types.I32
	i64  = types.I64
	i128 = types.I128
	f32  = types.F32
	f64  = types.F64
	str  = types.Str
)

// emitter is the type of Op.Emit.
type emitter = func(b Builder, sh Shape, args []Value) Value

// same lists shapes of n operands and a result of one class.
func same(n int, ps ...types.Phys) []Shape {
	var out []Shape
	for _, p := range ps {
		sh := Shape{Out: p}
		for range n {
			sh.In = append(sh.In, p)
		}
		out = append(out, sh)
	}
	return out
}

// compared lists shapes of two operands of one class and a BOOL result.
func compared(ps ...types.Phys) []Shape {
	var out []Shape
	for _, p := range ps {
		out = append(out, Shape{In: []types.Phys{p, p}, Out: i8})
	}
	return out
}

// shape is one shape: the result last.
func shape(inOut ...types.Phys) Shape {
	n := len(inOut) - 1
	return Shape{In: inOut[:n:n], Out: inOut[n]}
}

// rangeCode is the overflow error of an integer class.
func rangeCode(p types.Phys) Code {
	switch p {
	case i16:
		return SmallintRange
	case i32:
		return IntegerRange
	case i64:
		return BigintRange
	}
	return NumericOverflow
}

// minOf is the smallest value of an integer class up to I64.
func minOf(p types.Phys) int64 { return math.MinInt64 >> (64 - 8*p.Width()) }

// minConst is the smallest value of an integer class as a Value.
func minConst(b Builder, p types.Phys) Value {
	if p != i128 {
		return b.Const(p, minOf(p))
	}
	return b.Shl(b.Const(i128, 1), b.Const(i128, 127))
}

// isInf is an i1: x is an infinity.
func isInf(b Builder, p types.Phys, x Value) Value {
	if p == f32 {
		return b.ICmp(EQ, b.And(b.FloatBits(x), b.Const(i32, 0x7fffffff)), b.Const(i32, 0x7f800000))
	}
	return b.ICmp(EQ, b.And(b.FloatBits(x), b.Const(i64, math.MaxInt64)), b.Const(i64, 0x7ff<<52))
}

// isZero is an i1: x is 0 or -0.
func isZero(b Builder, p types.Phys, x Value) Value { return b.FCmp(EQ, x, b.ConstF(p, 0)) }

// any1 is the disjunction of i1 values.
func any1(b Builder, vs ...Value) Value {
	r := vs[0]
	for _, v := range vs[1:] {
		r = b.Or(r, v)
	}
	return r
}

// all1 is the conjunction of i1 values.
func all1(b Builder, vs ...Value) Value {
	r := vs[0]
	for _, v := range vs[1:] {
		r = b.And(r, v)
	}
	return r
}

// widen sign-extends x of class p to class to (or leaves it).
func widen(b Builder, x Value, p, to types.Phys) Value {
	if p == to {
		return x
	}
	return b.SExt(x, to)
}

// eachRow is a host op's work on the rows whose operands are not NULL, one after the other.
func eachRow(f func(c HostCall, row int) error) func(HostCall) error {
	return func(c HostCall) error { return c.Rows(func(row int) error { return f(c, row) }) }
}

// eachBytes is a host op's work whose result is the bytes that f appends of its operand, in one buffer a vector.
func eachBytes[T ~[]byte](f func(dst []byte, x T) []byte) func(HostCall) error {
	return func(c HostCall) error {
		var out []byte
		return c.Rows(func(row int) error {
			out = f(out[:0], c.Str(0, row))
			c.SetStr(row, out)
			return nil
		})
	}
}

// kernel gives an emitter that calls a kernel with the operands as they are.
func kernel(name string) emitter {
	return func(b Builder, _ Shape, args []Value) Value { return b.Call(name, args...) }
}

// kernelErr is kernel for kernels that return a Code.
func kernelErr(name string) emitter {
	return func(b Builder, _ Shape, args []Value) Value { return b.CallErr(name, args...) }
}
