package fn

import (
	"slipher/catalog/int128"
	"slipher/catalog/types"
)

// phys makes a list of classes.
func phys(ps ...types.Phys) []types.Phys { return ps }

// decScaled lists {from, factor, limit} → to for both decimal widths. Factor and
// limit are of the class in which the work is done: I128 if either side is, or
// if the factor does not fit 64 bits.
func decScaled() []Shape {
	var out []Shape
	for _, from := range phys(i64, i128) {
		for _, to := range phys(i64, i128) {
			if from == i64 && to == i64 {
				out = append(out, shape(from, i64, i64, to))
			}
			out = append(out, shape(from, i128, i128, to))
		}
	}
	return out
}

// decimalGroup is arithmetic on unscaled decimals. Operands of add and sub have
// the same scale already; factors and limits are constants of the program.
//
// Below 38 digits the result types rule overflow out, so the binder uses the
// add_nc, sub_nc and mul_nc ops; at 38 digits the ops here check the result.
func decimalGroup() Group {
	var div []Shape
	for _, x := range phys(i64, i128) {
		for _, y := range phys(i64, i128) {
			for _, r := range phys(i64, i128) {
				div = append(div, Shape{In: phys(x, y, i32), Out: r})
			}
		}
	}
	return Group{
		Ops: []*Op{
			{Name: "dec_add38", Shapes: same(2, i128), MayFail: true, Overflows: true, Commutes: true,
				Spread: spreadSum(1), Infix: "+", Narrow: &Narrow{"add_nc", sumBits}, Emit: dec38(Builder.Add),
				Doc: "x + y of a DECIMAL(38): at most 38 digits."},
			{Name: "dec_sub38", Shapes: same(2, i128), MayFail: true, Overflows: true,
				Spread: spreadSum(-1), Infix: "-", Narrow: &Narrow{"sub_nc", sumBits}, Emit: dec38(Builder.Sub),
				Doc: "x - y of a DECIMAL(38): at most 38 digits."},
			{Name: "dec_mul38", Shapes: []Shape{shape(i128, i128, i128)}, MayFail: true, Overflows: true, Commutes: true,
				Spread: spreadProduct, Infix: "*", Narrow: &Narrow{"mul_nc", productBits}, Emit: emitDecMul38,
				Doc: "x * y of a DECIMAL(38): at most 38 digits."},
			{Name: "dec_mul_down", Shapes: []Shape{shape(i128, i128, i32, i128)}, MayFail: true, Overflows: true,
				Spread: spreadProduct, Infix: "*", Emit: kernelErr("slp_dec_mul_down"),
				Doc: "x * y / 10^k, rounded: a product whose scale does not fit."},
			{Name: "dec_div", Shapes: div, MayFail: true,
				Spread: spreadQuotient, Infix: "/", Emit: emitDecDiv,
				Doc: "x * 10^k / y, rounded half away from zero: decimal division. k = result scale + y's scale - x's scale."},
			{Name: "dec_up", Shapes: decScaled(), MayFail: true, Overflows: true,
				Cast: true, Monotone: true, Emit: emitScaleUp,
				Doc: "x * factor, magnitude at most limit: a decimal given a larger scale."},
			{Name: "dec_up_nc", Shapes: []Shape{shape(i64, i64, i64), shape(i64, i128, i128), shape(i128, i128, i128)},
				Cast: true, Monotone: true, Narrow: &Narrow{"mul_nc", productBits}, Emit: emitMulNC,
				Doc: "x * factor where the new type has room for every value."},
			{Name: "dec_widen", Shapes: []Shape{shape(i64, i128)},
				Cast: true, Monotone: true, KeepsHash: true, Narrow: &Narrow{"", nil},
				Emit: func(b Builder, _ Shape, a []Value) Value { return b.SExt(a[0], i128) },
				Doc:  "A decimal from 64 to 128 bits."},
			{Name: "dec_check", Shapes: []Shape{shape(i64, i64, i64), shape(i128, i128, i128), shape(i128, i128, i64)},
				MayFail: true,
				Cast:    true, Monotone: true, KeepsHash: true, Emit: emitDecCheck,
				Doc: "x, whose magnitude must be at most limit: a decimal given a smaller precision."},
			{Name: "dec_down_round", Shapes: decScaled(), MayFail: true,
				Cast: true, Emit: decDown(roundedQuotient),
				Doc: "x / factor rounded half away from zero, magnitude at most limit: a smaller scale on assignment."},
			{Name: "dec_down_trunc", Shapes: decScaled(), MayFail: true,
				Cast: true, Emit: decDown(divide),
				Doc: "x / factor truncated, magnitude at most limit: a smaller scale in a cast."},
		},
		Kernels: []*Kernel{
			{Name: "slp_dec_mul_down", Args: phys(i128, i128, i32), Result: i128, Err: true, Pure: true,
				Doc: "x * y / 10^k rounded; at most 38 digits."},
			{Name: "slp_dec_div", Args: phys(i128, i128, i32), Result: i128, Err: true, Pure: true,
				Doc: "x * 10^k / y rounded; at most 38 digits; y = 0 is an error."},
		},
	}
}

