package txn

import (
	"bytes"
	"context"
	"fmt"
	"math/rand"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"slipher/tests/cluster"
)

func TestMain(m *testing.M) { cluster.Main(m) }

// each runs f on a new cluster of each shape.
func each(t *testing.T, f func(t *testing.T, c *cluster.Cluster)) {
	for _, shape := range cluster.Shapes {
		t.Run(shape.String(), func(t *testing.T) { f(t, cluster.Start(t, shape, cluster.WithoutLLVM)) })
	}
}

// again runs texts in turn as long as they end with 40001: from the first one on.
func again(conn *cluster.Conn, texts ...string) (attempts int, err error) {
	for attempts = 1; ; attempts++ {
		for _, text := range texts {
			if _, err = conn.Try(text); err != nil {
				break
			}
		}
		if err == nil || cluster.Code(err) != "40001" || attempts == 1000 {
			return attempts, err
		}
		conn.Try("ROLLBACK")
		conn.Notices()
	}
}

// Eight sessions load one table at once, by COPY, INSERT and in blocks: all succeed,
// none has to try again, nothing is lost or doubled.
func TestLoads(t *testing.T) {
	const sessions, rounds = 8, 6
	each(t, func(t *testing.T, c *cluster.Cluster) {
		admin := c.Connect(t, "dev")
		admin.Exec(t, "CREATE TABLE t(s INT, i INT, v VARCHAR(20)) DISTKEY(i) SORTKEY(s)")
		var all sync.WaitGroup
		for s := range sessions {
			conn := c.Connect(t, "dev")
			all.Go(func() {
				for r := range rounds {
					var err error
					switch (s + r) % 3 {
					case 0:
						var data bytes.Buffer
						for i := range 1000 {
							fmt.Fprintf(&data, "%d,%d,copied\n", s, r*1000+i)
						}
						_, err = conn.CopyIn("COPY t FROM STDIN CSV", &data)
					case 1:
						values := make([]string, 1000)
						for i := range values {
							values[i] = fmt.Sprintf("(%d,%d,'inserted')", s, r*1000+i)
						}
						_, err = conn.Try("INSERT INTO t VALUES " + strings.Join(values, ","))
					case 2:
						_,
							err = conn.Try(
							fmt.Sprintf(
								"BEGIN; INSERT INTO t VALUES (%d, %d, 'first'); CREATE TEMP TABLE IF NOT EXISTS n(one INT); DELETE FROM n; "+
									"INSERT INTO n VALUES (1); "+
									"INSERT INTO t SELECT s, i + 1, 'block' FROM t, n WHERE s = %d AND t.i = %d AND v = 'first'; COMMIT", s,
								r*1000, s, r*1000))
					}
					if err != nil {
						t.Errorf("session %d, round %d: %s", s, r, cluster.ErrorText(err))
					}
				}
			})
		}
		all.Wait()
		if got := admin.One(t,
			"SELECT count(*) FROM (SELECT s, i FROM t WHERE v IN ('copied', 'inserted') GROUP BY s, i) q"); got != admin.One(t,
			"SELECT count(*) FROM t WHERE v IN ('copied', 'inserted')") {
			t.Errorf("%s different rows", got)
		}
		for v, want := range map[string]int{"copied": 16, "inserted": 16} {
			if got := admin.One(t, "SELECT count(*) FROM t WHERE v = '"+v+"'"); got != fmt.Sprint(want*1000) {
				t.Errorf("%s %s, want %d", got, v, want*1000)
			}
		}
		if got := admin.One(t,
			"SELECT count(*) FROM t a JOIN t b ON a.s = b.s AND a.i + 1 = b.i WHERE a.v = 'first' AND b.v = 'block'"); got != "16" {
			t.Errorf("%s blocks", got)
		}
	})
}

