package faults

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"slipher/tests/cluster"
)

// A node that fails, dies or dawdles while the others wait for the keys of its part of a join's table fails at most the
// query, which a timeout ends; behind that the answers are the same.
func TestKeysUntold(t *testing.T) {
	dir := t.TempDir()
	c := cluster.Start(t, cluster.TwoNodes, cluster.WithoutLLVM,
		"SLIPHER_FAULTS_FILE="+filepath.Join(dir, cluster.IDInEnv))
	conn := c.Connect(t, "dev")
	numbers(t, conn, 4)
	conn.Exec(t, "SET slipher_runtime_filters = 'on'")
	conn.Exec(t, "CREATE TABLE k(i INTEGER, s VARCHAR(20)) DISTKEY(s); INSERT INTO k SELECT i * 7, s FROM n WHERE i < 900")
	const query = "SELECT count(*), sum(n.i) FROM n JOIN k ON n.i = k.i"
	want := conn.Exec(t, query).Rows
	arm := func(faults string) {
		if err := os.WriteFile(filepath.Join(dir, "n2"), []byte(faults), 0o600); err != nil {
			t.Fatal(err)
		}
		time.Sleep(100 * time.Millisecond)
	}
	for _, f := range []struct {
		faults      string
		fails, dies bool
	}{{"worker.sieve=error@1", true, false}, {"worker.sieve=delay:3s@1", true, false},
		{"worker.sieve=delay:200ms", false, false}, {"worker.sieve=kill@1", false, true}} {
		if f.dies {
			c.Nodes[1].ExpectEnd()
		}
		arm(f.faults)
		conn.Exec(t, "SET statement_timeout = 2000")
		rs, err := conn.Try(query)
		if f.fails != (err != nil) && !f.dies {
			t.Errorf("%s: rows %v, error %v", f.faults, rs, err)
		}
		arm("")
		conn.Exec(t, "SET statement_timeout = 0")
		if f.dies {
			c.Nodes[1].WaitEnd(t)
			c.RestartNode(t, 1)
		}
		if got := conn.Exec(t, query).Rows; len(got) != 1 || got[0][0] != want[0][0] || got[0][1] != want[0][1] {
			t.Errorf("behind %s: %v, want %v", f.faults, got, want)
		}
	}
}
