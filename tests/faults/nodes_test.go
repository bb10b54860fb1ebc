package faults

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"slipher/tests/cluster"
)

// recovery is within how long queries run again after a node was lost.
const recovery = 5 * time.Second

// load runs queries of several sessions until stop is called, and checks their answers.
type load struct {
	t    *testing.T
	ends chan struct{}
	wg   sync.WaitGroup

	runs   atomic.Int64
	mu     sync.Mutex
	failed []string      // guarded by mu
	slow   time.Duration // guarded by mu: the slowest query
}

func startLoad(t *testing.T, c *cluster.Cluster, sessions int) *load {
	l := &load{t: t, ends: make(chan struct{})}
	for range sessions {
		conn := c.Connect(t, "dev")
		l.wg.Go(func() {
			for {
				select {
				case <-l.ends:
					return
				default:
				}
				began := time.Now()
				rs, err := conn.Try("SELECT count(*), sum(a.i), count(DISTINCT b.s) FROM n a JOIN n b ON a.i = b.i")
				took := time.Since(began)
				l.runs.Add(1)
				l.mu.Lock()
				l.slow = max(l.slow, took)
				if err != nil {
					l.failed = append(l.failed, fmt.Sprintf("after %s: %s", took, cluster.ErrorText(err)))
				} else if got := fmt.Sprint(rs[0].Rows); got != "[[10000 49995000 10000]]" {
					l.failed = append(l.failed, got)
				}
				l.mu.Unlock()
			}
		})
	}
	return l
}

// some waits until more queries have run.
func (l *load) some(n int64) {
	l.t.Helper()
	until := l.runs.Load() + n
	for limit := time.Now().Add(time.Minute); l.runs.Load() < until; time.Sleep(5 * time.Millisecond) {
		if time.Now().After(limit) {
			l.t.Fatal("queries hang")
		}
	}
}

// stop ends the load; no query may have failed or taken longer than a recovery.
func (l *load) stop() {
	l.t.Helper()
	close(l.ends)
	l.wg.Wait()
	for i, f := range l.failed {
		if i < 5 {
			l.t.Error(f)
		}
	}
	if l.slow > recovery {
		l.t.Errorf("the slowest query took %s", l.slow)
	}
	l.t.Logf("%d queries, the slowest took %s", l.runs.Load(), l.slow)
}

// nodeStates is "n1 connected 2, n2 lost 0": stv_nodes.
func nodeStates(t *testing.T, conn *cluster.Conn) string {
	t.Helper()
	var out []string
	for _, r := range conn.Exec(t, "SELECT id, state, slices FROM stv_nodes ORDER BY id").Rows {
		out = append(out, fmt.Sprint(r[0], " ", r[1], " ", r[2]))
	}
	return strings.Join(out, ", ")
}

// spread are the states of four slices on three nodes.
var spread = []string{"n1 connected 1, n2 connected 1, n3 connected 2",
	"n1 connected 1, n2 connected 2, n3 connected 1", "n1 connected 2, n2 connected 1, n3 connected 1"}

// waitStates waits for one of these states, for as long as a recovery may take.
func waitStates(t *testing.T, conn *cluster.Conn, want ...string) {
	t.Helper()
	began := time.Now()
	for {
		got := nodeStates(t, conn)
		if slices.Contains(want, got) {
			return
		}
		if time.Since(began) > recovery {
			t.Fatalf("nodes: %s, want %s", got, strings.Join(want, " or "))
		}
		time.Sleep(20 * time.Millisecond)
	}
}

