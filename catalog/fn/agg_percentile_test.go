package fn_test

import (
	"encoding/binary"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"slipher/catalog/fn"
	"slipher/catalog/fn/fntest"
	"slipher/catalog/int128"
	"slipher/catalog/types"
)

func wordsState(vs []int64) types.Datum {
	var b []byte
	for _, v := range vs {
		b = binary.LittleEndian.AppendUint64(b, uint64(v))
	}
	return types.String(string(b))
}

// Percentiles and modes of random values are those of the sorted ones, both ways.
func TestPercentiles(t *testing.T) {
	tab, rnd := fn.Default(), rand.New(rand.NewPCG(5, 6))
	eval := func(op string, args ...types.Datum) types.Datum {
		t.Helper()
		d, err := fntest.EvalHost(tab.Op(op), args)
		if err != nil {
			t.Fatalf("%s: %v", op, err)
		}
		return d
	}
	for range 400 {
		vs := make([]int64, 1+rnd.IntN(60))
		for i := range vs {
			vs[i] = rnd.Int64N(1+rnd.Int64N(100)) - 20
		}
		state := wordsState(vs)
		sorted := slices.Sorted(slices.Values(vs))
		for _, p := range []float64{0, 0.1, 0.25, 0.5, 0.9, 1, rnd.Float64()} {
			at := max(0, int(math.Ceil(p*float64(len(vs))))-1)
			for desc, want := range []int64{sorted[at], sorted[len(sorted)-1-at]} {
				if got := eval("percentile_disc_i64", state, types.Float(p), types.Int(int64(desc))); got.Lo != want {
					t.Fatalf("percentile_disc(%g) of %v, %d: %d, not %d", p, sorted, desc, got.Lo, want)
				}
			}
			place := p * float64(len(vs)-1)
			lo, hi := sorted[int(math.Floor(place))], sorted[int(math.Ceil(place))]
			exact := float64(lo) + (place-math.Floor(place))*float64(hi-lo)
			got := eval("percentile_dec_i64", state, types.Float(p), types.Int(0), types.Int(2))
			if diff := float64(got.Lo)/100 - exact; math.Abs(diff) > 0.005000001 {
				t.Fatalf("percentile_cont(%g) of %v: %d hundredths, not %g", p, sorted, got.Lo, exact)
			}
		}
		count, best := map[int64]int{}, sorted[0]
		for _, v := range sorted {
			if count[v]++; count[v] > count[best] {
				best = v
			}
		}
		first, last := best, best
		for v, n := range count {
			if n == count[best] {
				first, last = min(first, v), max(last, v)
			}
		}
		for desc, want := range []int64{first, last} {
			if got := eval("mode_i64", state, types.Int(int64(desc))); got.Lo != want {
				t.Fatalf("mode of %v, %d: %d, not %d", sorted, desc, got.Lo, want)
			}
		}
	}
	beyond := []types.Datum{wordsState([]int64{1}), types.Float(1.5), types.Int(0)}
	if d, err := fntest.EvalHost(tab.Op("percentile_disc_i64"), beyond); err == nil {
		t.Errorf("a fraction of 1.5: %v", d)
	}
	if d, err := fntest.EvalHost(tab.Op("mode_i64"), []types.Datum{types.String("abc"), types.Int(0)}); err == nil {
		t.Errorf("a state that is cut off: %v", d)
	}
}

// A value between the two of a decimal that only 39 digits could hold is an error, not another one.
func TestPercentileOverflow(t *testing.T) {
	var b []byte
	for _, v := range []int128.Int{types.MaxUnscaled(38), types.MaxUnscaled(38)} {
		b = binary.LittleEndian.AppendUint64(binary.LittleEndian.AppendUint64(b, v.Lo), uint64(v.Hi))
	}
	args := []types.Datum{types.String(string(b)), types.Float(0.5), types.Int(0), types.Int(1)}
	if d, err := fntest.EvalHost(fn.Default().Op("percentile_dec_i128"), args); err == nil {
		t.Errorf("%v", d)
	}
	args[3] = types.Int(0)
	if d, err := fntest.EvalHost(fn.Default().Op("percentile_dec_i128"), args); err != nil ||
		d.I128() != types.MaxUnscaled(38) {
		t.Errorf("%v, %v", d, err)
	}
}
