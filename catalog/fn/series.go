package fn

import (
	"slipher/catalog/int128"
	"slipher/catalog/types"
)

// Set is what makes a Row a function of several rows. Its op gives the value of one, of the row's number, from 0, in
// front of the call's arguments; Count is the op that says, of the arguments, how many there are, a BIGINT.
type Set struct{ Count *Op }

// seriesGroup is generate_series. How many there are is computed once, a value by itself: no row is made of the one in
// front of it.
func seriesGroup() Group {
	whole, later := Param{Class: AnyNumeric}, Param{Kind: types.Timestamp}
	series := func(ret func([]types.Type, []*types.Datum) (Bound, error), set *Set, doc string, args ...Param) *Row {
		return &Row{Name: "generate_series", Args: args, Ret: ret, Set: set, Doc: doc}
	}
	const doc = "A row for each number from the first to the second, by the third or 1."
	const docTimes = "A row for each time from the first to the second, by the interval."
	numbers, times := &Set{opRef("series_count")}, &Set{opRef("series_times")}
	g := Group{
		Rows: []*Row{
			series(seriesNumbers, numbers, doc, whole, whole), series(seriesNumbers, numbers, doc, whole, whole, whole),
			series(func([]types.Type, []*types.Datum) (Bound, error) {
				t := types.TTimestamp
				return Bound{Op: opRef("series_time"), Args: []types.Type{t, t, types.TInterval}, Ret: t}, nil
			}, times, docTimes, later, later, Param{Kind: types.Interval}),
		},
		Ops: []*Op{
			{Name: "series_count", MayFail: true, Emit: emitSeriesCount, Doc: "How many numbers a series has.",
				Shapes: []Shape{shape(i32, i32, i32, i64), shape(i64, i64, i64, i64), shape(i128, i128, i128, i64)}},
			{Name: "series_value", Emit: emitSeriesValue, Doc: "A number of a series: start + n * step.",
				Shapes: []Shape{shape(i64, i32, i32, i32, i32), shape(i64, i64, i64, i64, i64),
					shape(i64, i128, i128, i128, i128)}},
			{Name: "series_times", Shapes: []Shape{shape(i64, i64, i128, i64)}, MayFail: true,
				Emit: kernelErr("slp_series_times"), Doc: "How many times a series has."},
			{Name: "series_time", Shapes: []Shape{shape(i64, i64, i64, i128, i64)}, MayFail: true,
				Emit: kernelErr("slp_series_time"), Doc: "A time of a series."},
		},
		Kernels: []*Kernel{
			{Name: "slp_series_i64", Args: phys(i64, i64, i64), Result: i64, Err: true, Pure: true,
				Doc: "how many numbers a series has"},
			{Name: "slp_series_i128", Args: phys(i128, i128, i128), Result: i64, Err: true, Pure: true,
				Doc: "how many numbers a series has"},
			{Name: "slp_series_times", Args: phys(i64, i64, i128), Result: i64, Err: true, Pure: true,
				Doc: "how many times a series has"},
			{Name: "slp_series_time", Args: phys(i64, i64, i64, i128), Result: i64, Err: true, Pure: true,
				Doc: "a time of a series"},
		},
	}
	return g
}

// seriesNumbers: integers stay what the widest of them is, SMALLINT as INTEGER; decimals get room for all of them.
func seriesNumbers(args []types.Type, _ []*types.Datum) (Bound, error) {
	t := types.TInt4
	for _, a := range args {
		switch {
		case a.Phys().IsFloat():
			return Bound{}, errNoMatch
		case a.Kind == types.Decimal || t.Kind == types.Decimal:
			if a.Kind == types.Unknown {
				continue
			}
			u, ok := CommonType(t, a, types.DecimalExact)
			if !ok {
				return Bound{}, errNoMatch
			}
			t = u
		case a.Kind == types.Int8 || a.Kind == types.OID:
			t = types.TInt8
		}
	}
	b := Bound{Op: opRef("series_value"), Args: []types.Type{t, t, t}[:len(args)], Ret: t}
	if len(args) == 2 { // by 1
		one := types.Int(1)
		if t.Kind == types.Decimal {
			one = types.Wide(int128.Pow10(int(t.Scale)))
		}
		b.Extra = []Const{{Phys: t.Phys(), V: one}}
	}
	return b, nil
}

func emitSeriesCount(b Builder, sh Shape, args []Value) Value {
	if sh.In[0] == i128 {
		return b.CallErr("slp_series_i128", args...)
	}
	for i, a := range args {
		if sh.In[i] == i32 {
			args[i] = b.SExt(a, i64)
		}
	}
	return b.CallErr("slp_series_i64", args...)
}

// emitSeriesValue: what wraps around on the way comes back, for the value lies between the ends.
func emitSeriesValue(b Builder, sh Shape, args []Value) Value {
	n, start, step := args[0], args[1], args[3]
	switch sh.Out {
	case i32:
		n = b.Trunc(n, i32)
	case i128:
		n = b.SExt(n, i128)
	}
	return b.Add(start, b.Mul(n, step))
}
