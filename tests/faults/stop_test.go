package faults

import (
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgproto3"

	"slipher/tests/cluster"
)

// stopGrace is --grace of the processes that are stopped here; slack is what a busy machine may add to it,
// and how long the stacks may take to write.
const (
	stopGrace = 6 * time.Second
	slack     = 6 * time.Second
)

// gaveUp is the status of a process whose orderly stop took too long.
const gaveUp = 3

// held runs a statement that must not end by itself.
func held(t *testing.T, run func() error) {
	t.Helper()
	done := make(chan error, 1)
	go func() { done <- run() }()
	select {
	case err := <-done:
		t.Fatalf("nothing holds the statement: %v", err)
	case <-time.After(time.Second):
	}
}

// statement is one of a session of its own.
func statement(sql string) func(t *testing.T, c *cluster.Cluster) {
	return func(t *testing.T, c *cluster.Cluster) {
		conn := c.Connect(t, "dev")
		held(t, func() error { _, err := conn.Try(sql); return err })
	}
}

// holds are what a process may wait for when it is told to stop. While a disk hangs no orderly stop is possible;
// everything else gives way.
var holds = []struct {
	name    string
	faults  string
	begin   func(t *testing.T, c *cluster.Cluster)
	orderly bool
}{
	{"nothing", "", func(*testing.T, *cluster.Cluster) {}, true},
	{"log hangs", "log.store=delay:1h", statement("INSERT INTO kept VALUES (-1)"), false},
	{"storage hangs in writes", "rms.create=delay:1h; rms.put=delay:1h",
		statement("CREATE TABLE copied AS SELECT a.i, b.s FROM n a CROSS JOIN n b"), false},
	{"query", "", statement("SELECT count(*) FROM n a CROSS JOIN n b CROSS JOIN n c WHERE a.i + b.i + c.i > 0"), true},
	{"client does not read", "", func(t *testing.T, c *cluster.Cluster) { unread(t, c.Leader) }, true},
	{"COPY FROM STDIN", "", func(t *testing.T, c *cluster.Cluster) {
		f := session(t, c.Leader)
		f.Send(&pgproto3.Query{String: "COPY kept FROM STDIN"})
		f.Send(&pgproto3.CopyData{Data: []byte("-1\n")})
		if err := f.Flush(); err != nil {
			t.Fatal(err)
		}
		if _, ok := receive(t, f).(*pgproto3.CopyInResponse); !ok {
			t.Fatal("COPY does not begin")
		}
	}, true},
	{"transaction", "", func(t *testing.T, c *cluster.Cluster) {
		c.Connect(t, "dev").Exec(t, "BEGIN; INSERT INTO kept VALUES (-1)")
	}, true},
	{"silent connection", "", func(t *testing.T, c *cluster.Cluster) {
		conn, err := net.Dial("tcp", c.Leader.SQL)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { conn.Close() })
	}, true},
}

// session is one on a connection that reads only when it is told to.
func session(t *testing.T, leader *cluster.Process) *pgproto3.Frontend {
	t.Helper()
	conn, err := net.Dial("tcp", leader.SQL)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	f := pgproto3.NewFrontend(conn, conn)
	f.Send(&pgproto3.StartupMessage{ProtocolVersion: pgproto3.ProtocolVersionNumber,
		Parameters: map[string]string{"user": "dev", "database": "dev"}})
	if err := f.Flush(); err != nil {
		t.Fatal(err)
	}
	for {
		if _, ok := receive(t, f).(*pgproto3.ReadyForQuery); ok {
			return f
		}
	}
}

