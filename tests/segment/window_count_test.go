//go:build invariants

package segment

import (
	"math/bits"
	"testing"

	"slipher/catalog/types"
	"slipher/compiler/plan"
	"slipher/runtime/exec"
	"slipher/runtime/kernels/table"
)

// No frame costs more than n log n, counted in steps of an accumulator: of each row's frame 30 states a level of the
// tree are put together at the most, and frames that grow put each row to the state once.
func TestWindowSteps(t *testing.T) {
	r := newRunner(t)
	for _, n := range []int{1000, 16000} {
		for name, frame := range map[string]func(i int) [3][2]int{
			"sliding":    func(i int) [3][2]int { return [3][2]int{{max(i-n/2, 0), i + 1}} },
			"but one":    func(i int) [3][2]int { return [3][2]int{{0, i}, {i, i}, {i + 1, n}} },
			"to and fro": func(i int) [3][2]int { return [3][2]int{{i * 7919 % n, n}} },
			"growing":    func(i int) [3][2]int { return [3][2]int{{i / 100 * 100, i + 1}} },
		} {
			way, most := plan.FrameAny, int64(n)*60*int64((bits.Len(uint(n))+3)/4)+2*int64(n)
			if name == "growing" {
				way, most = plan.FrameGrows, int64(n)
			}
			rows := randomWindow(n, frame)
			var in [][]types.Datum
			for i, w := range rows {
				w.v, w.null = int64(i), false
				in = append(in, w.datums(i))
			}
			f := fold("moments", 0, way)
			for _, tier := range []exec.Tier{exec.Primitives, exec.Fused} {
				before := table.MomentSteps()
				got, err := r.run(windowQuery(f), map[string][][]types.Datum{"t": in}, exec.Options{Tier: tier})
				if err != nil || len(got) != n {
					t.Fatalf("%s: %d rows, %v", name, len(got), err)
				}
				if steps := table.MomentSteps() - before; steps > most || steps < int64(n) {
					t.Errorf("%s: %d steps for %d rows, at most %d", name, steps, n, most)
				}
			}
		}
	}
}
