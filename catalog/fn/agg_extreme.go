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
			aggregate("min", "The least value.", any, &Aggregate{Bind: extremeType, IgnoresDuplicates: true,
				Spread: spreadLeast, Finish: finishExtreme("min")}),
			aggregate("max", "The greatest value.", any, &Aggregate{Bind: extremeType, IgnoresDuplicates: true,
				Spread: spreadGreatest, Finish: finishExtreme("max")}),
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
			ofIntervals(kept("interval_min", stepIntervals(LT))), ofIntervals(kept("interval_max", stepIntervals(GT))),
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

func ofIntervals(a *Accumulator) *Accumulator {
	a.In = phys(i128)
	return a
}

// stepIntervals keeps the shorter or longer interval; of equal ones that are not the same, the one of the lower or
// higher bits, so that no answer depends on order.
func stepIntervals(p Pred) func(b GroupBuilder, in types.Phys, state, x, first Value) Value {
	return func(b GroupBuilder, _ types.Phys, state, x, first Value) Value {
		l, r := emitIntervalLength(b, Shape{}, []Value{x}), emitIntervalLength(b, Shape{}, []Value{state})
		better := b.Or(b.ICmp(p, l, r), b.And(b.ICmp(EQ, l, r), b.ICmp(p, x, state)))
		return b.Keep(b.Or(better, first), x, state)
	}
}

// finishExtreme is the accumulator of that name by the order of the argument's values. Strings
// that have keys stand behind them.
func finishExtreme(name string) func(Finisher, []Term) (Term, error) {
	return func(f Finisher, args []Term) (Term, error) {
		t := f.Type(args[0])
		if t.IsOpaque() {
			x := f.Call(ownName(t, "sortable"), types.TText, args[0])
			return f.Call(ownName(t, "sorted"), t, f.Accumulate(name, x)), nil
		}
		return f.Accumulate(ownName(t, name), args[0]), nil
	}
}

// extremeType is orderedType, and types that have an order of their own.
func extremeType(t types.Type) (arg, ret types.Type, ok bool) {
	if t.OwnOrder() {
		return t, t, t.IsComparable()
	}
	return orderedType(t)
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
