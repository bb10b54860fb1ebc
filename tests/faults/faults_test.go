package faults

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"slipher/tests/cluster"
)

func TestMain(m *testing.M) { cluster.Main(m) }

// numbers makes a table of rows 0..n-1 from joins of ten digits.
func numbers(t *testing.T, conn *cluster.Conn, digits int) {
	t.Helper()
	conn.Exec(t,
		"CREATE TABLE digit(d INTEGER) DISTSTYLE ALL; INSERT INTO digit VALUES (0), (1), (2), (3), (4), (5), (6), (7), (8), "+
			"(9)")
	var names, terms []string
	scale := 1
	for i := range digits {
		names = append(names, fmt.Sprintf("digit d%d", i))
		terms = append(terms, fmt.Sprintf("d%d.d * %d", i, scale))
		scale *= 10
	}
	conn.Exec(t, "CREATE TABLE n(i INTEGER, s VARCHAR(20)) DISTSTYLE EVEN SORTKEY(i)")
	sum := strings.Join(terms, " + ")
	conn.Exec(t, fmt.Sprintf("INSERT INTO n SELECT %s, 'row ' || (%s) FROM %s", sum, sum, strings.Join(names, ", ")))
}

// Compile workers that die in the middle of queries change no answer: in the
// automatic tier the primitives go on, in the fused one the job is done again.
func TestKilledCompileWorker(t *testing.T) {
	for _, shape := range cluster.Shapes {
		t.Run(shape.String(), func(t *testing.T) {
			c := cluster.Start(t, shape, cluster.WithLLVM)
			conn := c.Connect(t, "dev")
			numbers(t, conn, 4)
			killed := 0
			for round := range 6 {
				tier := []string{"auto", "fused"}[round%2]
				conn.Exec(t, "SET slipher_tier = "+tier)
				// Every round has segments that no cache holds.
				sql := fmt.Sprintf(
					"SELECT a.i %% %d, count(*), sum(a.i + b.i * %d), max(a.s) FROM n a JOIN n b ON a.i = b.i WHERE a.i %s GROUP BY "+
						"1 ORDER BY 1",
					round+2, round, strings.Repeat(fmt.Sprintf("+ %d ", round), round)+">= 0")
				stop := make(chan int)
				go func() {
					n := 0
					for {
						select {
						case stop <- n:
							return
						case <-time.After(3 * time.Millisecond):
							for _, id := range c.Leader.Children(t) {
								if syscall.Kill(id, syscall.SIGKILL) == nil {
									n++
								}
							}
							time.Sleep(40 * time.Millisecond)
						}
					}
				}()
				rs, err := conn.Try(sql)
				killed += <-stop
				if err != nil {
					t.Fatalf("%s in tier %s: %s", sql, tier, cluster.ErrorText(err))
				}
				conn.Exec(t, "SET slipher_tier = primitives")
				want := conn.Exec(t, sql)
				if got := fmt.Sprint(rs[0].Rows); got != fmt.Sprint(want.Rows) {
					t.Errorf("round %d: %s, want %s", round, got, fmt.Sprint(want.Rows))
				}
			}
			if killed == 0 {
				t.Error("no worker was killed")
			}
			// Workers come back.
			conn.Exec(t, "SET slipher_tier = fused")
			if n := conn.One(t, "SELECT sum(i * 3 + 17 - 4) FROM n WHERE i < 10"); n != "265" {
				t.Errorf("sum %s, want 265", n)
			}
		})
	}
}

// A node's directory holds caches only: the data is there after it was deleted.
func TestDeletedNodeDirectory(t *testing.T) {
	c := cluster.Start(t, cluster.TwoNodes, cluster.WithLLVM)
	conn := c.Connect(t, "dev")
	numbers(t, conn, 4)
	conn.Exec(t, "CREATE TABLE k(i INTEGER, s VARCHAR(20)) DISTKEY(i); INSERT INTO k SELECT i, s FROM n")
	before := state(t, conn)
	for i := range c.Nodes {
		c.StopNode(t, i)
		c.Forget(t, i)
		c.RestartNode(t, i)
		if after := state(t, conn); after != before {
			t.Errorf("after node %s came back empty: %s, want %s", c.Nodes[i].ID, after, before)
		}
	}
	conn.Exec(t, "INSERT INTO n VALUES (-1, 'new')")
	if n := conn.One(t, "SELECT count(*) FROM n"); n != "10001" {
		t.Errorf("%s rows, want 10001", n)
	}
}

