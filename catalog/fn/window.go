package fn

import (
	"math"

	"slipher/catalog/types"
)

// Window is what makes a Row a function of the rows around a row, which OVER stands behind.
type Window struct {
	Name string
	// Finish makes the result of places, of values in other rows, and of accumulators over the frame.
	Finish func(w WindowFinisher, args []Term) (Term, error)
	// Nulls: a call may have IGNORE NULLS.
	Nulls bool
	// NeverNull: it has a value for every row.
	NeverNull bool
	// Spread is how its results lie over partitions of so many rows, nil: nobody knows.
	Spread func(rows float64) Spread
}

// Place is a number that a row has by its place in a partition that is ordered. Rows are numbered from 0 over all
// partitions that lie together; an end is the number behind the last.
type Place uint8

// The places.
const (
	RowNumber      Place = iota
	PartitionBegin       // the first row of the partition
	PartitionEnd
	PeersBegin // the first of the rows that are equal in order
	PeersEnd
	PeersNumber // how many different ones stand in front in the partition
)

// WindowFinisher is what a window function's Finish writes against. What Accumulate gives is over the frame's rows.
// Places are BIGINT.
type WindowFinisher interface {
	Finisher
	Place(p Place) Term
	// At is x in the row at a place, NULL if the place is.
	At(x, place Term) Term
	// Neighbour is the place of the row by so many rows (BIGINT) behind the current one, in front of it if they are
	// negative; NULL outside of the partition. With IGNORE NULLS only rows count in which x is not NULL.
	Neighbour(x, by Term) Term
	// Nth is the place of row n (BIGINT, from 1) of the frame, FrameRows how many it has; with IGNORE NULLS only rows
	// count in which x is not NULL. NULL if there is no such row.
	Nth(x, n Term) Term
	FrameRows(x Term) Term
	// Known is true where x is not NULL.
	Known(x Term) Term
}

