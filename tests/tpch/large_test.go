package tpch

import (
	"path/filepath"
	"testing"
	"time"

	"slipher/tests/answers"
	"slipher/tests/cluster"
)

// memoryLimit is for each process while SF 1 is loaded.
const memoryLimit = 1 << 30

// SF 1 loads within 1 GB a process, and its queries are right on one process and
// on two nodes, in both tiers and without libLLVM.
func TestScaleOne(t *testing.T) {
	cluster.NeedLong(t)
	data, answers := answers.ScaleOne(t, "tpch"), answers.Shared(t, "tpch", "answers-sf1")
	for _, shape := range cluster.Shapes {
		t.Run(shape.String(), func(t *testing.T) {
			c := cluster.Start(t, shape, cluster.WithLLVM)
			conn := c.Connect(t, "dev")
			start := time.Now()
			load(t, conn, func(table string) string { return filepath.Join(data, table+".csv") }, "")
			t.Logf("loaded in %s", time.Since(start).Round(time.Millisecond))
			if n := conn.One(t, "SELECT count(*) FROM lineitem"); n != "6001215" {
				t.Errorf("lineitem has %s rows", n)
			}
			for _, p := range c.Processes() {
				peak := p.PeakMemory(t)
				t.Logf("process %s: %d MB at most", p.ID, peak>>20)
				if peak > memoryLimit {
					t.Errorf("process %s used %d MB while loading", p.ID, peak>>20)
				}
			}
			for _, tier := range []string{"primitives", "fused", "auto"} {
				t.Run(tier, func(t *testing.T) {
					conn.Exec(t, "SET slipher_tier = "+tier)
					for _, pass := range []string{"first", "again"} {
						start := time.Now()
						check(t, conn, answers)
						t.Logf("%s pass: %s", pass, time.Since(start).Round(time.Millisecond))
					}
				})
			}
			// Other settings on real sizes: a vector of three rows, one worker, one credit.
			t.Run("narrow", func(t *testing.T) {
				conn.Exec(t,
					"SET slipher_tier = fused; SET slipher_vector_rows = 3; SET slipher_table_start = 1; SET slipher_workers = 1; "+
						"SET slipher_exchange_credit = 1")
				check(t, conn, answers)
			})
			for _, p := range c.Processes() {
				t.Logf("process %s: %d MB at most, queries included", p.ID, p.PeakMemory(t)>>20)
			}
		})
	}
}
