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
			load(t, c.Connect(t, "dev"), func(table string) string { return cluster.Data("tpch", "data", table+".csv.gz") },
				"GZIP")
		}
		t.Run(cfg.String(), func(t *testing.T) {
			conn := c.Connect(t, "dev")
			conn.Exec(t, cfg.Settings())
			for _, tab := range tables {
				if n := conn.One(t, "SELECT count(*) FROM "+tab.name); n != fmt.Sprint(tab.rows) {
					t.Errorf("%s has %s rows, want %d", tab.name, n, tab.rows)
				}
			}
			check(t, conn, cluster.Data("tpch", "answers"))
		})
	}
}

// check runs the queries and compares them with the answers in dir.
func check(t *testing.T, conn *cluster.Conn, dir string) {
	t.Helper()
	for _, n := range queries {
		t.Run(fmt.Sprintf("q%02d", n), func(t *testing.T) {
			got := conn.Exec(t, readQuery(t, n))
			if err := answers.Compare(got, readAnswer(t, dir, n)); err != nil {
				t.Error(err)
			}
		})
	}
}
