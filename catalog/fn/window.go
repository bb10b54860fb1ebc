package fn

import "slipher/catalog/types"

// windowGroup is the functions of a row's place among others. They have their names, arguments and results; nothing
// runs them yet, and the binder says so.
func windowGroup() Group {
	any, I := Param{Class: AnyType}, Param{Kind: types.Int4}
	var g Group
	// window adds a function; a result of type Unknown is that of the first argument.
	window := func(name string, ret types.Type, doc string, args ...Param) {
		bind := func(given []types.Type, _ []*types.Datum) (Bound, error) {
			b := Bound{Ret: ret}
			if ret.Kind == types.Unknown {
				if b.Ret = given[0]; b.Ret.Kind == types.Unknown {
					b.Ret = types.TText
				}
			}
			for i, p := range args {
				b.Args = append(b.Args, given[i])
				if p.Class == ExactKind {
					b.Args[i] = types.Type{Kind: p.Kind}
				}
			}
			return b, nil
		}
		g.Rows = append(g.Rows, &Row{Name: name, Args: args, Window: true, Ret: bind, Doc: doc})
	}
	window("row_number", types.TInt8, "The row's number in its partition, from 1.")
	window("rank", types.TInt8, "The number of the first row of the row's peers.")
	window("dense_rank", types.TInt8, "The number of the row's peers, from 1.")
	window("percent_rank", types.TFloat8, "(rank - 1) / (rows of the partition - 1).")
	window("cume_dist", types.TFloat8, "The share of rows that are not behind the row's peers.")
	window("ntile", types.TInt8, "The number of the row's part, of so many parts of a partition.", I)
	window("lag", types.TUnknown, "The value of the row in front, or so many in front.", any)
	window("lag", types.TUnknown, "The value of the row in front, or so many in front.", any, I)
	window("lead", types.TUnknown, "The value of the row behind, or so many behind.", any)
	window("lead", types.TUnknown, "The value of the row behind, or so many behind.", any, I)
	window("first_value", types.TUnknown, "The value of the frame's first row.", any)
	window("last_value", types.TUnknown, "The value of the frame's last row.", any)
	window("nth_value", types.TUnknown, "The value of the frame's row of a number.", any, I)
	window("ratio_to_report", types.TFloat8, "The value's share of its partition's sum.", Param{Class: AnyNumeric})
	return g
}
