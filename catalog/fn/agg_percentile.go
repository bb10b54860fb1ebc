package fn

import (
	"math"
	"math/big"
	"slices"

	"slipher/catalog/int128"
	"slipher/catalog/sqlerr"
	"slipher/catalog/types"
)

// percentileGroup is percentile_cont, percentile_disc, median and mode: a value at a place of a group's order, or the
// commonest. Their state is all values of the group ("gather_values"); strings are rows without keys.
func percentileGroup() Group {
	share := []types.Type{types.TFloat8}
	number, any := Param{Class: AnyNumeric}, Param{Class: AnyType}
	within := func(name, doc string, arg Param, a *Aggregate) *Row {
		a.OrderedSet, a.WholeOnly = true, true
		return aggregate(name, doc, arg, a)
	}
	g := Group{
		Rows: []*Row{
			within("percentile_cont", "The value at a fraction of the group's order, between two of its values if need be: "+
				"percentile_cont(0.5) WITHIN GROUP (ORDER BY x). Of dates the day.", number,
				&Aggregate{Bind: continuousType, Direct: share, Finish: finishContinuous}),
			within("percentile_disc", "The first value at or behind a fraction of the group's order: "+
				"percentile_disc(0.5) WITHIN GROUP (ORDER BY x).", any,
				&Aggregate{Bind: orderedType, Direct: share, Finish: finishGathered("percentile_disc")}),
			within("mode", "The commonest value, of those the first: mode() WITHIN GROUP (ORDER BY x).", any,
				&Aggregate{Bind: orderedType, Finish: finishGathered("mode")}),
			aggregate("median", "percentile_cont(0.5) over the argument.", number,
				&Aggregate{Bind: continuousType, WholeOnly: true, Finish: func(f Finisher, args []Term) (Term, error) {
					half := f.Const(types.TFloat8, types.Float(0.5))
					return finishContinuous(f, []Term{args[0], half, f.Const(types.TInt4, types.Int(0))})
				}}),
		},
		// Those of 16 bytes by themselves: what is known to be small is put to others in fewer bits.
		Accumulators: []*Accumulator{gatherer("gather_values", phys(i8, i16, i32, i64, f32, f64)),
			gatherer("gather_wide", phys(i128))},
	}
	gatheredOps(&g, &gatheredInts)
	gatheredOps(&g, &gatheredWide)
	gatheredOps(&g, &gatheredFloats)
	gatheredOps(&g, &gatheredTexts)
	g.Ops = append(g.Ops, continuousOps()...)
	return g
}

// gatheredOps adds what finishes states of values of a kind.
func gatheredOps[T any](g *Group, k *gatheredKind[T]) {
	place := &Op{Name: "percentile_disc_" + k.name, MayFail: true, Host: k.each(percentileDisc[T]),
		Doc: "The value at a fraction of the order of a state's values; 1: descending."}
	common := &Op{Name: "mode_" + k.name, MayFail: true, Host: k.each(modeOf[T]),
		Doc: "The commonest of a state's values, of those the first; 1: the last."}
	for _, p := range k.results {
		place.Shapes = append(place.Shapes, shape(str, f64, i32, p))
		common.Shapes = append(common.Shapes, shape(str, i32, p))
	}
	g.Ops = append(g.Ops, place, common)
}

func gatherer(name string, in []types.Phys) *Accumulator {
	return &Accumulator{Name: name, In: in, State: statePhys(str), Type: stateType(GatherType), MayFail: true, Opens: true,
		Step: stepGatherValues, Merge: "gather_rows"}
}

// stepGatherValues puts a value's bytes behind the state, in the widest class of its kind, little endian.
func stepGatherValues(b GroupBuilder, in types.Phys, state, x, _ Value) Value {
	x, in = widest(b, x, in)
	put := func(state, word Value) Value { // a string of 8 bytes
		w0 := b.Or(b.Shl(word, b.Const(i64, 32)), b.Const(i64, 8))
		return b.CallErr("slp_append", b.Arena(), state, b.MakeStr(w0, b.LShr(word, b.Const(i64, 32))))
	}
	switch in {
	case i128:
		return put(put(state, b.Trunc(x, i64)), b.Trunc(b.LShr(x, b.Const(i128, 64)), i64))
	case f64:
		x = b.FloatBits(x)
	}
	return put(state, x)
}