// Statements that lose are run again by the leader: a counter counts every one.
func TestCounter(t *testing.T) {
	const sessions, rounds = 6, 10
	each(t, func(t *testing.T, c *cluster.Cluster) {
		admin := c.Connect(t, "dev")
		admin.Exec(t, "CREATE TABLE n(i INT, v INT); INSERT INTO n VALUES (1, 0), (2, 0)")
		var all sync.WaitGroup
		for range sessions {
			conn := c.Connect(t, "dev")
			all.Go(func() {
				for range rounds {
					if _, err := conn.Try("UPDATE n SET v = v + 1 WHERE i = 1"); err != nil {
						t.Error(cluster.ErrorText(err))
					}
				}
			})
		}
		all.Wait()
		if got := admin.One(t, "SELECT v FROM n WHERE i = 1"); got != fmt.Sprint(sessions*rounds) {
			t.Errorf("the counter says %s", got)
		}
	})
}

// Money moves between accounts in blocks that are run again on 40001, beside
// TRUNCATEs of another table and a table that is dropped and made anew; every
// reader sees one sum, in blocks the same one twice.
func TestTransfers(t *testing.T) {
	const sessions, rounds, accounts, each1 = 4, 12, 8, 100
	each(t, func(t *testing.T, c *cluster.Cluster) {
		admin := c.Connect(t, "dev")
		admin.Exec(t, "CREATE TABLE a(id INT, v INT) DISTKEY(id); CREATE TABLE log(s INT, n INT); CREATE TABLE side(x INT)")
		for i := range accounts {
			admin.Exec(t, fmt.Sprintf("INSERT INTO a VALUES (%d, %d)", i, each1))
		}
		var writers, others sync.WaitGroup
		stop := make(chan struct{})
		for s := range sessions {
			conn := c.Connect(t, "dev")
			rng := rand.New(rand.NewSource(int64(s)))
			writers.Go(func() {
				for r := range rounds {
					from, to, n := rng.Intn(accounts), rng.Intn(accounts), rng.Intn(10)
					level := []string{"", " ISOLATION LEVEL SERIALIZABLE"}[rng.Intn(2)]
					_, err := again(conn, "BEGIN"+level, fmt.Sprintf("UPDATE a SET v = v - %d WHERE id = %d", n, from),
						fmt.Sprintf("SAVEPOINT s; UPDATE a SET v = 0; ROLLBACK TO s; UPDATE a SET v = v + %d WHERE id = %d", n, to),
						fmt.Sprintf("INSERT INTO log VALUES (%d, %d); COMMIT", s, r))
					if err != nil {
						t.Errorf("transfer: %s", cluster.ErrorText(err))
						return
					}
				}
			})
		}
		for range 2 {
			conn := c.Connect(t, "dev")
			others.Go(func() {
				for running(stop) {
					rs,
						err := conn.Try(
						"BEGIN; SELECT sum(v), count(*) FROM a; SELECT sum(v), count(*) FROM a; SELECT count(*) FROM log; SELECT " +
							"count(*) FROM log; COMMIT")
					if err != nil {
						t.Errorf("reader: %s", cluster.ErrorText(err))
						return
					}
					want := fmt.Sprint([][]string{{fmt.Sprint(accounts * each1), fmt.Sprint(accounts)}})
					if fmt.Sprint(rs[1].Rows) != want || fmt.Sprint(rs[2].Rows) != want ||
						fmt.Sprint(rs[3].Rows) != fmt.Sprint(rs[4].Rows) {
						t.Errorf("a reader sees %v %v, %v %v", rs[1].Rows, rs[2].Rows, rs[3].Rows, rs[4].Rows)
						return
					}
				}
			})
		}
		conn := c.Connect(t, "dev")
		others.Go(func() {
			for i := 0; running(stop); i++ {
				text := "INSERT INTO side VALUES (1); TRUNCATE side"
				if i%3 == 0 {
					text = "BEGIN; DROP TABLE side; CREATE TABLE side(x INT); INSERT INTO side VALUES (2); COMMIT"
				}
				if _, err := conn.Try(text); err != nil {
					t.Errorf("%s: %s", text, cluster.ErrorText(err))
					return
				}
			}
		})
		writers.Wait()
		close(stop)
		others.Wait()
		if got := admin.One(t, "SELECT sum(v) FROM a"); got != fmt.Sprint(accounts*each1) {
			t.Errorf("the sum is %s", got)
		}
		if got := admin.One(t, "SELECT count(*) FROM (SELECT DISTINCT s, n FROM log) q"); got != fmt.Sprint(
			sessions*rounds) || got != admin.One(t, "SELECT count(*) FROM log") {
			t.Errorf("%s transfers are logged", got)
		}
	})
}

