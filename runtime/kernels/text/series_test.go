package text_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"slipher/catalog/fn"
	"slipher/catalog/fn/fntest"
	"slipher/catalog/types"
)

// kernelInt calls a kernel of integers that may fail.
func kernelInt(name string, args ...types.Datum) (int64, fn.Code) {
	k := table.Kernel(name)
	vs := make([]fntest.V, len(args))
	for i, a := range args {
		vs[i] = fromDatum(k.Args[i], a)
	}
	v, code := callKernel(k, vs)
	return v.I.Int64(), code
}

// The n-th time of a series is what n additions of the step make of the start, and it has as many as do not pass the
// stop: steps of whole months, which are not added one by one, too.
func TestSeriesTimes(t *testing.T) {
	rnd := rand.New(rand.NewPCG(9, 10))
	for range 300 {
		start := (rnd.Int64N(200000) - 100000) * types.MicrosPerDay
		months, micros := rnd.Int64N(97)-48, int64(0)
		switch rnd.IntN(3) {
		case 0:
			months, micros = 0, (rnd.Int64N(1000)-500)*3600e6+1
		case 1:
			micros = rnd.Int64N(10) * types.MicrosPerDay * int64(1-2*rnd.IntN(2))
		}
		if months == 0 && micros == 0 || months > 0 && micros < 0 || months < 0 && micros > 0 {
			continue
		}
		step := types.Int128(months, micros)
		ts := start
		for n := range int64(130) {
			got, code := kernelInt("slp_series_time", types.Int(n), types.Int(start), types.Int(0), step)
			if code != fn.OK || got != ts {
				t.Fatalf("time %d from %d by %d months, %d µs: %d (code %d), not %d", n, start, months, micros, got, code, ts)
			}
			for off, want := range map[int64]int64{0: n + 1, 1: n + 1, -1: n} {
				stop := ts + off
				if months+micros < 0 {
					stop = ts - off
				}
				if c, code := kernelInt("slp_series_times", types.Int(start), types.Int(stop), step); code != fn.OK || c != want {
					t.Fatalf("from %d to %d by %d months, %d µs: %d (code %d), not %d", start, stop, months, micros, c, code, want)
				}
			}
			if ts, code = kernelInt("slp_ts_add_interval", types.Int(ts), types.Int(months), types.Int(micros)); code != fn.OK {
				t.Fatal(code)
			}
		}
	}
	if _, code := kernelInt("slp_series_times", types.Int(0), types.Int(1), types.Int128(0, 0)); code != fn.ZeroStep {
		t.Errorf("a step of nothing: code %d", code)
	}
	if _, code := kernelInt("slp_series_times", types.Int(0), types.Int(math.MaxInt64/8), types.Int128(1,
		-30*types.MicrosPerDay)); code == fn.OK {
		t.Error("a step of a month less 30 days")
	}
}

// Series of numbers, to the ends of their range.
func TestSeriesNumbers(t *testing.T) {
	for _, c := range []struct{ start, stop, step, want int64 }{
		{1, 5, 1, 5}, {1, 5, 2, 3}, {1, 6, 2, 3}, {5, 1, 1, 0}, {5, 1, -1, 5}, {5, 1, -4, 2}, {3, 3, -9, 1},
		{math.MinInt64, math.MaxInt64, math.MaxInt64, 3}, {math.MinInt64, math.MaxInt64, 1, math.MaxInt64},
		{math.MaxInt64, math.MinInt64, math.MinInt64, 2}, {math.MaxInt64 - 1, math.MaxInt64, 1, 2},
	} {
		for _, kernel := range []string{"slp_series_i64", "slp_series_i128"} {
			got, code := kernelInt(kernel, types.Int(c.start), types.Int(c.stop), types.Int(c.step))
			if code != fn.OK || got != c.want {
				t.Errorf("%s: %d to %d by %d: %d (code %d), not %d", kernel, c.start, c.stop, c.step, got, code, c.want)
			}
		}
	}
	if _, code := kernelInt("slp_series_i64", types.Int(1), types.Int(2), types.Int(0)); code != fn.ZeroStep {
		t.Errorf("a step of 0: code %d", code)
	}
}