// gather is the state of all values x, and the name of their kind.
func gather(f Finisher, x Term) (state Term, kind string) {
	switch p := f.Type(x).Phys(); {
	case p == str:
		none := f.Const(GatherType, types.String(""))
		return f.Accumulate("gather_rows", f.Call("gather_row", GatherType, none, x)), "str"
	case p == i128:
		return f.Accumulate("gather_wide", x), "i128"
	case p.IsFloat():
		kind = "f64"
	default:
		kind = "i64"
	}
	return f.Accumulate("gather_values", x), kind
}

// finishGathered is an operation on a state, with the constants of the call and the order's direction behind it.
func finishGathered(op string) func(Finisher, []Term) (Term, error) {
	return func(f Finisher, args []Term) (Term, error) {
		state, kind := gather(f, args[0])
		return f.Call(op+"_"+kind, f.Type(args[0]), append([]Term{state}, args[1:]...)...), nil
	}
}

// fraction is the second operand, checked.
func fraction(c HostCall, row int) (float64, error) {
	p := c.Float(1, row)
	if !(p >= 0 && p <= 1) {
		return 0, sqlerr.New(sqlerr.NumericOutOfRange, "percentile value %v is not between 0 and 1", p)
	}
	return p, nil
}

// percentileDisc sets the value at a fraction of the order.
func percentileDisc[T any](c HostCall, row int, k *gatheredKind[T], vs []T) error {
	p, err := fraction(c, row)
	if err != nil {
		return err
	}
	at := max(0, int(math.Ceil(p*float64(len(vs))))-1)
	if c.Int(2, row) != 0 {
		at = len(vs) - 1 - at
	}
	nth(vs, at, k.compare)
	k.set(c, row, vs[at])
	return nil
}

// modeOf sets the commonest value.
func modeOf[T any](c HostCall, row int, k *gatheredKind[T], vs []T) error {
	slices.SortFunc(vs, k.compare)
	best, most := 0, 0
	for from := 0; from < len(vs); {
		to := from + 1
		for to < len(vs) && k.compare(vs[from], vs[to]) == 0 {
			to++
		}
		if n := to - from; n > most || n == most && c.Int(1, row) != 0 {
			best, most = from, n
		}
		from = to
	}
	k.set(c, row, vs[best])
	return nil
}

// continuousType: exact numbers get a digit more, which a median needs; days and times stay what they are.
func continuousType(t types.Type) (arg, ret types.Type, ok bool) {
	switch {
	case t.IsInteger():
		return types.TInt8, types.TDecimal(types.MaxPrecision, 1), true
	case t.Kind == types.Decimal:
		return t, types.TDecimal(types.MaxPrecision, min(int(t.Scale)+1, types.MaxPrecision-1)), true
	case t.Family() == types.Dates:
		return t, t, true
	}
	return types.TFloat8, types.TFloat8, t.Phys().IsFloat() || t.Kind == types.Unknown
}

func finishContinuous(f Finisher, args []Term) (Term, error) {
	x := args[0]
	from, to, _ := continuousType(f.Type(x))
	state, kind := gather(f, x)
	op := "percentile_cont_" + kind
	if to.Phys() == i32 {
		op = "percentile_cont_days"
	}
	if to.Kind == types.Decimal { // how many digits more than the values have
		op = "percentile_dec_" + kind
		args = append(args[:3:3], f.Const(types.TInt4, types.Int(int64(to.Scale)-int64(from.Scale))))
	}
	return f.Call(op, to, append([]Term{state}, args[1:]...)...), nil
}