// blocks are the files of managed storage with their times: none may be written by
// moving slices.
func blocks(t *testing.T, c *cluster.Cluster) string {
	t.Helper()
	var out []string
	err := filepath.WalkDir(filepath.Join(c.Dir, "storage"), func(path string, d os.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, ".obj") {
			return err // artifacts of queries come and go
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		out = append(out, fmt.Sprint(path, info.Size(), info.ModTime()))
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return strings.Join(out, "\n")
}

// A node is killed under queries and comes back, another joins, one is drained and
// removed, one stops: no query fails, slices follow, no block is written.
func TestNodesComeAndGo(t *testing.T) {
	c := cluster.Start(t, cluster.TwoNodes, cluster.WithLLVM)
	conn := c.Connect(t, "dev")
	numbers(t, conn, 4)
	conn.Exec(t, "VACUUM digit") // now, not when its small write has got old
	conn.Exec(t, "SELECT count(*) FROM n")
	before := blocks(t, c)
	waitStates(t, conn, "n1 connected 2, n2 connected 2")
	l := startLoad(t, c, 3)
	l.some(10)

	c.Nodes[1].Kill(t)
	waitStates(t, conn, "n1 connected 4, n2 lost 0")
	l.some(10)
	c.RestartNode(t, 1)
	waitStates(t, conn, "n1 connected 2, n2 connected 2")
	l.some(10)

	c.AddNode(t, "n3")
	waitStates(t, conn, spread...)
	l.some(10)

	if got := conn.One(t, "SELECT slipher_drain_node('n3')"); got != "t" {
		t.Errorf("draining: %s", got)
	}
	waitStates(t, conn, "n1 connected 2, n2 connected 2, n3 draining 0")
	l.some(5)
	for {
		if conn.One(t, "SELECT queries FROM stv_nodes WHERE id = 'n3'") == "0" {
			break
		}
		time.Sleep(10 * time.Millisecond)
	}
	conn.Exec(t, "SELECT slipher_undrain_node('n3')")
	waitStates(t, conn, spread...)
	conn.Exec(t, "SELECT slipher_drain_node('n3')")
	l.some(5)
	for {
		if _, err := conn.Try("SELECT slipher_remove_node('n3')"); err == nil {
			break
		} else if cluster.Code(err) != "55006" {
			t.Fatal(cluster.ErrorText(err))
		}
	}
	waitStates(t, conn, "n1 connected 2, n2 connected 2")
	c.Nodes[2].Stop(t)
	l.some(5)

	c.Nodes[0].Stop(t) // SIGTERM drains
	waitStates(t, conn, "n1 lost 0, n2 connected 4")
	l.some(5)
	c.RestartNode(t, 0)
	waitStates(t, conn, "n1 connected 2, n2 connected 2")
	l.some(5)
	l.stop()
	if after := blocks(t, c); after != before {
		t.Errorf("storage has changed:\n%s\nbefore:\n%s", after, before)
	}
}

// A paused node is given up; when it goes on, after longer than every timeout, it harms nobody
// and gets slices again.
func TestPausedNode(t *testing.T) {
	c := cluster.Start(t, cluster.TwoNodes, cluster.WithLLVM)
	conn := c.Connect(t, "dev")
	numbers(t, conn, 4)
	for _, pause := range []time.Duration{500 * time.Millisecond, 6 * time.Second} {
		l := startLoad(t, c, 3)
		l.some(5)
		n := c.Nodes[1]
		n.Pause(t)
		time.Sleep(pause)
		if pause > recovery {
			waitStates(t, conn, "n1 connected 4, n2 lost 0")
			l.some(10)
		}
		n.Resume(t)
		waitStates(t, conn, "n1 connected 2, n2 connected 2")
		l.some(10)
		l.stop()
	}
	// A load that the pause interrupts is not half there.
	done := make(chan error, 1)
	go func() {
		_, err := conn.Try("INSERT INTO n SELECT a.i + 10000 * (1 + b.d), a.s FROM n a CROSS JOIN digit b")
		done <- err
	}()
	other := c.Connect(t, "dev")
	time.Sleep(30 * time.Millisecond)
	c.Nodes[1].Pause(t)
	time.Sleep(3 * time.Second)
	c.Nodes[1].Resume(t)
	want := "110000"
	if err := <-done; err != nil {
		t.Logf("the interrupted load: %s", cluster.ErrorText(err))
		want = "10000"
	}
	waitStates(t, other, "n1 connected 2, n2 connected 2")
	if got := other.One(t, "SELECT count(*) FROM n"); got != want {
		t.Errorf("%s rows, want %s", got, want)
	}
}

// A node that pauses while a recursion's steps go from node to node holds them up; one that is lost takes them with it,
// and the statement runs again.
func TestNodesOfRecursion(t *testing.T) {
	c := cluster.Start(t, cluster.TwoNodes, cluster.WithoutLLVM)
	conn := c.Connect(t, "dev")
	numbers(t, conn, 4)
	for _, hurt := range []func(*cluster.Process){
		func(n *cluster.Process) {
			n.Pause(t)
			time.Sleep(500 * time.Millisecond)
			n.Resume(t)
		},
		func(n *cluster.Process) { n.Kill(t) },
	} {
		done := make(chan error, 1)
		go func() {
			rs, err := conn.Try("WITH RECURSIVE r(x) AS (SELECT i FROM n WHERE i < 3 UNION ALL " +
				"SELECT n.i FROM r JOIN n ON n.i = x + 3) SELECT count(*), sum(x), count(DISTINCT x) FROM r")
			if err == nil && fmt.Sprint(rs[0].Rows) != "[[10000 49995000 10000]]" {
				err = fmt.Errorf("%v", rs[0].Rows)
			}
			done <- err
		}()
		time.Sleep(300 * time.Millisecond)
		hurt(c.Nodes[1])
		if err := <-done; err != nil {
			t.Error(cluster.ErrorText(err))
		}
	}
	c.RestartNode(t, 1)
	waitStates(t, conn, "n1 connected 2, n2 connected 2")
}

// What changes the cluster happens when a statement is executed, once, and not before.
func TestEffects(t *testing.T) {
	c := cluster.Start(t, cluster.TwoNodes, cluster.WithoutLLVM)
	conn := c.Connect(t, "dev")
	conn.Exec(t, "EXPLAIN SELECT slipher_drain_node('n2')")
	conn.Exec(t, "PREPARE p(text) AS SELECT slipher_drain_node($1)")
	waitStates(t, conn, "n1 connected 2, n2 connected 2")
	if got := fmt.Sprint(conn.Exec(t, "EXECUTE p('n2')").Rows,
		conn.Exec(t, "EXECUTE p('n2')").Rows); got != "[[t]] [[f]]" {
		t.Errorf("drained twice: %s", got)
	}
	waitStates(t, conn, "n1 connected 4, n2 draining 0")
	for sql, code := range map[string]string{
		"SELECT slipher_drain_node('n1')":               "55006",
		"SELECT slipher_drain_node('n9')":               "42704",
		"SELECT slipher_drain_node(NULL)":               "22023",
		"SELECT slipher_drain_node(id) FROM stv_nodes":  "0A000",
		"SELECT slipher_remove_node('n1')":              "55006",
		"SELECT slipher_drain_node('n1', 'n2')":         "42883",
		"SELECT slipher_undrain_node('n2') LIMIT -1":    "2201W",
		"SELECT slipher_undrain_node('n2') FROM nobody": "42P01",
	} {
		if _, err := conn.Try(sql); cluster.Code(err) != code {
			t.Errorf("%s: %v, want %s", sql, err, code)
		}
	}
	waitStates(t, conn, "n1 connected 4, n2 draining 0")
	// The catalog keeps it over a restart.
	c.Restart(t)
	conn = c.Connect(t, "dev")
	waitStates(t, conn, "n1 connected 4, n2 draining 0")
	conn.Exec(t, "SELECT slipher_undrain_node('n2')")
	waitStates(t, conn, "n1 connected 2, n2 connected 2")
}

// A crash of everything leaves slices where they were.
func TestCrashKeepsSlices(t *testing.T) {
	c := cluster.Start(t, cluster.TwoNodes, cluster.WithoutLLVM)
	conn := c.Connect(t, "dev")
	numbers(t, conn, 2)
	before := fmt.Sprint(conn.Exec(t, "SELECT node, slice FROM stv_slices ORDER BY slice").Rows)
	for range 2 {
		for _, p := range c.Processes() {
			p.Kill(t)
		}
		c.Restart(t)
		conn = c.Connect(t, "dev")
		if n := conn.One(t, "SELECT count(*) FROM n"); n != "100" {
			t.Errorf("%s rows", n)
		}
		if after := fmt.Sprint(conn.Exec(t, "SELECT node, slice FROM stv_slices ORDER BY slice").Rows); after != before {
			t.Errorf("slices %s, before %s", after, before)
		}
	}
}
