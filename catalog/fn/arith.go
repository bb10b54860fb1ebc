package fn

// arithGroup is + - * / % and the unary operators over integers and floats, and
// the unchecked forms that decimals and proven ranges use.
func arithGroup() Group {
	ints := same(2, i16, i32, i64, i128)
	numbers := same(2, i16, i32, i64, i128, f32, f64)
	return Group{
		Ops: []*Op{
			{Name: "add", Shapes: numbers, MayFail: true, Overflows: true, Commutes: true,
				Spread: spreadSum(1), Infix: "+", Narrow: &Narrow{"add_nc", sumBits}, Emit: checked(Builder.AddOvf, Builder.Add),
				Doc: "x + y; overflow is an error."},
			{Name: "sub", Shapes: numbers, MayFail: true, Overflows: true,
				Spread: spreadSum(-1), Infix: "-", Narrow: &Narrow{"sub_nc", sumBits}, Emit: checked(Builder.SubOvf, Builder.Sub),
				Doc: "x - y; overflow is an error."},
			{Name: "mul", Shapes: numbers, MayFail: true, Overflows: true, Commutes: true,
				Spread: spreadProduct, Infix: "*", Narrow: &Narrow{"mul_nc", productBits}, Emit: emitMul,
				Doc: "x * y; overflow, and underflow of floats, is an error."},
			{Name: "add_nc", Shapes: ints, Commutes: true,
				Spread: spreadSum(1), Infix: "+", Narrow: &Narrow{"add_nc", sumBits}, Emit: plain(Builder.Add),
				Doc: "x + y where the types or guards rule overflow out."},
			{Name: "sub_nc", Shapes: ints,
				Spread: spreadSum(-1), Infix: "-", Narrow: &Narrow{"sub_nc", sumBits}, Emit: plain(Builder.Sub),
				Doc: "x - y where the types or guards rule overflow out."},
			{Name: "mul_nc", Shapes: append(ints[:len(ints):len(ints)], shape(i64, i64, i128)), Commutes: true,
				Spread: spreadProduct, Infix: "*", Narrow: &Narrow{"mul_nc", productBits}, Emit: emitMulNC,
				Doc: "x * y where the types or guards rule overflow out; two I64 may give an I128."},
			{Name: "div", Shapes: numbers, MayFail: true,
				Spread: spreadQuotient, Infix: "/", Emit: emitDiv, Doc: "x / y, truncated toward zero for integers; y = 0 is an error, for floats too."},
			{Name: "mod", Shapes: same(2, i16, i32, i64, i128, f64), MayFail: true,
				Infix: "%", Emit: emitMod, Doc: "Remainder with the sign of x; y = 0 is an error."},
			{Name: "neg", Shapes: same(1, i16, i32, i64, i128, f32, f64), MayFail: true, Overflows: true,
				Prefix: "-", Emit: emitNeg, Doc: "-x."},
			{Name: "abs", Shapes: same(1, i16, i32, i64, i128, f32, f64), MayFail: true, Overflows: true,
				Emit: emitAbs, Doc: "Magnitude of x; the smallest integer has none."},
			{Name: "bit_and", Shapes: same(2, i16, i32, i64), Commutes: true, Infix: "&", Emit: plain(Builder.And),
				Doc: "x & y."},
			{Name: "bit_or", Shapes: same(2, i16, i32, i64), Commutes: true, Infix: "|", Emit: plain(Builder.Or), Doc: "x | y."},
			{Name: "bit_xor", Shapes: same(2, i16, i32, i64), Commutes: true, Infix: "#", Emit: plain(Builder.Xor),
				Doc: "x # y."},
			{Name: "bit_not", Shapes: same(1, i16, i32, i64),
				Emit: func(b Builder, _ Shape, a []Value) Value { return b.Not(a[0]) }, Doc: "~x."},
			{Name: "shift_left", Shapes: same(2, i16, i32, i64), Emit: emitShift(Builder.Shl),
				Doc: "x << y, y modulo the width."},
			{Name: "shift_right", Shapes: same(2, i16, i32, i64), Emit: emitShift(Builder.AShr),
				Doc: "x >> y, y modulo the width."},
		},
		Kernels: []*Kernel{
			{Name: "slp_i128_div", Args: phys(i128, i128), Result: i128, Pure: true,
				Doc: "x / y truncated; y is neither 0 nor -1."},
			{Name: "slp_i128_rem", Args: phys(i128, i128), Result: i128, Pure: true, Doc: "x % y; y is neither 0 nor -1."},
			{Name: "slp_fmod", Args: phys(f64, f64), Result: f64, Pure: true, Doc: "fmod(x, y)."},
		},
		Rows: arithRows(),
	}
}

