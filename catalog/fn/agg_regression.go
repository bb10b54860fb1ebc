package fn

import (
	"encoding/binary"
	"math"

	"slipher/catalog/types"
)

// regressionGroup is what two columns have to do with each other: correlation, covariance, linear regression. The first
// argument is y, the second x; rows without both do not count. Each pair is a string of its two doubles, their state
// (runtime/kernels/table/regression.c) a string as well.
func regressionGroup() Group {
	g := Group{
		Ops: []*Op{
			{Name: "pair", Shapes: []Shape{shape(f64, f64, str)}, Emit: kernel("slp_pair"), Doc: "Two doubles in one string."},
			{Name: "regression", Shapes: []Shape{shape(str, i32, f64)}, Nulls: CustomNull, MayFail: true, Host: hostRegression,
				Doc: "What a state of pairs says: the second operand is the number of the function."},
		},
		Accumulators: []*Accumulator{
			pairs("pairs", "slp_pairs_put", "pairs_merge"), pairs("pairs_merge", "slp_pairs_merge", ""),
		},
		Kernels: []*Kernel{
			{Name: "slp_pair", Args: phys(f64, f64), Result: str, Arena: true, Pure: true, Doc: "two doubles in one string"},
			{Name: "slp_pairs_put", Args: phys(types.NoPhys, str), Result: types.NoPhys, Doc: "puts a pair to a state"},
			{Name: "slp_pairs_merge", Args: phys(types.NoPhys, str), Result: types.NoPhys,
				Doc: "puts the pairs of one state to those of another"},
		},
	}
	number := Param{Class: AnyNumeric}
	add := func(name, doc string, ret types.Type, finish func(Finisher, []Term) (Term, error)) {
		r := aggregate(name, doc, number, &Aggregate{Pair: true, Finish: finish,
			Bind: func(t types.Type) (types.Type, types.Type, bool) {
				return types.TFloat8, ret, t.IsNumeric() || t.Kind == types.Unknown
			}})
		r.Args = append(r.Args, number)
		g.Rows = append(g.Rows, r)
	}
	for i, r := range regressions {
		add(r.name, r.doc, types.TFloat8, func(f Finisher, args []Term) (Term, error) {
			return f.Call("regression", types.TFloat8, f.Accumulate("pairs", pairOf(f, args)),
				f.Const(types.TInt4, types.Int(int64(i)))), nil
		})
	}
	add("regr_count", "The number of rows that have both.", types.TInt8, func(f Finisher, args []Term) (Term, error) {
		return f.Count(pairOf(f, args)), nil
	})
	g.Rows[len(g.Rows)-1].Agg.NeverNull = true
	return g
}

// PairsType is the type of the state of pairs: bytes that mean something to the operation "regression" only.
var PairsType = types.TVarchar(pairsBytes)

const pairsBytes = 48

func pairOf(f Finisher, args []Term) Term {
	return f.Call("pair", types.TVarchar(16), args[0], args[1])
}

func pairs(name, kernel, merge string) *Accumulator {
	return &Accumulator{Name: name, In: phys(str), State: statePhys(str), Type: stateType(PairsType), Opens: true,
		Merge: merge, Step: func(b GroupBuilder, _ types.Phys, state, x, first Value) Value {
			s := b.NewState(first, state, b.Const(i64, pairsBytes))
			b.Call(kernel, b.Address(s), x)
			return s
		}}
}

// pairStats is a state of pairs: how many, their sums, and those of squares and products of distances from the means.
type pairStats struct{ n, sx, sxx, sy, syy, sxy float64 }

// regressions are the functions by number. They have no value where ok is false.
var regressions = []struct {
	name, doc string
	of        func(s pairStats) (v float64, ok bool)
}{
	{"corr", "The coefficient of correlation.", func(s pairStats) (float64, bool) {
		return s.sxy / math.Sqrt(s.sxx*s.syy), s.sxx != 0 && s.syy != 0
	}},
	{"covar_pop", "The covariance of a population.", func(s pairStats) (float64, bool) { return s.sxy / s.n, true }},
	{"covar_samp", "The covariance of a sample; NULL for less than two rows.", func(s pairStats) (float64, bool) {
		return s.sxy / (s.n - 1), s.n > 1
	}},
	{"regr_avgx", "The mean of the second argument.", func(s pairStats) (float64, bool) { return s.sx / s.n, true }},
	{"regr_avgy", "The mean of the first argument.", func(s pairStats) (float64, bool) { return s.sy / s.n, true }},
	{"regr_intercept", "Where the line of least squares meets the y axis.", func(s pairStats) (float64, bool) {
		return (s.sy - s.sx*s.sxy/s.sxx) / s.n, s.sxx != 0
	}},
	{"regr_r2", "The square of the coefficient of correlation.", func(s pairStats) (float64, bool) {
		if s.sxx != 0 && s.syy == 0 {
			return 1, true
		}
		return s.sxy * s.sxy / (s.sxx * s.syy), s.sxx != 0
	}},
	{"regr_slope", "The slope of the line of least squares.", func(s pairStats) (float64, bool) {
		return s.sxy / s.sxx, s.sxx != 0
	}},
	{"regr_sxx", "The sum of squares of the second argument's distances from its mean.",
		func(s pairStats) (float64, bool) { return s.sxx, true }},
	{"regr_sxy", "The sum of products of both arguments' distances from their means.",
		func(s pairStats) (float64, bool) { return s.sxy, true }},
	{"regr_syy", "The sum of squares of the first argument's distances from its mean.",
		func(s pairStats) (float64, bool) { return s.syy, true }},
}

func hostRegression(c HostCall) error {
	return c.Rows(func(row int) error {
		state := c.Str(0, row)
		if len(state) != pairsBytes {
			return errGathered
		}
		var w [pairsBytes / 8]float64
		for i := range w {
			w[i] = math.Float64frombits(binary.LittleEndian.Uint64(state[8*i:]))
		}
		s := pairStats{w[0], w[1], w[2], w[3], w[4], w[5]}
		if math.IsInf(s.sxx, 0) || math.IsInf(s.syy, 0) || math.IsInf(s.sxy, 0) {
			return FloatOverflow.Err() // infinite arguments make NaNs of these
		}
		v, ok := regressions[c.Int(1, row)].of(s)
		if !ok {
			c.SetNull(row)
			return nil
		}
		c.SetFloat(row, v)
		return nil
	})
}
