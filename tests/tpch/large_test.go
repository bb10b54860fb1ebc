package tpch

import (
	"testing"
	"time"

	"slipher/tests/answers"
	"slipher/tests/cluster"
)

// memoryLimit is for each process while SF 1 is loaded.
const memoryLimit = 1 << 30

// SF 1 loads within 1 GB a process, and its queries are right on one process and on two nodes, in both tiers.
func TestNaturalKeys(t *testing.T) { Suite.NaturalKeys(t, checkLoad) }

// The answers do not depend on where rows lie and in what order.
func TestRandomKeys(t *testing.T) { Suite.RandomKeys(t) }

func checkLoad(t *testing.T, c *cluster.Cluster, conn *cluster.Conn) {
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
}

// The queries are right at SF 1 while the tier changes under way, and with other settings.
func TestSettings(t *testing.T) {
	cluster.NeedLong(t)
	run := answers.Run{Answers: answers.Shared(t, "tpch", "answers-sf1")}
	for _, shape := range cluster.Shapes {
		t.Run(shape.String(), func(t *testing.T) {
			c := cluster.Start(t, shape, cluster.WithLLVM)
			conn := c.Connect(t, "dev")
			Suite.ScaleOne(t, conn, Suite.Natural)
			for _, pass := range []string{"first", "again"} {
				t.Run(pass, func(t *testing.T) {
					start := time.Now()
					Suite.Check(t, conn, run)
					t.Logf("%s pass: %s", pass, time.Since(start).Round(time.Millisecond))
				})
			}
			// Other settings on real sizes: a vector of three rows, one worker, one credit.
			t.Run("narrow", func(t *testing.T) {
				conn.Exec(t,
					"SET slipher_tier = fused; SET slipher_vector_rows = 3; SET slipher_table_start = 1; SET slipher_workers = 1; "+
						"SET slipher_exchange_credit = 1")
				Suite.Check(t, conn, run)
			})
			for _, p := range c.Processes() {
				t.Logf("process %s: %d MB at most, queries included", p.ID, p.PeakMemory(t)>>20)
			}
		})
	}
}