// A node that crashes fails at most the query under way; with it back, the answers are the same.
func TestKilledNode(t *testing.T) {
	c := cluster.Start(t, cluster.TwoNodes, cluster.WithLLVM)
	conn := c.Connect(t, "dev")
	numbers(t, conn, 4)
	conn.Exec(t, "CREATE TABLE k(i INTEGER, s VARCHAR(20)) DISTKEY(i); INSERT INTO k SELECT i, s FROM n")
	before := state(t, conn)
	c.Nodes[1].Kill(t)
	if _, err := conn.Try("SELECT count(*) FROM n"); err != nil {
		t.Logf("while a node is gone: %s", cluster.ErrorText(err))
	}
	if n := conn.One(t, "SELECT 1"); n != "1" {
		t.Error("the leader answers no more")
	}
	c.RestartNode(t, 1)
	if after := state(t, conn); after != before {
		t.Errorf("%s, want %s", after, before)
	}
}

// state sums up the test's tables.
func state(t *testing.T, conn *cluster.Conn) string {
	t.Helper()
	r := conn.Exec(t,
		"SELECT count(*), sum(n.i), count(DISTINCT n.s), min(k.s), max(k.s), sum(k.i) FROM n JOIN k ON n.i = k.i")
	return fmt.Sprint(r.Rows)
}

// What was committed is there after a clean restart and after a crash.
func TestRestart(t *testing.T) {
	for _, shape := range cluster.Shapes {
		t.Run(shape.String(), func(t *testing.T) {
			c := cluster.Start(t, shape, cluster.WithLLVM)
			conn := c.Connect(t, "dev")
			numbers(t, conn, 3)
			conn.Exec(t,
				"CREATE SCHEMA s; CREATE TABLE s.e(id INTEGER IDENTITY(1, 1), v DECIMAL(38, 2) DEFAULT 1.5 NOT NULL); INSERT INTO "+
					"s.e DEFAULT VALUES")
			conn.Exec(t, "CREATE DATABASE other")
			conn.Exec(t, "CREATE VIEW s.over AS SELECT v * 2 AS w FROM s.e; CREATE VIEW s.late AS SELECT * FROM s.over "+
				"WITH NO SCHEMA BINDING")
			for range 2 {
				c.Restart(t)
				conn = c.Connect(t, "dev")
				if r := conn.Exec(t, "SELECT count(*), sum(i), max(s) FROM n"); fmt.Sprint(r.Rows) != "[[1000 499500 row 999]]" {
					t.Errorf("after a restart: %v", r.Rows)
				}
				if v := conn.One(t, "SELECT max(v) FROM s.e"); v != "1.50" {
					t.Errorf("default %s", v)
				}
				if v := conn.One(t, "SELECT max(w) FROM s.late"); v != "3.00" {
					t.Errorf("a view %s", v)
				}
				c.Connect(t, "other").Exec(t, "SELECT 1")
			}
			conn.Exec(t, "INSERT INTO s.e(v) VALUES (2); INSERT INTO n SELECT i + 1000, s FROM n")
			c.Leader.Kill(t)
			for _, n := range c.Nodes {
				n.Kill(t)
			}
			c.Restart(t)
			conn = c.Connect(t, "dev")
			if r := conn.Exec(t, "SELECT count(*), sum(i) FROM n"); fmt.Sprint(r.Rows) != "[[2000 1999000]]" {
				t.Errorf("after a crash: %v", r.Rows)
			}
			if r := conn.Exec(t, "SELECT count(*), count(DISTINCT id) FROM s.e"); fmt.Sprint(r.Rows) != "[[2 2]]" {
				t.Errorf("after a crash: %v", r.Rows)
			}
		})
	}
}

