package fn

import "slipher/catalog/types"

// extremeGroup is min, max and any_value, and min and max of truth values.
func extremeGroup() Group {
	all := phys(i8, i16, i32, i64, i128, f32, f64, str)
	kept := func(name string, step func(b GroupBuilder, in types.Phys, state, x, first Value) Value) *Accumulator {
		return &Accumulator{Name: name, In: all, State: samePhys, Type: sameType, Opens: true, Keeps: true,
			Step: step}
	}
	truth := &Aggregate{Name: "bool_and", Bind: truthType, IgnoresDuplicates: true, Finish: plainAggregate("min")}
	any := Param{Class: AnyType}
	return Group{
		Rows: []*Row{
			aggregate("min", "The least value.", any, &Aggregate{Bind: orderedType, IgnoresDuplicates: true,
				Spread: spreadLeast, Finish: plainAggregate("min")}),
			aggregate("max", "The greatest value.", any, &Aggregate{Bind: orderedType, IgnoresDuplicates: true,
				Spread: spreadGreatest, Finish: plainAggregate("max")}),
			aggregate("any_value", "Some value that is not NULL.", any,
				&Aggregate{Bind: anyType, IgnoresDuplicates: true,
					Spread: func(x Spread, _ float64) Spread { return x }, Finish: plainAggregate("any")}),
			aggregate("bool_and", "Are all values true?", Param{Kind: types.Bool}, truth),
			aggregate("every", "Are all values true?", Param{Kind: types.Bool}, truth),
			aggregate("bool_or", "Is any value true?", Param{Kind: types.Bool},
				&Aggregate{Bind: truthType, IgnoresDuplicates: true, Finish: plainAggregate("max")}),
		},
		Accumulators: []*Accumulator{
			kept("min", stepExtreme(LT)), kept("max", stepExtreme(GT)),
			kept("any", func(b GroupBuilder, _ types.Phys, state, x, first Value) Value { return b.Keep(first, x, state) }),
		},
	}
}

// stepExtreme keeps the smaller or larger value.
func stepExtreme(p Pred) func(b GroupBuilder, in types.Phys, state, x, first Value) Value {
	return func(b GroupBuilder, in types.Phys, state, x, first Value) Value {
		var better Value
		switch {
		case in == str:
			better = strOrder(b, p, x, state)
		case in.IsFloat():
			better = b.FCmp(p, x, state)
		default:
			better = b.ICmp(p, x, state)
		}
		return b.Keep(b.Or(better, first), x, state)
	}
}

func orderedType(t types.Type) (arg, ret types.Type, ok bool) {
	if t.Kind == types.Unknown {
		return types.TText, types.TText, true
	}
	return t, t, t.Kind != types.Bool && !t.OwnOrder()
}

func anyType(t types.Type) (arg, ret types.Type, ok bool) {
	if t.Kind == types.Unknown {
		t = types.TText
	}
	return t, t, true
}

func truthType(t types.Type) (arg, ret types.Type, ok bool) {
	return types.TBool, types.TBool, t.Kind == types.Bool || t.IsInteger() || t.Kind == types.Unknown
}
