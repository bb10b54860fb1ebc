package fn

import "slipher/catalog/types"

// sumGroup is sum and avg.
func sumGroup() Group {
	return Group{
		Rows: []*Row{
			aggregate("sum", "The sum of the values: exact but for floats.", Param{Class: AnyNumeric},
				&Aggregate{Bind: sumType, Spread: spreadTotal, Finish: finishSum}),
			aggregate("avg", "The mean of the values: truncated for integers, and at the sum's scale for decimals.",
				Param{Class: AnyNumeric},
				&Aggregate{Bind: sumType, Spread: spreadMean, Finish: finishAvg}),
		},
		Accumulators: []*Accumulator{
			{Name: "sum", In: phys(i16, i32, i64, i128), State: statePhys(i128), MayFail: true, Step: stepSum,
				Undo: func(b GroupBuilder, in types.Phys, state, x Value) Value { return b.Sub(state, widen(b, x, in, i128)) },
				Type: func(t types.Type) types.Type { return types.TDecimal(types.MaxPrecision, int(t.Scale)) }},
			{Name: "sumf", In: phys(f32, f64), State: statePhys(f64), MayFail: true, Step: stepFloatSum,
				Type: stateType(types.TFloat8)},
		},
	}
}

// stepSum is exact: 128 bits hold 2^64 additions of 64-bit values.
func stepSum(b GroupBuilder, in types.Phys, state, x, _ Value) Value {
	if in != i128 {
		return b.Add(state, b.SExt(x, i128))
	}
	r, o := b.AddOvf(state, x)
	b.Fail(NumericOverflow, o)
	return r
}

func stepFloatSum(b GroupBuilder, in types.Phys, state, x, _ Value) Value {
	if in == f32 {
		x = b.FPExt(x)
	}
	r := b.Add(state, x)
	none := func() []Value { return nil }
	b.If(isInf(b, f64, r), func() []Value { // out of finite operands: beyond the range
		b.Fail(FloatOverflow, b.Not(b.Or(isInf(b, f64, state), isInf(b, f64, x))))
		return nil
	}, none)
	return r
}

func sumType(t types.Type) (arg, ret types.Type, ok bool) {
	switch {
	case t.IsInteger():
		return t, types.TInt8, true
	case t.Kind == types.Decimal:
		return t, types.TDecimal(types.MaxPrecision, int(t.Scale)), true
	case t.Kind == types.Super:
		return t, t, true
	case t.Phys().IsFloat() || t.Kind == types.Unknown:
		return types.TFloat8, types.TFloat8, true
	}
	return t, t, false
}

// sumOf is the sum of x in the type of its accumulator.
func sumOf(f Finisher, x Term) Term {
	if f.Type(x).Phys().IsFloat() {
		return f.Accumulate("sumf", x)
	}
	return f.Accumulate("sum", x)
}

func finishSum(f Finisher, args []Term) (Term, error) {
	if f.Type(args[0]).Kind == types.Super {
		return superTotal(f, args[0]), nil
	}
	arg, err := summand(f, args[0])
	if err != nil {
		return nil, err
	}
	sum := sumOf(f, arg)
	if f.Type(arg).Phys() != i128 { // 2^63 rows of 64 bits have no more than 38 digits
		return sum, nil
	}
	t := f.Type(sum)
	return f.Call("dec_check", t, sum, f.Const(t, types.Wide(types.MaxUnscaled(types.MaxPrecision)))), nil
}

// summand gives REAL arguments the class that sums have.
func summand(f Finisher, x Term) (Term, error) {
	if f.Type(x).Kind == types.Float4 {
		return f.Cast(x, types.TFloat8)
	}
	return x, nil
}

func finishAvg(f Finisher, args []Term) (Term, error) {
	if f.Type(args[0]).Kind == types.Super {
		return superMean(f, args[0]), nil
	}
	arg, err := summand(f, args[0])
	if err != nil {
		return nil, err
	}
	sum, n := sumOf(f, arg), f.Count(arg)
	if t := f.Type(sum); t.Kind == types.Decimal { // unscaled: the quotient of integers cuts where the scale ends
		return f.Call("div", t, sum, f.Call("dec_widen", t, n)), nil
	}
	wide, err := f.Cast(n, types.TFloat8)
	if err != nil {
		return nil, err
	}
	return f.Call("div", types.TFloat8, sum, wide), nil
}