func running(stop chan struct{}) bool {
	select {
	case <-stop:
		return false
	case <-time.After(time.Millisecond):
		return true
	}
}

// A cursor's or a transaction's snapshot stays readable while its table is truncated, dropped, and made anew.
func TestPinned(t *testing.T) {
	each(t, func(t *testing.T, c *cluster.Cluster) {
		a, b := c.Connect(t, "dev"), c.Connect(t, "dev")
		var data bytes.Buffer
		for i := range 20_000 {
			fmt.Fprintf(&data, "%d,%s\n", i, strings.Repeat("x", i%50))
		}
		b.Exec(t, "CREATE TABLE t(i INT, s VARCHAR(100))")
		if _, err := b.CopyIn("COPY t FROM STDIN CSV", &data); err != nil {
			t.Fatal(err)
		}
		a.Exec(t, "BEGIN")
		want := a.One(t, "SELECT sum(i) + sum(len(s)) FROM t")
		b.Exec(t, "DELETE FROM t WHERE i % 2 = 0")
		b.Exec(t, "UPDATE t SET s = 'y'")
		b.Exec(t, "VACUUM t")
		if got := a.One(t, "SELECT sum(i) + sum(len(s)) FROM t"); got != want {
			t.Errorf("%s after a merge, was %s", got, want)
		}
		b.Exec(t, "TRUNCATE t")
		b.Exec(t, "DROP TABLE t")
		b.Exec(t, "CREATE TABLE t(z INT)")
		if got := a.One(t, "SELECT sum(i) + sum(len(s)) FROM t"); got != want {
			t.Errorf("%s, was %s", got, want)
		}
		a.Exec(t, "COMMIT")
	})
}

// Sessions make and drop one table at the same time, by itself and in transactions: whoever says IF [NOT] EXISTS
// has no trouble, the others read why.
func TestDefinitions(t *testing.T) {
	const sessions, rounds = 6, 6
	each(t, func(t *testing.T, c *cluster.Cluster) {
		var all sync.WaitGroup
		for s := range sessions {
			conn := c.Connect(t, "dev")
			all.Go(func() {
				for r := range rounds {
					for _, q := range []struct {
						text  string
						codes string // of the errors that may be
					}{
						{"CREATE TABLE IF NOT EXISTS t(i INT)", ""},
						{fmt.Sprintf("BEGIN; CREATE TABLE own%d(i INT); INSERT INTO own%d VALUES (1); DROP TABLE IF EXISTS own%d; COMMIT",
							s, s, s), ""},
						{"INSERT INTO t VALUES (1)", "42P01"},
						{"UPDATE t SET i = i + 1", "42P01"},
						{"DROP TABLE IF EXISTS t", ""},
						{"CREATE TABLE u(i INT)", "42P07"},
						{"DROP TABLE u", "42P01"},
						{"CREATE SCHEMA IF NOT EXISTS z", ""},
						{"DROP SCHEMA IF EXISTS z CASCADE", ""},
						{"BEGIN; CREATE TABLE IF NOT EXISTS t(i INT); INSERT INTO t VALUES (2); COMMIT", "42P07 40001"},
					} {
						if _, err := conn.Try(q.text); err != nil && !strings.Contains(q.codes+"!", cluster.Code(err)) {
							t.Errorf("round %d, %s: %s", r, q.text, cluster.ErrorText(err))
						}
						conn.Try("ROLLBACK")
					}
				}
			})
		}
		all.Wait()
	})
}

