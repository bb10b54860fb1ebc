package fn

import "slipher/catalog/types"

// mathGroup is functions over numbers. Rounding keeps the argument's type.
func mathGroup() Group {
	var g Group
	// Double to double: kernels without and with an error.
	for _, f := range []struct{ name, doc string }{
		{"floor", "Largest whole number not above x."}, {"ceil", "Smallest whole number not below x."},
		{"trunc", "x without its fraction."}, {"round", "Nearest whole number, half away from zero."},
		{"cbrt", "Cube root."}, {"atan", "Arc tangent."}, {"tanh", "Hyperbolic tangent."},
		{"asinh", "Inverse hyperbolic sine."}, {"atand", "Arc tangent in degrees."},
	} {
		g.addDouble(f.name, f.doc, false, f64)
	}
	for _, f := range []struct{ name, doc string }{
		{"sin", "Sine."}, {"cos", "Cosine."}, {"tan", "Tangent."}, {"cot", "Cotangent."}, {"asin", "Arc sine."},
		{"acos", "Arc cosine."},
		{"sqrt", "Square root."}, {"exp", "e to the power of x."}, {"ln", "Natural logarithm."},
		{"log10", "Logarithm to base 10."},
		{"sinh", "Hyperbolic sine."}, {"cosh", "Hyperbolic cosine."}, {"acosh", "Inverse hyperbolic cosine."},
		{"atanh", "Inverse hyperbolic tangent."},
		{"sind", "Sine of degrees."}, {"cosd", "Cosine of degrees."}, {"tand", "Tangent of degrees."},
		{"cotd", "Cotangent of degrees."}, {"asind", "Arc sine in degrees."}, {"acosd", "Arc cosine in degrees."},
	} {
		g.addDouble(f.name, f.doc, true, f64)
	}
	g.addDouble("atan2", "Arc tangent of y/x.", false, f64, f64)
	g.addDouble("atan2d", "Arc tangent of y/x in degrees.", false, f64, f64)
	g.addDouble("log_base", "Logarithm of x to a base (first).", true, f64, f64)
	g.addDouble("pow", "x to the power of y.", true, f64, f64)
	g.addDouble("round_digits", "x rounded to n digits behind the point.", false, f64, i32)
	g.addDouble("trunc_digits", "x truncated to n digits behind the point.", false, f64, i32)
	g.addDouble("random", "A double in [0, 1), another for every row.", false)
	g.Ops[len(g.Ops)-1].Volatile = true
	g.Kernels[len(g.Kernels)-1].Pure = false

	var rounded []Shape
	for _, sh := range decScaled() {
		w := sh.In[1]
		rounded = append(rounded, shape(sh.In[0], w, w, w, sh.Out))
	}
	scale := func(name, doc string, f func(b Builder, w types.Phys, x, f Value) Value) *Op {
		return &Op{Name: name, Shapes: rounded, MayFail: true, Emit: emitRescale(f), Doc: doc +
			" Operands: x, divisor, multiplier, limit."}
	}
	g.Ops = append(g.Ops,
		&Op{Name: "sign", Shapes: same(1, i16, i32, i64, i128, f32, f64), Emit: emitSign, Doc: "-1, 0 or 1."},
		&Op{Name: "float_scale", Shapes: same(2, f64), Emit: plain(Builder.Mul),
			Doc: "x times a constant: degrees, radians."},
		scale("dec_round", "A decimal rounded half away from zero at a digit.", roundedQuotient),
		scale("dec_trunc", "A decimal truncated at a digit.", divide),
		scale("dec_floor", "The whole decimal not above x.", floorQuotient),
		scale("dec_ceil", "The whole decimal not below x.", func(b Builder, w types.Phys, x, f Value) Value {
			return b.Neg(floorQuotient(b, w, b.Neg(x), f))
		}),
	)
	g.Rows = mathRows()
	return g
}

// addDouble adds the kernel slp_name over doubles (and I32) and its op.
func (g *Group) addDouble(name, doc string, fails bool, in ...types.Phys) {
	e := kernel("slp_" + name)
	if fails {
		e = kernelErr("slp_" + name)
	}
	g.Ops = append(g.Ops, &Op{Name: name, Shapes: []Shape{{In: in, Out: f64}}, MayFail: fails, Emit: e, Doc: doc})
	g.Kernels = append(g.Kernels, &Kernel{Name: "slp_" + name, Args: in, Result: f64, Err: fails, Pure: true, Doc: doc})
}

func emitSign(b Builder, sh Shape, a []Value) Value {
	x, p := a[0], sh.Out
	if p.IsFloat() {
		neg := b.Select(b.FCmp(LT, x, b.ConstF(p, 0)), b.ConstF(p, -1), b.ConstF(p, 0))
		return b.Select(b.FCmp(GT, x, b.ConstF(p, 0)), b.ConstF(p, 1), neg)
	}
	neg := b.Select(b.ICmp(LT, x, b.Const(p, 0)), b.Const(p, -1), b.Const(p, 0))
	return b.Select(b.ICmp(GT, x, b.Const(p, 0)), b.Const(p, 1), neg)
}

// floorQuotient is x / f rounded down, f > 0.
func floorQuotient(b Builder, w types.Phys, x, f Value) Value {
	q := divide(b, w, x, f)
	return b.Select(b.ICmp(LT, x, b.Mul(q, f)), b.Sub(q, b.Const(w, 1)), q)
}

// emitRescale emits quotient(x, divisor) * multiplier with a check against limit.
func emitRescale(quotient func(b Builder, w types.Phys, x, f Value) Value) emitter {
	return func(b Builder, sh Shape, a []Value) Value {
		w := sh.In[1]
		r, o := b.MulOvf(quotient(b, w, widen(b, a[0], sh.In[0], w), a[1]), a[2])
		b.Fail(NumericPrecision, b.Or(o, beyond(b, w, r, a[3])))
		if w != sh.Out {
			return b.Trunc(r, sh.Out)
		}
		return r
	}
}
