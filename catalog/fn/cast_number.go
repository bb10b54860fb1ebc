package fn

import (
	"math"

	"slipher/catalog/types"
)

// castNumberGroup is the casts between BOOL, integers, DECIMAL and floats.
func castNumberGroup() Group {
	ints := phys(i16, i32, i64)
	var widenInt, narrowInt, toDec, toDecCheck, decToInt, intToFloat, floatToInt, toBool, fromBool []Shape
	for i, p := range ints {
		for j, q := range ints {
			if i < j {
				widenInt = append(widenInt, shape(p, q))
				narrowInt = append(narrowInt, shape(q, p))
			}
		}
		for _, d := range phys(i64, i128) {
			toDec = append(toDec, shape(p, d, d))
			toDecCheck = append(toDecCheck, shape(p, d, d, d))
			decToInt = append(decToInt, shape(d, d, p))
			if d == i64 { // a factor of 10^19 needs 128 bits
				toDecCheck = append(toDecCheck, shape(p, i128, i128, d))
				decToInt = append(decToInt, shape(d, i128, p))
			}
		}
		for _, f := range phys(f32, f64) {
			intToFloat = append(intToFloat, shape(p, f))
			floatToInt = append(floatToInt, shape(f, p))
		}
		toBool = append(toBool, shape(p, i8))
		fromBool = append(fromBool, shape(i8, p))
	}
	return Group{
		Ops: []*Op{
			{Name: "int_widen", Shapes: widenInt, Cast: true, Monotone: true, KeepsHash: true,
				Emit: func(b Builder, sh Shape, a []Value) Value { return b.SExt(a[0], sh.Out) },
				Doc:  "An integer in a wider class."},
			{Name: "int_narrow", Shapes: narrowInt, MayFail: true, Overflows: true,
				Cast: true, Monotone: true, KeepsHash: true, Emit: emitNarrow,
				Doc: "An integer in a narrower class; out of range is an error."},
			{Name: "int_to_dec", Shapes: toDec, Cast: true, Monotone: true, KeepsHash: true,
				Narrow: &Narrow{"mul_nc", productBits}, Emit: emitMulNC,
				Doc: "x * factor where the decimal has room for every integer."},
			{Name: "int_to_dec_check", Shapes: toDecCheck, MayFail: true, Overflows: true,
				Cast: true, Monotone: true, KeepsHash: true,
				Emit: emitScaleUp, Doc: "x * factor, magnitude at most limit."},
			{Name: "dec_to_int_round", Shapes: decToInt, MayFail: true, Cast: true, Monotone: true, KeepsHash: true,
				Emit: decToIntBy(roundedQuotient),
				Doc:  "x / factor, rounded half away from zero, in an integer class: assignment."},
			{Name: "dec_to_int_trunc", Shapes: decToInt, MayFail: true, Cast: true, Monotone: true, KeepsHash: true,
				Emit: decToIntBy(divide),
				Doc:  "x / factor, truncated, in an integer class: a cast."},
			{Name: "int_to_float", Shapes: intToFloat, Cast: true, Monotone: true,
				Emit: func(b Builder, sh Shape, a []Value) Value { return b.SIToFP(a[0], sh.Out) },
				Doc:  "The nearest float."},
			{Name: "float_to_int", Shapes: floatToInt, MayFail: true, Cast: true, Emit: emitFloatToInt,
				Doc: "Rounded half to even; out of range is an error."},
			{Name: "float_widen", Shapes: []Shape{shape(f32, f64)}, Cast: true, Monotone: true,
				Emit: func(b Builder, _ Shape, a []Value) Value { return b.FPExt(a[0]) },
				Doc:  "REAL as DOUBLE."},
			{Name: "float_narrow", Shapes: []Shape{shape(f64, f32)}, MayFail: true, Cast: true, Emit: emitFloatNarrow,
				Doc: "DOUBLE as REAL; out of range is an error."},
			{Name: "dec_to_float", Shapes: []Shape{
				shape(i64, i32, f64), shape(i128, i32, f64), shape(i64, i32, f32), shape(i128, i32, f32)}, MayFail: true,
				Cast: true, Monotone: true, Emit: emitDecToFloat, Doc: "x / 10^scale."},
			{Name: "float_to_dec", Shapes: []Shape{
				shape(f64, i32, i32, i32, i64), shape(f64, i32, i32, i32, i128),
				shape(f32, i32, i32, i32, i64), shape(f32, i32, i32, i32, i128)}, MayFail: true,
				Cast: true, Emit: emitFloatToDec,
				Doc: "x with so many significant digits (15; 6 for REAL), rounded to scale, of at most prec digits."},
			{Name: "int_to_bool", Shapes: toBool, Cast: true, Emit: func(b Builder, sh Shape, a []Value) Value {
				return b.ICmp(NE, a[0], b.Const(sh.In[0], 0))
			}, Doc: "x <> 0."},
			{Name: "bool_to_int", Shapes: fromBool, Cast: true,
				Emit: func(b Builder, sh Shape, a []Value) Value { return b.ZExt(a[0], sh.Out) },
				Doc:  "1 for true, 0 for false."},
		},
		Kernels: []*Kernel{
			{Name: "slp_rint", Args: phys(f64), Result: f64, Pure: true, Doc: "Nearest whole number, half to even."},
			{Name: "slp_dec_to_f64", Args: phys(i128, i32), Result: f64, Pure: true, Doc: "x / 10^scale."},
			{Name: "slp_f64_to_dec", Args: phys(f64, i32, i32, i32), Result: i128, Err: true, Pure: true,
				Doc: "x to so many significant digits, then scale digits behind the point, rounded; at most prec digits."},
		},
		Casts: numberCasts(),
	}
}