// dec38 emits 128-bit arithmetic on magnitudes below 10^38, which cannot wrap:
// 2 * 10^38 > 2^127, so the sum may, but then its sign is wrong and its
// magnitude beyond the limit: 2^128 - 2 * 10^38 > 10^38.
func dec38(f func(b Builder, x, y Value) Value) emitter {
	return func(b Builder, _ Shape, a []Value) Value {
		r := f(b, a[0], a[1])
		b.Fail(NumericOverflow, beyond(b, i128, r, limit38(b)))
		return r
	}
}

func emitDecMul38(b Builder, _ Shape, a []Value) Value {
	r, o := b.MulOvf(a[0], a[1])
	b.Fail(NumericOverflow, b.Or(o, beyond(b, i128, r, limit38(b))))
	return r
}

// limit38 is 10^38-1.
func limit38(b Builder) Value { return const128(b, types.MaxUnscaled(38)) }

// const128 is a 128-bit constant.
func const128(b Builder, v int128.Int) Value {
	if v.FitsInt64() {
		return b.Const(i128, int64(v.Lo))
	}
	hi := b.Shl(b.Const(i128, v.Hi), b.Const(i128, 64))
	return b.Or(hi, b.ZExt(b.Const(i64, int64(v.Lo)), i128))
}

// beyond is an i1: the magnitude of x of class p exceeds limit.
func beyond(b Builder, p types.Phys, x, limit Value) Value {
	return b.Or(b.ICmp(GT, x, limit), b.ICmp(LT, x, b.Neg(limit)))
}

func emitDecDiv(b Builder, sh Shape, a []Value) Value {
	r := b.CallErr("slp_dec_div", widen(b, a[0], sh.In[0], i128), widen(b, a[1], sh.In[1], i128), a[2])
	return narrow128(b, r, sh.Out)
}

// narrow128 is the I128 x in class p; a value that does not fit is an error.
func narrow128(b Builder, x Value, p types.Phys) Value {
	if p == i128 {
		return x
	}
	r := b.Trunc(x, p)
	b.Fail(NumericOverflow, b.ICmp(NE, b.SExt(r, i128), x))
	return r
}

// emitScaleUp computes x * factor in the factor's class; beyond the limit is an error.
func emitScaleUp(b Builder, sh Shape, a []Value) Value {
	w := sh.In[1]
	r, o := b.MulOvf(widen(b, a[0], sh.In[0], w), a[1])
	b.Fail(NumericPrecision, b.Or(o, beyond(b, w, r, a[2])))
	if w != sh.Out {
		return b.Trunc(r, sh.Out)
	}
	return r
}

func emitDecCheck(b Builder, sh Shape, a []Value) Value {
	b.Fail(NumericPrecision, beyond(b, sh.In[0], a[0], a[1]))
	if sh.In[0] != sh.Out {
		return b.Trunc(a[0], sh.Out)
	}
	return a[0]
}

func decDown(quotient func(b Builder, p types.Phys, x, f Value) Value) emitter {
	return func(b Builder, sh Shape, a []Value) Value {
		w := sh.In[1]
		q := quotient(b, w, widen(b, a[0], sh.In[0], w), a[1])
		b.Fail(NumericPrecision, beyond(b, w, q, a[2]))
		if w != sh.Out {
			return b.Trunc(q, sh.Out)
		}
		return q
	}
}

// divide is x / f, truncated, for a constant f > 0. Under an unselected row f
// is still the constant, so nothing needs guarding.
func divide(b Builder, p types.Phys, x, f Value) Value {
	if p == i128 {
		return b.Call("slp_i128_div", x, f)
	}
	return b.SDiv(x, f)
}

// roundedQuotient is x / f rounded half away from zero, f > 0.
func roundedQuotient(b Builder, p types.Phys, x, f Value) Value {
	return roundQuotient(b, p, x, f, divide(b, p, x, f))
}

// roundQuotient corrects the truncated quotient q = x/f to round half away from
// zero: the remainder r decides by |r| >= f - |r|.
func roundQuotient(b Builder, p types.Phys, x, f, q Value) Value {
	r := b.Sub(x, b.Mul(q, f))
	neg := b.ICmp(LT, x, b.Const(p, 0))
	mag := b.Select(neg, b.Neg(r), r)
	up := b.ICmp(GE, mag, b.Sub(f, mag))
	step := b.Select(neg, b.Const(p, -1), b.Const(p, 1))
	return b.Select(up, b.Add(q, step), q)
}
