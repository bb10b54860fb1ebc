package fn

import "slipher/catalog/types"

// ApproximateCount is the name of APPROXIMATE COUNT(DISTINCT x), which no call has.
const ApproximateCount = "approximate count"

// ofSketch is what an op makes of the sketch of all values, which are of a type that is taken.
func ofSketch(op string, ret types.Type, takes func(types.Type) bool) *Aggregate {
	return &Aggregate{
		Bind: func(t types.Type) (types.Type, types.Type, bool) {
			if t.Kind == types.Unknown {
				t = types.TText
			}
			return t, ret, takes(t)
		},
		NeverNull: true, IgnoresDuplicates: true,
		Finish: func(f Finisher, args []Term) (Term, error) {
			x := args[0]
			if t := f.Type(x); t.OwnOrder() {
				x = f.Call(ownName(t, "key"), t.KeyType(), x)
			}
			return f.Call(op, ret, f.Accumulate("sketch", x)), nil
		}}
}

// sketchState is an accumulator of such a state.
func sketchState(name string, in []types.Phys, step func(b GroupBuilder, in types.Phys, state, x, _ Value) Value,
) *Accumulator {
	return &Accumulator{Name: name, In: in, State: statePhys(str), Type: stateType(types.TText), NeverNull: true,
		Step: step, Merge: "sketch_merge"}
}

// approxGroup is APPROXIMATE COUNT(DISTINCT x): HyperLogLog, exact to some thousand values, then with a standard error
// of 0.6 % (runtime/kernels/table/sketch.c). What is equal counts once: trailing blanks and the sign of 0 do not
// matter, and the answer does not hang on where rows lie. What it counts with is what HLLSKETCH keeps (hll.go).
func approxGroup() Group {
	r := aggregate(ApproximateCount, "About how many distinct values there are.", Param{Class: AnyType},
		ofSketch("sketch_count", types.TInt8, types.Type.IsComparable))
	r.Shown = "count"
	g := Group{
		Rows: []*Row{r},
		Ops: []*Op{{Name: "sketch_count", Shapes: []Shape{shape(str, i64)}, Emit: kernel("slp_sketch_count"),
			Doc: "How many values a sketch has seen."}},
		Accumulators: []*Accumulator{
			sketchState("sketch", phys(i8, i16, i32, i64, i128, f32, f64, str),
				func(b GroupBuilder, in types.Phys, state, x, _ Value) Value {
					x, in = widest(b, x, in)
					return b.Call("slp_sketch_"+in.String(), b.Arena(), state, x)
				}),
			sketchState("sketch_merge", phys(str), func(b GroupBuilder, _ types.Phys, state, x, _ Value) Value {
				return b.Call("slp_sketch_merge", b.Arena(), state, x)
			}),
		},
		Kernels: []*Kernel{
			{Name: "slp_sketch_count", Args: phys(str), Result: i64, Pure: true,
				Doc: "how many values a sketch has seen"},
			{Name: "slp_sketch_merge", Args: phys(types.NoPhys, str, str), Result: str,
				Doc: "what two sketches have seen"},
		},
	}
	for _, p := range phys(i64, i128, f64, str) {
		g.Kernels = append(g.Kernels, &Kernel{Name: "slp_sketch_" + p.String(), Args: phys(types.NoPhys, str, p),
			Result: str, Doc: "a sketch that has seen one more value"})
	}
	return g
}