func continuousOps() []*Op {
	const doc = "The value at a fraction of the order of a state's values; 1: descending."
	const decimals = " So many digits more than the values have."
	return []*Op{
		{Name: "percentile_cont_f64", Shapes: []Shape{shape(str, f64, i32, f64)}, MayFail: true, Doc: doc,
			Host: continuous(&gatheredFloats, func(c HostCall, row int, lo, hi float64, part float64) error {
				if lo == hi || part == 0 { // infinities too
					c.SetFloat(row, lo)
				} else {
					c.SetFloat(row, lo+part*(hi-lo))
				}
				return nil
			})},
		{Name: "percentile_cont_i64", Shapes: []Shape{shape(str, f64, i32, i64)}, MayFail: true, Doc: doc,
			Host: continuous(&gatheredInts, timeBetween(types.IsInfinite, InfiniteTimestamps))},
		{Name: "percentile_cont_days", Shapes: []Shape{shape(str, f64, i32, i32)}, MayFail: true, Doc: doc,
			Host: continuous(&gatheredInts, timeBetween(types.IsInfiniteDate, InfiniteDates))},
		{Name: "percentile_dec_i64", Shapes: []Shape{shape(str, f64, i32, i32, i128)}, MayFail: true, Doc: doc + decimals,
			Host: continuous(&gatheredInts, func(c HostCall, row int, lo, hi int64, part float64) error {
				return setBetween(c, row, big.NewInt(lo), big.NewInt(hi), part)
			})},
		{Name: "percentile_dec_i128", Shapes: []Shape{shape(str, f64, i32, i32, i128)}, MayFail: true, Doc: doc + decimals,
			Host: continuous(&gatheredWide, func(c HostCall, row int, lo, hi int128.Int, part float64) error {
				return setBetween(c, row, lo.Big(), hi.Big(), part)
			})},
	}
}

// continuous finds the two values beside a fraction of the order, and how far from the first to the second it is.
func continuous[T any](k *gatheredKind[T],
	set func(c HostCall, row int, lo, hi T, part float64) error) func(HostCall) error {
	return k.each(func(c HostCall, row int, _ *gatheredKind[T], vs []T) error {
		p, err := fraction(c, row)
		if err != nil {
			return err
		}
		if c.Int(2, row) != 0 {
			p = 1 - p
		}
		at := p * float64(len(vs)-1)
		lo := int(math.Floor(at))
		nth(vs, lo, k.compare)
		next := vs[lo]
		if hi := int(math.Ceil(at)); hi > lo {
			next = slices.MinFunc(vs[hi:], k.compare)
		}
		return set(c, row, vs[lo], next, at-float64(lo))
	})
}

// timeBetween sets the moment at part of the way from lo to hi, down to its unit. Every part of an infinite way is
// infinite; of one without an end there is no part.
func timeBetween(infinite func(int64) bool, endless Code) func(c HostCall, row int, lo, hi int64, part float64) error {
	return func(c HostCall, row int, lo, hi int64, part float64) error {
		switch from, to := infinite(lo), infinite(hi); {
		case lo == hi || part == 0 || from && !to:
			c.SetInt(row, lo)
		case from:
			return endless.Err()
		case to:
			c.SetInt(row, hi)
		default:
			way := new(big.Rat).SetInt(new(big.Int).Sub(big.NewInt(hi), big.NewInt(lo)))
			way.Mul(way, new(big.Rat).SetFloat64(part))
			c.SetInt(row, lo+new(big.Int).Quo(way.Num(), way.Denom()).Int64())
		}
		return nil
	}
}

// setBetween sets the decimal at part of the way from lo to hi, rounded, with so many digits more as the last operand
// says.
func setBetween(c HostCall, row int, lo, hi *big.Int, part float64) error {
	ten := new(big.Int).Exp(big.NewInt(10), big.NewInt(c.Int(3, row)), nil)
	way := new(big.Rat).SetFloat64(part)
	way.Mul(way, new(big.Rat).SetInt(new(big.Int).Mul(ten, new(big.Int).Sub(hi, lo))))
	// Half a unit more, cut: hi is not below lo.
	v := new(big.Int).Add(new(big.Int).Lsh(way.Num(), 1), way.Denom())
	v.Quo(v, new(big.Int).Lsh(way.Denom(), 1))
	v.Add(v, new(big.Int).Mul(ten, lo))
	if v.CmpAbs(types.MaxUnscaled(types.MaxPrecision).Big()) > 0 {
		return NumericOverflow.Err()
	}
	setBig(c, row, v)
	return nil
}
