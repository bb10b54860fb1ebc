package fn

import (
	"math"

	"slipher/catalog/types"
)

// Infinite days and moments (types.IsInfinite) stay what they are where something is added to them, where they are cut
// to a period or go to another clock; there is no time between them and others, and they have no fields but those that
// grow without end. What Redshift's guide does not say is PostgreSQL 15's.

// isInfinite is an i1: a day (I32) or a moment (I64) is an infinity.
func isInfinite(b Builder, p types.Phys, x Value) Value {
	return b.ICmp(ULE, b.Sub(x, b.Const(p, greatestOf(p))), b.Const(p, 1)) // the least follows the greatest
}

func greatestOf(p types.Phys) int64 { return -minOf(p) - 1 }

// finite is r, made of x, or x itself where that is an infinity. Both are of class p.
func finite(b Builder, p types.Phys, x, r Value) Value { return b.Select(isInfinite(b, p, x), x, r) }

// infinityOf is the infinity of class p with the sign of x, an I64.
func infinityOf(b Builder, p types.Phys, x Value) Value {
	return b.Xor(b.AShr(x, b.Const(i64, 63)), b.Const(i64, greatestOf(p)))
}

// orInfinity is r, made of x, or an infinite double where x, of class p, is an infinity.
func orInfinity(b Builder, p types.Phys, x, r Value) Value {
	below := b.ICmp(LT, x, b.Const(p, 0))
	return b.Select(isInfinite(b, p, x), b.Select(below, b.ConstF(f64, math.Inf(-1)), b.ConstF(f64, math.Inf(1))), r)
}

// nullInfinity makes op give NULL where its first operand, a day or a moment, is an infinity, and else what emit does.
func nullInfinity(op *Op, emit emitter) *Op {
	op.Nulls, op.NullIfNull = CustomNull, true
	op.EmitNull = func(b Builder, sh Shape, a, nulls []Value) (Value, Value) {
		p := sh.In[0]
		null := isInfinite(b, p, a[0])
		for _, n := range nulls {
			if n != nil {
				null = b.Or(null, n)
			}
		}
		known := append([]Value{b.Select(null, b.Const(p, 0), a[0])}, a[1:]...) // of what is no moment, emit would fail
		return emit(b, sh, known), null
	}
	return op
}

// nullInfinityRows is nullInfinity of an operation that Go runs row by row.
func nullInfinityRows(op *Op, host func(c HostCall, row int) error) *Op {
	op.Nulls, op.NullIfNull = CustomNull, true
	op.Host = eachRow(func(c HostCall, row int) error {
		if types.IsInfinite(c.Int(0, row)) {
			c.SetNull(row)
			return nil
		}
		return host(c, row)
	})
	return op
}

// failInfinite raises an error where one of two days or moments is an infinity: there is no time between them.
func failInfinite(b Builder, p types.Phys, x, y Value) {
	code := InfiniteTimestamps
	if p == i32 {
		code = InfiniteDates
	}
	b.Fail(code, b.Or(isInfinite(b, p, x), isInfinite(b, p, y)))
}

// between is an emitter of two moments, without infinities, whatever is behind them.
func between(emit emitter) emitter {
	return func(b Builder, sh Shape, a []Value) Value {
		failInfinite(b, sh.In[0], a[0], a[1])
		return emit(b, sh, a)
	}
}