// A block of many small writes is one commit.
func TestLongBlock(t *testing.T) {
	c := cluster.Start(t, cluster.OneProcess, cluster.WithoutLLVM)
	conn := c.Connect(t, "dev")
	conn.Exec(t, "CREATE TABLE t(i INT, s VARCHAR(100)); BEGIN")
	for i := range 30 {
		var b strings.Builder
		for k := range 100 {
			fmt.Fprintf(&b, "INSERT INTO t VALUES (%d, 'row %d');", i*100+k, k)
		}
		conn.Exec(t, b.String())
	}
	conn.Exec(t, "UPDATE t SET s = s || '!' WHERE i % 3 = 0")
	conn.Exec(t, "DELETE FROM t WHERE i % 3 = 1; COMMIT")
	if got := conn.One(t, "SELECT count(*) || ' ' || sum(i) || ' ' || sum(len(s)) FROM t"); got != "2000 2999000 12800" {
		t.Error(got)
	}
}

// A block outlives a node: the statement that ran there is run again on the same snapshot, and the commit counts.
func TestLostNode(t *testing.T) {
	c := cluster.Start(t, cluster.TwoNodes, cluster.WithoutLLVM)
	a, b := c.Connect(t, "dev"), c.Connect(t, "dev")
	var data bytes.Buffer
	for i := range 50_000 {
		fmt.Fprintf(&data, "%d,%d\n", i, i%7)
	}
	a.Exec(t, "CREATE TABLE t(i INT, v INT) DISTKEY(i)")
	if _, err := a.CopyIn("COPY t FROM STDIN CSV", &data); err != nil {
		t.Fatal(err)
	}
	a.Exec(t, "BEGIN; DELETE FROM t WHERE v = 0; INSERT INTO t VALUES (-1, -1)")
	want := a.One(t, "SELECT count(*) || ' ' || sum(i) FROM t")
	b.Exec(t, "INSERT INTO t VALUES (-2, -2)")
	done := make(chan error, 1)
	go func() {
		// Some of these run when the node goes.
		for range 40 {
			if rs,
				err := a.Try("UPDATE t SET v = v + 1 WHERE i % 100 = 5; SELECT count(*) || ' ' || sum(i) FROM t"); err != nil {
				done <- err
				return
			} else if got := rs[1].Rows[0][0].String(); got != want {
				done <- fmt.Errorf("%s, want %s", got, want)
				return
			}
		}
		done <- nil
	}()
	time.Sleep(50 * time.Millisecond)
	c.Nodes[1].Kill(t)
	if err := <-done; err != nil {
		t.Fatal(cluster.ErrorText(err))
	}
	a.Exec(t, "COMMIT")
	if got := b.One(t, "SELECT sum(v) FROM t WHERE i = 205"); got != "42" {
		t.Errorf("40 updates of 2 gave %s", got)
	}
	if got := b.One(t, "SELECT count(*) FROM t WHERE i < 0"); got != "2" {
		t.Errorf("%s of two rows", got)
	}
}

// A database says how its transactions are isolated.
func TestDatabaseIsolation(t *testing.T) {
	c := cluster.Start(t, cluster.OneProcess, cluster.WithoutLLVM)
	c.Connect(t, "dev").Exec(t, "CREATE DATABASE strict ISOLATION LEVEL SERIALIZABLE")
	a, b := c.Connect(t, "strict"), c.Connect(t, "strict")
	if got := a.One(t, "SHOW transaction_isolation"); got != "serializable" {
		t.Error(got)
	}
	a.Exec(t, "CREATE TABLE t(i INT); CREATE TABLE u(i INT)")
	a.Exec(t, "BEGIN; INSERT INTO t SELECT count(*) FROM u")
	b.Exec(t, "INSERT INTO u VALUES (1)")
	if _, err := a.Try("COMMIT"); cluster.Code(err) != "40001" {
		t.Error(cluster.ErrorText(err))
	}
	a.Exec(t, "BEGIN ISOLATION LEVEL SNAPSHOT; INSERT INTO t SELECT count(*) FROM u")
	b.Exec(t, "INSERT INTO u VALUES (1)")
	a.Exec(t, "COMMIT")
}

