package tpch

import (
	"fmt"
	"testing"

	"slipher/tests/answers"
	"slipher/tests/cluster"
)

func TestMain(m *testing.M) { cluster.Main(m) }

// The queries give the right answers at scale factor 0.01 under every configuration.
func TestSmall(t *testing.T) {
	var group cluster.Group
	loaded := map[*cluster.Cluster]bool{}
	for _, cfg := range cluster.Configs() {
		c := group.For(t, cfg)
		if !loaded[c] {
			loaded[c] = true
			Suite.Load(t, c.Connect(t, "dev"), Suite.Natural, small, "CSV DELIMITER '|' GZIP")
		}
		t.Run(cfg.String(), func(t *testing.T) {
			conn := c.Connect(t, "dev")
			conn.Exec(t, cfg.Settings())
			for name, tab := range tables {
				if n := conn.One(t, "SELECT count(*) FROM "+name); n != fmt.Sprint(tab.rows) {
					t.Errorf("%s has %s rows, want %d", name, n, tab.rows)
				}
			}
			Suite.Check(t, conn, answers.Run{Answers: cluster.Data("tpch", "answers")})
		})
	}
}

// The answers do not depend on where rows lie and in what order.
func TestSmallRandomKeys(t *testing.T) {
	c := cluster.Start(t, cluster.TwoNodes, cluster.WithLLVM)
	conn := c.Connect(t, "dev")
	Suite.Load(t, conn, answers.Random(0), small, "CSV DELIMITER '|' GZIP")
	Suite.Check(t, conn, answers.Run{Answers: cluster.Data("tpch", "answers")})
}