// windowGroup is the functions of a row's place among others.
func windowGroup() Group {
	any, N := Param{Class: AnyType}, Param{Kind: types.Int8}
	var g Group
	// window adds a function; a result of type Unknown is that of the first argument.
	window := func(w *Window, ret types.Type, doc string, args ...Param) {
		bind := func(given []types.Type, _ []*types.Datum) (Bound, error) {
			value, ok := types.TUnknown, true
			for i, p := range args {
				if p.Class == AnyType && given[i].Kind != types.Unknown {
					if value.Kind == types.Unknown {
						value = given[i]
					} else if value, ok = CommonType(value, given[i], types.DecimalUnion); !ok {
						return Bound{}, errNoMatch
					}
				}
			}
			if value.Kind == types.Unknown {
				value = types.TText
			}
			b := Bound{Ret: ret}
			if ret.Kind == types.Unknown {
				b.Ret = value
			}
			for i, p := range args {
				switch p.Class {
				case ExactKind:
					b.Args = append(b.Args, types.Type{Kind: p.Kind})
				case AnyType:
					b.Args = append(b.Args, value)
				default:
					b.Args = append(b.Args, given[i])
				}
			}
			return b, nil
		}
		g.Rows = append(g.Rows, &Row{Name: w.Name, Args: args, Window: w, Ret: bind, Doc: doc})
	}
	place := func(name string, ret types.Type, doc string, finish func(w WindowFinisher) (Term, error)) {
		window(&Window{Name: name, NeverNull: true, Spread: spreadPlaces[name],
			Finish: func(w WindowFinisher, _ []Term) (Term, error) { return finish(w) }}, ret, doc)
	}
	place("row_number", types.TInt8, "The row's number in its partition, from 1.", func(w WindowFinisher) (Term, error) {
		return fromOne(w, w.Place(RowNumber)), nil
	})
	place("rank", types.TInt8, "The number of the first row of the row's peers.", func(w WindowFinisher) (Term, error) {
		return fromOne(w, w.Place(PeersBegin)), nil
	})
	place("dense_rank", types.TInt8, "The number of the row's peers, from 1.", func(w WindowFinisher) (Term, error) {
		return plus(w, w.Place(PeersNumber), 1), nil
	})
	place("percent_rank", types.TFloat8, "(rank - 1) / (rows of the partition - 1).",
		func(w WindowFinisher) (Term, error) {
			others := plus(w, minus(w, w.Place(PartitionEnd), w.Place(PartitionBegin)), -1)
			share, err := quotient(w, minus(w, w.Place(PeersBegin), w.Place(PartitionBegin)), others)
			if err != nil {
				return nil, err
			}
			alone := w.Call("le", types.TBool, others, w.Const(types.TInt8, types.Int(0)))
			return w.Case(alone, w.Const(types.TFloat8, types.Float(0)), share), nil
		})
	place("cume_dist", types.TFloat8, "The share of rows that are not behind the row's peers.",
		func(w WindowFinisher) (Term, error) {
			return quotient(w, minus(w, w.Place(PeersEnd), w.Place(PartitionBegin)),
				minus(w, w.Place(PartitionEnd), w.Place(PartitionBegin)))
		})
	window(&Window{Name: "ntile", Finish: finishNtile}, types.TInt8,
		"The number of the row's part, of so many parts of a partition.", N)
	for _, f := range []struct {
		name, doc string
		sign      int64
	}{
		{"lag", "The value of the row in front, or so many in front; the third argument if there is none.", -1},
		{"lead", "The value of the row behind, or so many behind; the third argument if there is none.", 1},
	} {
		w := &Window{Name: f.name, Nulls: true, Finish: neighbour(f.sign)}
		window(w, types.TUnknown, f.doc, any)
		window(w, types.TUnknown, f.doc, any, N)
		window(w, types.TUnknown, f.doc, any, N, any)
	}
	window(&Window{Name: "first_value", Nulls: true, Finish: func(w WindowFinisher, args []Term) (Term, error) {
		return w.At(args[0], w.Nth(args[0], w.Const(types.TInt8, types.Int(1)))), nil
	}}, types.TUnknown, "The value of the frame's first row.", any)
	window(&Window{Name: "last_value", Nulls: true, Finish: func(w WindowFinisher, args []Term) (Term, error) {
		return w.At(args[0], w.Nth(args[0], w.FrameRows(args[0]))), nil
	}}, types.TUnknown, "The value of the frame's last row.", any)
	window(&Window{Name: "nth_value", Nulls: true, Finish: func(w WindowFinisher, args []Term) (Term, error) {
		return w.At(args[0], w.Nth(args[0], w.Call("nth_row", types.TInt8, args[1]))), nil
	}}, types.TUnknown, "The value of the frame's row of a number.", any, N)
	window(&Window{Name: "ratio_to_report", Finish: finishRatio}, types.TFloat8,
		"The value's share of its partition's sum.", Param{Class: AnyNumeric})
	positive := func(name string, code Code) *Op {
		return &Op{Name: name, Shapes: same(1, i64), MayFail: true, Doc: "The operand, which must be greater than zero.",
			Emit: func(b Builder, _ Shape, args []Value) Value {
				bad := b.ICmp(LE, args[0], b.Const(i64, 0))
				b.Fail(code, bad)
				return b.Select(bad, b.Const(i64, 1), args[0]) // what divides by it does not fail as well
			}}
	}
	offset := func(name string, shapes []Shape, negative, null Code) *Op {
		return &Op{Name: name, Shapes: shapes, MayFail: true, Nulls: CustomNull,
			Doc: "The operand, how far a frame reaches, which must not be negative, no number, or NULL.",
			EmitNull: func(b Builder, sh Shape, args, nulls []Value) (Value, Value) {
				var less Value
				switch sh.Out {
				case f64:
					less = b.Not(b.And(b.FCmp(GE, args[0], b.ConstF(f64, 0)), b.FCmp(LE, args[0], b.ConstF(f64, math.Inf(1)))))
				case i128:
					less = b.ICmp(LT, args[0], b.SExt(b.Const(i64, 0), i128))
				default:
					less = b.ICmp(LT, args[0], b.Const(i64, 0))
				}
				if nulls[0] != nil {
					b.Fail(null, nulls[0])
					less = b.And(less, b.Not(nulls[0]))
				}
				b.Fail(negative, less)
				return args[0], nil
			}}
	}
	g.Ops = []*Op{positive("ntile_parts", NtileArgument), positive("nth_row", NthValueArgument),
		offset("frame_start", same(1, i64), FrameStartNegative, FrameStartNull),
		offset("frame_end", same(1, i64), FrameEndNegative, FrameEndNull),
		offset("frame_reach_start", same(1, i128, f64), FrameReach, FrameStartNull),
		offset("frame_reach_end", same(1, i128, f64), FrameReach, FrameEndNull)}
	return g
}

