package faults

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"slipher/tests/cluster"
)

// lone starts a leader without other leaders, its storage in its directory, on given addresses.
func lone(t *testing.T, dir, addr string, more ...string) *cluster.Process {
	t.Helper()
	p := cluster.StartProcess(t, nil, append([]string{"leader", "--data", dir, "--id", "l1", "--listen", "127.0.0.1:0",
		"--cluster", addr}, more...)...)
	p.WaitReady(t)
	return p
}

// A copy of a leader's directory is started beside the original, whose nodes it knows: the nodes stay with
// the original, and what is dropped in the copy is not dropped there. A leader that was killed starts again
// on its storage at once.
func TestCopiedLeader(t *testing.T) {
	top := t.TempDir()
	dir, other := filepath.Join(top, "l1"), filepath.Join(top, "copy")
	addr, err := cluster.FreeAddress()
	if err != nil {
		t.Fatal(err)
	}
	l := lone(t, dir, addr, "--bootstrap", "--slices", "2")
	n := cluster.StartProcess(t, nil, "node", "--data", filepath.Join(top, "n1"), "--id", "n1", "--leader", l.Cluster,
		"--cluster", "127.0.0.1:0", "--workers", "1")
	n.WaitReady(t)
	conn := l.Connect(t, "dev")
	for _, q := range []string{"CREATE TABLE t (a int)", "INSERT INTO t VALUES (1), (2), (3)", "VACUUM t"} {
		conn.Exec(t, q)
	}
	l.Kill(t)
	if err := os.CopyFS(other, os.DirFS(dir)); err != nil {
		t.Fatal(err)
	}
	l = lone(t, dir, addr)
	conn = l.Connect(t, "dev")
	waitStates(t, conn, "n1 connected 2")
	twin := lone(t, other, "127.0.0.1:0")
	theirs := twin.Connect(t, "dev")
	waitStates(t, theirs, "")
	theirs.Exec(t, "DROP TABLE t")
	for end := time.Now().Add(time.Minute); ; time.Sleep(20 * time.Millisecond) {
		left, err := filepath.Glob(filepath.Join(other, "storage", "t*", "*.obj"))
		if err != nil {
			t.Fatal(err)
		}
		if len(left) == 0 {
			break
		}
		if time.Now().After(end) {
			t.Fatal("the copy's objects are not collected")
		}
	}
	if sum := conn.One(t, "SELECT sum(a) FROM t"); sum != "6" {
		t.Errorf("the original has %s", sum)
	}
	waitStates(t, conn, "n1 connected 2")
	if err := os.RemoveAll(filepath.Join(top, "n1", "cache")); err != nil {
		t.Error(err)
	}
}