// Objects of temporary tables go with their session.
func TestTemporaryObjects(t *testing.T) {
	c := cluster.Start(t, cluster.OneProcess, cluster.WithoutLLVM)
	objects := func() (n int) {
		filepath.WalkDir(filepath.Join(c.Dir, "storage"), func(path string, _ os.DirEntry, _ error) error {
			if strings.HasSuffix(path, ".obj") {
				n++
			}
			return nil
		})
		return n
	}
	conn := c.Connect(t, "dev")
	conn.Exec(t, "CREATE TEMP TABLE t(i INT, s VARCHAR(100))")
	var data bytes.Buffer
	for i := range 20_000 {
		fmt.Fprintf(&data, "%d,%d%s\n", i, i*7919, strings.Repeat("z", i%60))
	}
	if _, err := conn.CopyIn("COPY t FROM STDIN CSV", &data); err != nil {
		t.Fatal(err)
	}
	if objects() == 0 {
		t.Fatal("no objects were written")
	}
	conn.Close()
	for end := time.Now().Add(10 * time.Second); objects() > 0; time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("%d objects stay", objects())
		}
	}
}

// Batches of the extended protocol are one transaction each, also when they fail at the end.
func TestBatch(t *testing.T) {
	c := cluster.Start(t, cluster.OneProcess, cluster.WithoutLLVM)
	ctx := context.Background()
	conn, err := pgx.Connect(ctx, "postgres://dev@"+c.Leader.SQL+"/dev?sslmode=disable")
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(ctx)
	exec := func(sql string, args ...any) {
		t.Helper()
		if _, err := conn.Exec(ctx, sql, args...); err != nil {
			t.Fatalf("%s: %v", sql, err)
		}
	}
	count := func() (n int) {
		t.Helper()
		if err := conn.QueryRow(ctx, "SELECT count(*) FROM t").Scan(&n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	exec("CREATE TABLE t(i INT)")
	for _, last := range []string{"INSERT INTO t VALUES ($1)", "SELECT 1 / ($1 - $1)"} {
		b := &pgx.Batch{}
		for i := range 10 {
			b.Queue("INSERT INTO t VALUES ($1)", i)
		}
		b.Queue(last, 10)
		err := conn.SendBatch(ctx, b).Close()
		if (err != nil) != strings.HasPrefix(last, "SELECT") {
			t.Error(last, err)
		}
		if n := count(); n != 11 {
			t.Errorf("%s: %d rows", last, n)
		}
	}
	tx, err := conn.BeginTx(ctx, pgx.TxOptions{IsoLevel: pgx.Serializable})
	if err != nil {
		t.Fatal(err)
	}
	inner, err := tx.Begin(ctx) // a savepoint
	if err != nil {
		t.Fatal(err)
	}
	if _, err := inner.Exec(ctx, "DELETE FROM t WHERE i < $1", 100); err != nil {
		t.Fatal(err)
	}
	if err := inner.Rollback(ctx); err != nil {
		t.Fatal(err)
	}
	if _, err := tx.Exec(ctx, "DELETE FROM t WHERE i < $1", 5); err != nil {
		t.Fatal(err)
	}
	if err := tx.Commit(ctx); err != nil {
		t.Fatal(err)
	}
	if n := count(); n != 6 {
		t.Errorf("%d rows", n)
	}
}