// fromOne is the number of a place in its partition, from 1.
func fromOne(w WindowFinisher, place Term) Term {
	return plus(w, minus(w, place, w.Place(PartitionBegin)), 1)
}

func minus(w WindowFinisher, x, y Term) Term { return w.Call("sub", types.TInt8, x, y) }

func plus(w WindowFinisher, x Term, n int64) Term {
	return w.Call("add", types.TInt8, x, w.Const(types.TInt8, types.Int(n)))
}

// quotient is x/y in DOUBLE.
func quotient(w WindowFinisher, x, y Term) (Term, error) {
	a, err := w.Cast(x, types.TFloat8)
	if err != nil {
		return nil, err
	}
	b, err := w.Cast(y, types.TFloat8)
	if err != nil {
		return nil, err
	}
	return w.Call("div", types.TFloat8, a, b), nil
}

// finishNtile: the first parts have one row more than the others, if rows are left over. How many parts there are is
// said in the partition's first row.
func finishNtile(w WindowFinisher, args []Term) (Term, error) {
	parts := w.Call("ntile_parts", types.TInt8, w.At(args[0], w.Place(PartitionBegin)))
	call := func(op string, x, y Term) Term { return w.Call(op, types.TInt8, x, y) }
	row, rows := minus(w, w.Place(RowNumber), w.Place(PartitionBegin)),
		minus(w, w.Place(PartitionEnd), w.Place(PartitionBegin))
	size, over := call("div", rows, parts), call("mod", rows, parts)
	larger := call("mul", over, plus(w, size, 1)) // rows of the parts with one more
	first := plus(w, call("div", row, plus(w, size, 1)), 1)
	rest := call("add", plus(w, call("div", minus(w, row, larger), size), 1), over)
	return w.Case(w.Call("lt", types.TBool, row, larger), first, rest), nil
}

// neighbour is lag and lead: the offset is one if it is not said, the value NULL where there is no such row.
func neighbour(sign int64) func(WindowFinisher, []Term) (Term, error) {
	return func(w WindowFinisher, args []Term) (Term, error) {
		by := w.Const(types.TInt8, types.Int(sign))
		if len(args) > 1 {
			by = w.Call("mul", types.TInt8, args[1], by)
		}
		at := w.Neighbour(args[0], by)
		value := w.At(args[0], at)
		if len(args) < 3 {
			return value, nil
		}
		// Without an offset the value is NULL, whatever the default.
		null := w.Const(w.Type(args[2]), types.NullDatum)
		return w.Case(w.Known(at), value, w.Case(w.Known(by), args[2], null)), nil
	}
}

// finishRatio: NULL where the sum is zero, or the value NULL.
func finishRatio(w WindowFinisher, args []Term) (Term, error) {
	arg, err := summand(w, args[0])
	if err != nil {
		return nil, err
	}
	x, err := w.Cast(arg, types.TFloat8)
	if err != nil {
		return nil, err
	}
	sum, err := w.Cast(sumOf(w, arg), types.TFloat8)
	if err != nil {
		return nil, err
	}
	zero := w.Call("eq", types.TBool, sum, w.Const(types.TFloat8, types.Float(0)))
	return w.Case(zero, w.Const(types.TFloat8, types.NullDatum), w.Call("div", types.TFloat8, x, sum)), nil
}