// A cancel request ends the statement with 57014 and nothing else; so does a timeout.
func TestCancel(t *testing.T) {
	for _, shape := range cluster.Shapes {
		t.Run(shape.String(), func(t *testing.T) {
			c := cluster.Start(t, shape, cluster.WithLLVM)
			conn, other := c.Connect(t, "dev"), c.Connect(t, "dev")
			numbers(t, conn, 4)
			// A hundred million pairs take much longer than the cancel.
			const long = "SELECT count(*), sum(length(a.s || b.s)) FROM n a CROSS JOIN n b WHERE a.i + b.i >= 0"
			for _, tier := range []string{"primitives", "fused"} {
				conn.Exec(t, "SET slipher_tier = "+tier)
				done := make(chan error, 1)
				go func() {
					_, err := conn.Try(long)
					done <- err
				}()
				time.Sleep(200 * time.Millisecond)
				start := time.Now()
				conn.Cancel(t)
				if n := other.One(t, "SELECT count(*) FROM n"); n != "10000" {
					t.Errorf("another session counts %s", n)
				}
				if err := <-done; cluster.Code(err) != "57014" {
					t.Errorf("%s: %v", tier, err)
				}
				if took := time.Since(start); took > 10*time.Second {
					t.Errorf("%s: the cancel took %s", tier, took)
				}
				if n := conn.One(t, "SELECT count(*) FROM n"); n != "10000" {
					t.Errorf("afterwards the session counts %s", n)
				}
			}
			conn.Exec(t, "SET statement_timeout = 200")
			if _, err := conn.Try(long); cluster.Code(err) != "57014" {
				t.Errorf("timeout: %v", err)
			}
			conn.Exec(t, "RESET statement_timeout")
			// A cancelled INSERT leaves nothing.
			done := make(chan error, 1)
			go func() {
				_, err := conn.Try("INSERT INTO n SELECT a.i + b.i, a.s FROM n a CROSS JOIN n b")
				done <- err
			}()
			time.Sleep(300 * time.Millisecond)
			conn.Cancel(t)
			if err := <-done; cluster.Code(err) != "57014" {
				t.Errorf("INSERT: %v", err)
			}
			if n := other.One(t, "SELECT count(*) FROM n"); n != "10000" {
				t.Errorf("%s rows after a cancelled INSERT", n)
			}
		})
	}
}

// A client that goes away in the middle harms nobody.
func TestDroppedConnection(t *testing.T) {
	for _, shape := range cluster.Shapes {
		t.Run(shape.String(), func(t *testing.T) {
			c := cluster.Start(t, shape, cluster.WithLLVM)
			conn := c.Connect(t, "dev")
			numbers(t, conn, 4)
			for range 3 {
				gone := c.Connect(t, "dev")
				ctx, cancel := context.WithTimeout(context.Background(), 100*time.Millisecond)
				_, err := gone.TryContext(ctx, "SELECT a.i, b.s FROM n a CROSS JOIN n b")
				cancel()
				if err == nil {
					t.Error("a hundred million rows came within 100 ms")
				}
			}
			if n := conn.One(t, "SELECT count(*) FROM n"); n != "10000" {
				t.Errorf("%s rows", n)
			}
		})
	}
}

// A node whose kept artifacts are deleted or damaged gets them again.
func TestLostArtifacts(t *testing.T) {
	for _, shape := range cluster.Shapes {
		t.Run(shape.String(), func(t *testing.T) {
			c := cluster.Start(t, shape, cluster.WithLLVM)
			conn := c.Connect(t, "dev")
			conn.Exec(t, "SET slipher_tier = fused")
			numbers(t, conn, 4)
			const sql = "SELECT i % 7, count(*), sum(i), max(s) FROM n GROUP BY 1 ORDER BY 1"
			want := fmt.Sprint(conn.Exec(t, sql).Rows)
			for _, hurt := range []func(path string) error{os.Remove,
				func(path string) error { return os.WriteFile(path, []byte("garbage"), 0o600) }} {
				files := 0
				hurtAll := func() {
					err := filepath.WalkDir(c.Dir, func(path string, d os.DirEntry, err error) error {
						if err == nil && !d.IsDir() && strings.Contains(path, string(filepath.Separator)+"artifacts"+
							string(filepath.Separator)) {
							files++
							err = hurt(path)
						}
						if errors.Is(err, fs.ErrNotExist) {
							return nil // what was being written has got its name
						}
						return err
					})
					if err != nil {
						t.Fatal(err)
					}
				}
				hurtAll()
				if got := fmt.Sprint(conn.Exec(t, sql).Rows); got != want {
					t.Errorf("%s, want %s", got, want)
				}
				hurtAll()
				c.Restart(t)
				conn = c.Connect(t, "dev")
				conn.Exec(t, "SET slipher_tier = fused")
				if got := fmt.Sprint(conn.Exec(t, sql).Rows); got != want {
					t.Errorf("after a restart: %s, want %s", got, want)
				}
				if files == 0 {
					t.Error("there were no artifacts on disk")
				}
			}
		})
	}
}