func emitNarrow(b Builder, sh Shape, a []Value) Value {
	r := b.Trunc(a[0], sh.Out)
	b.Fail(rangeCode(sh.Out), b.ICmp(NE, b.SExt(r, sh.In[0]), a[0]))
	return r
}

func decToIntBy(quotient func(b Builder, p types.Phys, x, f Value) Value) emitter {
	return func(b Builder, sh Shape, a []Value) Value {
		d := sh.In[1]
		q := quotient(b, d, widen(b, a[0], sh.In[0], d), a[1])
		if d == sh.Out {
			return q
		}
		r := b.Trunc(q, sh.Out)
		b.Fail(rangeCode(sh.Out), b.ICmp(NE, b.SExt(r, d), q))
		return r
	}
}

// emitFloatToInt emits rint by adding and subtracting 1.5 * 2^52, exact for magnitudes
// below 2^51; larger ones are checked as they are (from 2^52 on all are whole).
func emitFloatToInt(b Builder, sh Shape, a []Value) Value {
	x := a[0]
	if sh.In[0] == f32 {
		x = b.FPExt(x)
	}
	r := roundEven(b, x)
	// The bounds -2^(n-1) and 2^(n-1) are exact in binary; NaN orders above both.
	lo := math.Ldexp(-1, 8*sh.Out.Width()-1)
	bad := b.Or(b.FCmp(LT, r, b.ConstF(f64, lo)), b.FCmp(GE, r, b.ConstF(f64, -lo)))
	b.Fail(rangeCode(sh.Out), bad)
	return b.FPToSI(b.Select(bad, b.ConstF(f64, 0), r), sh.Out)
}

// roundEven is x rounded to a whole number, half to even, for any double.
func roundEven(b Builder, x Value) Value {
	const magic = 6755399441055744.0 // 1.5 * 2^52
	small := b.And(b.FCmp(GT, x, b.ConstF(f64, -1<<51)), b.FCmp(LT, x, b.ConstF(f64, 1<<51)))
	m := b.ConstF(f64, magic)
	return b.Select(small, b.Sub(b.Add(x, m), m), b.Call("slp_rint", x))
}

func emitFloatNarrow(b Builder, _ Shape, a []Value) Value {
	r := b.FPTrunc(a[0])
	b.Fail(FloatOverflow, b.And(isInf(b, f32, r), b.Not(isInf(b, f64, a[0]))))
	b.Fail(FloatUnderflow, b.And(isZero(b, f32, r), b.Not(isZero(b, f64, a[0]))))
	return r
}

func emitDecToFloat(b Builder, sh Shape, a []Value) Value {
	r := b.Call("slp_dec_to_f64", widen(b, a[0], sh.In[0], i128), a[1])
	if sh.Out == f32 {
		return emitFloatNarrow(b, shape(f64, f32), []Value{r})
	}
	return r
}

func emitFloatToDec(b Builder, sh Shape, a []Value) Value {
	x := a[0]
	if sh.In[0] == f32 {
		x = b.FPExt(x)
	}
	return narrow128(b, b.CallErr("slp_f64_to_dec", x, a[1], a[2], a[3]), sh.Out)
}
