package fn

import "slipher/catalog/types"

// countGroup is count.
func countGroup() Group {
	return Group{
		Rows: []*Row{aggregate("count", "The number of rows (*), or of values that are not NULL.", Param{Class: AnyType},
			&Aggregate{
				Counts: true,
				Bind:   func(t types.Type) (types.Type, types.Type, bool) { return t, types.TInt8, true },
				Star:   types.TInt8, NeverNull: true, Spread: spreadCount,
				Finish: func(f Finisher, args []Term) (Term, error) {
					if len(args) == 0 {
						return f.Accumulate("count", nil), nil
					}
					return f.Count(args[0]), nil
				}})},
		Accumulators: []*Accumulator{
			{Name: "count", State: statePhys(i64), Type: stateType(types.TInt8), NeverNull: true, Merge: "sumn"},
			// sumn adds in 64 bits: for partial counts.
			{Name: "sumn", In: phys(i16, i32, i64), State: statePhys(i64), Type: stateType(types.TInt8), NeverNull: true,
				Step: func(b GroupBuilder, in types.Phys, state, x, _ Value) Value {
					return b.Add(state, widen(b, x, in, i64))
				},
				Undo: func(b GroupBuilder, in types.Phys, state, x Value) Value { return b.Sub(state, widen(b, x, in, i64)) }},
		},
	}
}
