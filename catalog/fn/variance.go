package fn

import "slipher/catalog/types"

// MomentsType is the type of the state of what a variance is made of: bytes that mean something to the
// operation "variance" only (runtime/kernels/table/moments.c).
var MomentsType = types.TVarchar(72)

// varianceGroup is variances and standard deviations.
func varianceGroup() Group {
	number := Param{Class: AnyNumeric}
	kernel := func(name string, arg types.Phys, doc string) *Kernel {
		return &Kernel{Name: name, Args: phys(types.NoPhys, arg), Result: types.NoPhys, Doc: doc}
	}
	moments := func(name string, in []types.Phys, step func(b GroupBuilder, in types.Phys, state, x,
		first Value) Value) *Accumulator {
		return &Accumulator{Name: name, In: in, State: statePhys(str), Type: stateType(MomentsType), Opens: true, Step: step,
			Merge: "moments_merge"}
	}
	var rows []*Row
	for _, v := range []struct {
		names        []string
		sample, root bool
		doc          string
	}{
		{[]string{"stddev_samp", "stddev"}, true, true, "The standard deviation of a sample; NULL for less than two values."},
		{[]string{"stddev_pop"}, false, true, "The standard deviation of a population."},
		{[]string{"var_samp", "variance"}, true, false, "The variance of a sample; NULL for less than two values."},
		{[]string{"var_pop"}, false, false, "The variance of a population."},
	} {
		for _, name := range v.names {
			rows = append(rows, aggregate(name, v.doc, number,
				&Aggregate{Name: v.names[0], Bind: deviationType, Finish: deviation(v.sample, v.root)}))
		}
	}
	return Group{
		Ops: []*Op{{Name: "variance", Shapes: []Shape{shape(str, i32, i32, f64)}, MayFail: true,
			Emit: kernelErr("slp_variance"),
			Doc: "The variance of a state's values: over their number less the second operand, which it must exceed; scale of " +
				"decimals."}},
		Rows: rows,
		Accumulators: []*Accumulator{
			moments("moments", phys(i64, i128, f64), func(b GroupBuilder, in types.Phys, state, x, first Value) Value {
				size := int64(72) // runtime/kernels/table/moments.c
				if in == f64 {
					size = 40
				}
				s := b.NewState(first, state, b.Const(i64, size))
				b.Call("slp_moments_"+in.String(), b.Address(s), x)
				return s
			}),
			moments("moments_merge", phys(str), func(b GroupBuilder, _ types.Phys, state, x, first Value) Value {
				s := b.NewState(first, state, b.ZExt(b.StrLen(x), i64))
				b.Call("slp_moments_merge", b.Address(s), x)
				return s
			}),
		},
		Kernels: []*Kernel{
			{Name: "slp_variance", Args: phys(str, i32, i32), Result: f64, Err: true, Pure: true,
				Doc: "The variance of a state's values."},
			kernel("slp_moments_i64", i64, "puts a value to an exact state"),
			kernel("slp_moments_i128", i128, "puts a value to an exact state"),
			kernel("slp_moments_f64", f64, "puts a value to a state over doubles"),
			kernel("slp_moments_merge", str, "puts the values of one state to those of another"),
		},
	}
}

// deviationType: integers and decimals stay what they are, to be summed exactly.
func deviationType(t types.Type) (arg, ret types.Type, ok bool) {
	if t.IsInteger() || t.Kind == types.Decimal {
		return t, types.TFloat8, true
	}
	return types.TFloat8, types.TFloat8, t.IsNumeric() || t.Kind == types.Unknown
}

// deviation is the variance (sample: over n-1) or its root. NULL if n is 0, or 1 for the sample forms.
func deviation(sample, root bool) func(Finisher, []Term) (Term, error) {
	return func(f Finisher, args []Term) (Term, error) {
		arg := args[0]
		t, scale := f.Type(arg), int64(0)
		if t.Kind == types.Decimal {
			scale = int64(t.Scale)
		} else {
			wide := types.TFloat8
			if t.IsInteger() {
				wide = types.TInt8
			}
			var err error
			if arg, err = f.Cast(arg, wide); err != nil {
				return nil, err
			}
		}
		less := int64(0)
		if sample {
			less = 1
		}
		n := f.Count(arg)
		value := f.Call("variance", types.TFloat8, f.Accumulate("moments", arg), f.Const(types.TInt4, types.Int(less)),
			f.Const(types.TInt4, types.Int(scale)))
		if root {
			value = f.Call("sqrt", types.TFloat8, value)
		}
		enough := f.Call("gt", types.TBool, n, f.Const(types.TInt8, types.Int(less)))
		return f.Case(enough, value, f.Const(types.TFloat8, types.NullDatum)), nil
	}
}
