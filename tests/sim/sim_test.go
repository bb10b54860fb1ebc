package sim

import (
	"flag"
	"os"
	"slices"
	"strconv"
	"testing"
	"time"
)

var (
	seedFlag = flag.Uint64("seed", 0, "run this seed of the simulation with its trace")
	calmFlag = flag.Bool("calm", false, "without faults")
)

// explain runs a failed seed again, with its trace.
func explain(t *testing.T, seed uint64, o Options) {
	o.Trace = true
	st, err := Run(seed, o)
	lines := st.Trace
	if len(lines) > 60 && !testing.Verbose() {
		lines = lines[len(lines)-60:]
	}
	for _, l := range lines {
		t.Log(l)
	}
	if err == nil {
		return
	}
	calm := ""
	if !o.Faults {
		calm = " -calm"
	}
	t.Fatalf("%v\nrepeat it: go test ./tests/sim -run TestSeed -seed %d%s -v", err, seed, calm)
}

// TestSeed runs the seed that is asked for.
func TestSeed(t *testing.T) {
	if *seedFlag == 0 {
		t.Skip("no -seed")
	}
	explain(t, *seedFlag, Options{Faults: !*calmFlag})
}

// Seeds with and without faults: no violation.
func TestSeeds(t *testing.T) {
	for _, faults := range []bool{false, true} {
		budget, first := 2*time.Second, uint64(1)
		if os.Getenv("SLIPHER_TEST_LONG") != "" { // other seeds every day
			budget, first = 3*time.Minute, uint64(time.Now().Unix()/86400)*1_000_000
		}
		if n, err := strconv.Atoi(os.Getenv("SLIPHER_SIM_SECONDS")); err == nil {
			budget = time.Duration(n) * time.Second
		}
		if !faults {
			budget /= 4
		}
		began, sum, seeds := time.Now(), Stats{}, 0
		for seed := first; time.Since(began) < budget; seed++ {
			seeds++
			o := Options{Faults: faults}
			st, err := Run(seed, o)
			if err != nil {
				t.Log(err)
				explain(t, seed, o)
			}
			sum.Steps += st.Steps
			sum.Entries += st.Entries
			sum.Acked += st.Acked
			sum.Refused += st.Refused
			sum.Unsure += st.Unsure
			sum.Terms += st.Terms
		}
		per := func(n int) float64 { return float64(n) / float64(seeds) }
		t.Logf(
			"faults %v: %d seeds in %v; a seed: %.0f steps, %.1f entries, %.1f terms, %.1f acknowledged, %.1f refused, %.2f "+
				"unsure", faults, seeds,
			time.Since(began).Round(time.Millisecond), per(sum.Steps), per(sum.Entries), per(sum.Terms), per(sum.Acked),
			per(sum.Refused), per(sum.Unsure))
	}
}

// The same seed is the same run, to the last line of its trace.
func TestDeterministic(t *testing.T) {
	for seed := range uint64(20) {
		o := Options{Faults: true, Trace: true}
		a, _ := Run(seed, o)
		b, _ := Run(seed, o)
		if !slices.Equal(a.Trace, b.Trace) {
			for i := range a.Trace {
				if i >= len(b.Trace) || a.Trace[i] != b.Trace[i] {
					t.Fatalf("seed %d: line %d is\n%s\nthen\n%s", seed, i, a.Trace[i], b.Trace[min(i, len(b.Trace)-1)])
				}
			}
			t.Fatalf("seed %d: one trace is longer", seed)
		}
	}
}

// Each broken guard is noticed by some seed.
func TestMutations(t *testing.T) {
	for m := None + 1; m < mutationsEnd; m++ {
		t.Run(m.String(), func(t *testing.T) {
			t.Parallel()
			for seed := uint64(1); ; seed++ {
				if _, err := Run(seed, Options{Faults: true, Mutation: m}); err != nil {
					t.Logf("noticed: %v", err)
					return
				}
				if seed == 4000 {
					t.Fatal("not noticed")
				}
			}
		})
	}
}