func receive(t *testing.T, f *pgproto3.Frontend) pgproto3.BackendMessage {
	t.Helper()
	m, err := f.Receive()
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// unread asks for many rows and reads none.
func unread(t *testing.T, leader *cluster.Process) {
	t.Helper()
	f := session(t, leader)
	f.Send(&pgproto3.Query{String: "SELECT a.i, b.s, c.s FROM n a CROSS JOIN n b CROSS JOIN n c"})
	if err := f.Flush(); err != nil {
		t.Fatal(err)
	}
	time.Sleep(time.Second) // until nothing more fits
}

// stopped tells processes to stop, all at once, and waits for their ends, which come in time. It gives their statuses.
func stopped(t *testing.T, ps ...*cluster.Process) []int {
	t.Helper()
	began := time.Now()
	for _, p := range ps {
		p.AskToStop()
	}
	var all []int
	for _, p := range ps {
		p.WaitEnd(t)
		took := time.Since(began)
		if took > stopGrace+slack {
			t.Errorf("%s took %v to stop", p.ID, took)
		}
		all = append(all, p.Status())
		t.Logf("%s stopped after %v, status %d", p.ID, took.Round(time.Millisecond), p.Status())
		if dumped := strings.Contains(p.Log(), "all goroutines:"); dumped != (p.Status() == gaveUp) {
			t.Errorf("%s: status %d, stacks in the log: %v", p.ID, p.Status(), dumped)
		}
	}
	return all
}

// Every process ends within its time of grace, whatever holds it; what was acknowledged is there afterwards, nothing
// else.
func TestStop(t *testing.T) {
	for _, shape := range cluster.Shapes {
		for _, h := range holds {
			t.Run(shape.String()+"/"+h.name, func(t *testing.T) {
				t.Parallel()
				dir := t.TempDir()
				c := cluster.Start(t, shape, cluster.WithoutLLVM, "SLIPHER_FAULTS_FILE="+filepath.Join(dir, cluster.IDInEnv),
					"SLIPHER_GRACE="+stopGrace.String())
				conn := c.Connect(t, "dev")
				numbers(t, conn, 4)
				conn.Exec(t, "CREATE TABLE kept(i INTEGER)")
				for i := range 20 {
					conn.Exec(t, fmt.Sprintf("INSERT INTO kept VALUES (%d)", i))
				}
				if h.faults != "" {
					for _, p := range c.Processes() {
						if err := os.WriteFile(filepath.Join(dir, p.ID), []byte(h.faults), 0o600); err != nil {
							t.Fatal(err)
						}
					}
					time.Sleep(300 * time.Millisecond)
				}
				h.begin(t, c)
				for i, status := range stopped(t, c.Processes()...) {
					if status != 0 && (h.orderly || status != gaveUp) {
						t.Errorf("process %d: status %d; log:\n%s", i, status, c.Processes()[i].Log())
					}
				}
				for _, p := range c.Processes() {
					os.Remove(filepath.Join(dir, p.ID))
				}
				c.StartLeader(t)
				for i := range c.Nodes {
					c.RestartNode(t, i)
				}
				conn = c.Connect(t, "dev")
				if r := conn.Exec(t, "SELECT count(*), sum(i), min(i) FROM kept"); fmt.Sprint(r.Rows) != "[[20 190 0]]" &&
					!(h.faults != "" && fmt.Sprint(r.Rows) == "[[21 189 -1]]") {
					t.Errorf("after the stop: %v", r.Rows)
				}
				if n := conn.One(t, "SELECT count(*) FROM n"); n != "10000" {
					t.Errorf("after the stop: %s rows", n)
				}
			})
		}
	}
}

// A second signal ends a stop that waits, at once.
func TestStopAtOnce(t *testing.T) {
	faults := filepath.Join(t.TempDir(), "faults")
	c := cluster.Start(t, cluster.OneProcess, cluster.WithoutLLVM, "SLIPHER_FAULTS_FILE="+faults, "SLIPHER_GRACE=10m")
	conn := c.Connect(t, "dev")
	conn.Exec(t, "CREATE TABLE kept(i INTEGER); INSERT INTO kept VALUES (1)")
	if err := os.WriteFile(faults, []byte("log.store=delay:1h"), 0o600); err != nil {
		t.Fatal(err)
	}
	time.Sleep(300 * time.Millisecond)
	statement("INSERT INTO kept VALUES (-1)")(t, c)
	began := time.Now()
	c.Leader.AskToStop()
	time.Sleep(1500 * time.Millisecond)
	c.Leader.AskToStop()
	c.Leader.WaitEnd(t)
	if took := time.Since(began); took > slack {
		t.Errorf("it took %v", took)
	}
	if c.Leader.Status() != gaveUp || !strings.Contains(c.Leader.Log(), "told to stop a second time") {
		t.Errorf("status %d; log:\n%s", c.Leader.Status(), c.Leader.Log())
	}
	os.Remove(faults)
	c.StartLeader(t)
	if n := c.Connect(t, "dev").One(t, "SELECT count(*) FROM kept WHERE i = 1"); n != "1" {
		t.Errorf("%s rows", n)
	}
}

// Leaders stop while others are paused: the active one, one that stands by, all that are left. A paused one stops when
// it goes on.
func TestStopAmongPausedLeaders(t *testing.T) {
	c := cluster.StartLeaders(t, 3, cluster.WithoutLLVM, "SLIPHER_GRACE="+stopGrace.String())
	a := c.Active(t)
	conn := c.Leaders[a].Connect(t, "dev")
	conn.Exec(t, "CREATE TABLE kept(i INTEGER)")
	acknowledged := make(chan int)
	go func() { // commits go on until the leader stops
		n := 0
		for ; ; n++ {
			if _, err := conn.Try(fmt.Sprintf("INSERT INTO kept VALUES (%d)", n)); err != nil {
				break
			}
		}
		acknowledged <- n
	}()
	paused, other := c.Leaders[(a+1)%3], c.Leaders[(a+2)%3]
	time.Sleep(300 * time.Millisecond)
	numbers(t, other.Connect(t, "dev"), 4)
	unread(t, other) // which passes its clients on
	paused.Pause(t)
	time.Sleep(300 * time.Millisecond)
	for _, status := range stopped(t, c.Leaders[a]) {
		if status != 0 {
			t.Errorf("status %d; log:\n%s", status, c.Leaders[a].Log())
		}
	}
	n := <-acknowledged
	paused.Resume(t)
	// One commit may have been under way.
	got := other.Connect(t, "dev").One(t, "SELECT count(*) FROM kept")
	if got != fmt.Sprint(n) && got != fmt.Sprint(n+1) {
		t.Errorf("%s rows, %d commits were acknowledged", got, n)
	}
	t.Logf("%d commits were acknowledged, %s rows are there", n, got)
	unread(t, other)
	paused.Pause(t)
	// No majority is left.
	if status := stopped(t, other)[0]; status != 0 {
		t.Errorf("status %d; log:\n%s", status, other.Log())
	}
	// The signal waits until the process goes on.
	paused.AskToStop()
	time.Sleep(200 * time.Millisecond)
	if !paused.Running() {
		t.Error("a paused process has ended")
	}
	paused.Resume(t)
	if status := stopped(t, paused)[0]; status != 0 {
		t.Errorf("status %d; log:\n%s", status, paused.Log())
	}
	// Nodes have no leader now.
	for i, status := range stopped(t, c.Nodes...) {
		if status != 0 {
			t.Errorf("status %d; log:\n%s", status, c.Nodes[i].Log())
		}
	}
}
