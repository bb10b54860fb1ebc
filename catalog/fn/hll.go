package fn

import "slipher/catalog/types"

// hllGroup is HLLSKETCH: what makes, counts and combines sketches. Redshift guide, "HyperLogLog functions". A sketch is
// made of an accumulator's state (agg_approx.go), so that HLL(x) is APPROXIMATE COUNT(DISTINCT x), and the same as the
// cardinality of x's sketch; the kernels are those of runtime/kernels/table/sketch.c. The guide is silent on no
// sketches: they combine to the empty one, which HLL_CREATE_SKETCH makes of no values.
func hllGroup() Group {
	S, I := types.THLLSketch, types.TInt8
	value, sketch := Param{Class: AnyType}, Param{Kind: types.HLLSketch}
	// "Any data type as input except HLLSKETCH, GEOMETRY, GEOGRAPHY, and VARBYTE."
	takes := func(t types.Type) bool { return t.IsComparable() && t.Kind != types.Varbyte && !t.IsArray() }
	return Group{
		Rows: []*Row{
			aggregate("hll", "About how many distinct values there are.", value, ofSketch("sketch_count", I, takes)),
			aggregate("hll_create_sketch", "A sketch of the distinct values.", value, ofSketch("hll_of", S, takes)),
			aggregate("hll_combine", "The sketch of all that the sketches have seen.", sketch, &Aggregate{
				Bind: func(t types.Type) (types.Type, types.Type, bool) {
					return S, S, t.Kind == types.HLLSketch || t.Kind == types.Unknown
				},
				NeverNull: true, IgnoresDuplicates: true,
				Finish: func(f Finisher, args []Term) (Term, error) {
					return f.Call("hll_of", S, f.Accumulate("hll", args[0])), nil
				}}),
			row("hll_cardinality", "hll_count", I, "About how many distinct values a sketch has seen.", S),
			row("hll_combine_sketches", "hll_merge", S, "The sketch of all that two sketches have seen.", S, S),
		},
		Ops: []*Op{
			{Name: "hll_of", Shapes: same(1, str), Emit: kernel("slp_hll_of"), Doc: "The sketch of an accumulator's state."},
			{Name: "hll_count", Shapes: []Shape{shape(str, i64)}, Emit: kernel("slp_hll_count"),
				Doc: "How many values a sketch has seen."},
			{Name: "hll_merge", Shapes: same(2, str), Commutes: true, Emit: kernel("slp_hll_merge"),
				Doc: "What two sketches have seen."},
			{Name: "str_to_hllsketch", Shapes: same(1, str), MayFail: true, Cast: true, Host: readText(S),
				Doc: "A sketch from text, JSON or Base64."},
			{Name: "hllsketch_to_str", Shapes: []Shape{shape(str, i32, str)}, MayFail: true, Cast: true, Host: writeText(S),
				Doc: "JSON of a sparse sketch, Base64 of a dense one, in at most so many bytes."},
		},
		Accumulators: []*Accumulator{
			sketchState("hll", phys(str), func(b GroupBuilder, _ types.Phys, state, x, _ Value) Value {
				return b.Call("slp_hll_add", b.Arena(), state, x)
			}),
		},
		Casts: hllCasts(),
		Kernels: []*Kernel{
			{Name: "slp_hll_of", Args: phys(str), Result: str, Arena: true, Pure: true, Doc: "the sketch of a state"},
			{Name: "slp_hll_add", Args: phys(types.NoPhys, str, str), Result: str,
				Doc: "a state that has seen what a sketch has, too"},
			{Name: "slp_hll_count", Args: phys(str), Result: i64, Pure: true, Doc: "how many values a sketch has seen"},
			{Name: "slp_hll_merge", Args: phys(str, str), Result: str, Arena: true, Pure: true,
				Doc: "what two sketches have seen"},
		},
	}
}

// hllCasts are those from and to text. No argument of a function is cast: "The following non-HyperLogLog functions can
// accept an input of type HLLSKETCH: COUNT, COALESCE, NVL, CASE" (Redshift guide, "Considerations").
func hllCasts() []*CastRule {
	out := textForm{types.HLLSketch, bindTo("str_to_hllsketch"), Assignment, 0, bindToText("hllsketch_to_str")}.casts()
	for _, c := range out {
		c.Cost = 0
	}
	return out
}