// plain is an emitter of one builder call on two operands.
func plain(f func(Builder, Value, Value) Value) emitter {
	return func(b Builder, _ Shape, a []Value) Value { return f(b, a[0], a[1]) }
}

// checked emits integer arithmetic with an overflow error, and float arithmetic
// in which an infinity from finite operands is one.
func checked(ovf func(b Builder, x, y Value) (Value, Value), wrap func(b Builder, x, y Value) Value) emitter {
	return func(b Builder, sh Shape, a []Value) Value {
		if sh.Out.IsInt() {
			r, o := ovf(b, a[0], a[1])
			b.Fail(rangeCode(sh.Out), o)
			return r
		}
		r := wrap(b, a[0], a[1])
		failInf(b, sh, r, a)
		return r
	}
}

func failInf(b Builder, sh Shape, r Value, a []Value) {
	p := sh.Out
	b.Fail(FloatOverflow, all1(b, isInf(b, p, r), b.Not(isInf(b, p, a[0])), b.Not(isInf(b, p, a[1]))))
}

func emitMul(b Builder, sh Shape, a []Value) Value {
	r := checked(Builder.MulOvf, Builder.Mul)(b, sh, a)
	if p := sh.Out; p.IsFloat() {
		b.Fail(FloatUnderflow, all1(b, isZero(b, p, r), b.Not(isZero(b, p, a[0])), b.Not(isZero(b, p, a[1]))))
	}
	return r
}

func emitMulNC(b Builder, sh Shape, a []Value) Value {
	return b.Mul(widen(b, a[0], sh.In[0], sh.Out), widen(b, a[1], sh.In[1], sh.Out))
}

// emitDiv emits: y == 0: error; y == -1: 0 - x, checked; else x / y with the
// divisors that the CPU would trap on replaced by 1.
func emitDiv(b Builder, sh Shape, a []Value) Value {
	x, y, p := a[0], a[1], sh.Out
	if p.IsFloat() {
		zero := isZero(b, p, y)
		b.Fail(DivideByZero, zero)
		r := b.FDiv(x, b.Select(zero, b.ConstF(p, 1), y))
		failInf(b, sh, r, a)
		b.Fail(FloatUnderflow, all1(b, isZero(b, p, r), b.Not(isZero(b, p, x)), b.Not(isInf(b, p, y))))
		return r
	}
	zero, minus1 := b.ICmp(EQ, y, b.Const(p, 0)), b.ICmp(EQ, y, b.Const(p, -1))
	b.Fail(DivideByZero, zero)
	b.Fail(rangeCode(p), b.And(minus1, b.ICmp(EQ, x, minConst(b, p))))
	safe := b.Select(b.Or(zero, minus1), b.Const(p, 1), y)
	if p == i128 {
		return b.Select(minus1, b.Neg(x), b.Call("slp_i128_div", x, safe))
	}
	return b.Select(minus1, b.Neg(x), b.SDiv(x, safe))
}

func emitMod(b Builder, sh Shape, a []Value) Value {
	x, y, p := a[0], a[1], sh.Out
	if p.IsFloat() {
		zero := isZero(b, p, y)
		b.Fail(DivideByZero, zero)
		return b.Call("slp_fmod", x, b.Select(zero, b.ConstF(p, 1), y))
	}
	zero := b.ICmp(EQ, y, b.Const(p, 0))
	b.Fail(DivideByZero, zero)
	// x % -1 is 0 like x % 1, without the trap of MIN / -1.
	safe := b.Select(b.Or(zero, b.ICmp(EQ, y, b.Const(p, -1))), b.Const(p, 1), y)
	if p == i128 {
		return b.Call("slp_i128_rem", x, safe)
	}
	return b.SRem(x, safe)
}

func emitNeg(b Builder, sh Shape, a []Value) Value {
	if sh.Out.IsInt() {
		b.Fail(rangeCode(sh.Out), b.ICmp(EQ, a[0], minConst(b, sh.Out)))
	}
	return b.Neg(a[0])
}

func emitAbs(b Builder, sh Shape, a []Value) Value {
	x, p := a[0], sh.Out
	if p.IsFloat() {
		// 0 - x turns -0 into 0, which Neg would leave.
		return b.Select(b.FCmp(GT, x, b.ConstF(p, 0)), x, b.Sub(b.ConstF(p, 0), x))
	}
	b.Fail(rangeCode(p), b.ICmp(EQ, x, minConst(b, p)))
	return b.Select(b.ICmp(LT, x, b.Const(p, 0)), b.Neg(x), x)
}

func emitShift(f func(b Builder, x, n Value) Value) emitter {
	return func(b Builder, sh Shape, a []Value) Value {
		return f(b, a[0], b.And(a[1], b.Const(sh.Out, int64(8*sh.Out.Width()-1))))
	}
}
