package txn

import (
	"context"
	"fmt"
	"math/rand"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"slipher/tests/cluster"
)

// Who locks first is refused nothing: read, compute, write, commit, from many sessions at once, and every one
// counts. Beside them others write the same row without a lock.
func TestLockedCounter(t *testing.T) {
	const lockers, writers, rounds = 4, 2, 10
	each(t, func(t *testing.T, c *cluster.Cluster) {
		admin := c.Connect(t, "dev")
		admin.Exec(t, "CREATE TABLE n(i INT, v INT); INSERT INTO n VALUES (1, 0)")
		var all sync.WaitGroup
		for s := range lockers + writers {
			conn := c.Connect(t, "dev")
			all.Go(func() {
				for range rounds {
					if s >= lockers {
						if _, err := conn.Try("UPDATE n SET v = v + 1 WHERE i = 1"); err != nil {
							t.Error(cluster.ErrorText(err))
						}
						continue
					}
					rs, err := conn.Try("BEGIN; LOCK n; SELECT v FROM n WHERE i = 1")
					if err == nil {
						var v int
						v, err = strconv.Atoi(rs[2].Rows[0][0].Text)
						if err == nil {
							_, err = conn.Try(fmt.Sprintf("UPDATE n SET v = %d WHERE i = 1; COMMIT", v+1))
						}
					}
					if err != nil {
						t.Error(cluster.ErrorText(err))
						conn.Try("ROLLBACK")
					}
				}
			})
		}
		all.Wait()
		if got := admin.One(t, "SELECT v FROM n"); got != fmt.Sprint((lockers+writers)*rounds) {
			t.Errorf("the counter says %s", got)
		}
	})
}

// Statements that have waited for longer than they would be run again for are all the same run again when they
// lose against each other after the wait: that time counts from its end.
func TestLongWait(t *testing.T) {
	c := cluster.Start(t, cluster.Shapes[0], cluster.WithoutLLVM)
	admin := c.Connect(t, "dev")
	admin.Exec(t, "CREATE TABLE n(v INT); INSERT INTO n VALUES (0)")
	admin.Exec(t, "BEGIN; LOCK n")
	var runs []*cluster.Pending
	for range 6 {
		runs = append(runs, c.Connect(t, "dev").Go("UPDATE n SET v = v + 1"))
	}
	time.Sleep(10500 * time.Millisecond) // session.attemptsTime, and some
	admin.Exec(t, "COMMIT")
	for _, r := range runs {
		if _, err := r.Wait(); err != nil {
			t.Error(cluster.ErrorText(err))
		}
	}
	if v := admin.One(t, "SELECT v FROM n"); v != "6" {
		t.Errorf("%s of 6 updates", v)
	}
}

// A wait for a lock that nobody ends is ended by whatever ends a statement: the client's going away, a
// cancel, the server's stop. A transaction's end is that of its locks, also if its client is just gone.
func TestLockWaitEnds(t *testing.T) {
	each(t, func(t *testing.T, c *cluster.Cluster) {
		admin := c.Connect(t, "dev")
		admin.Exec(t, "CREATE TABLE t(a INT)")
		waiting := func(want string) {
			t.Helper()
			for end := time.Now().Add(10 * time.Second); admin.One(t,
				"SELECT count(*) FROM stv_locks WHERE lock_status LIKE 'Waiting%'") != want; time.Sleep(5 * time.Millisecond) {
				if time.Now().After(end) {
					t.Fatalf("there are not %s who wait", want)
				}
			}
		}
		ctx := context.Background()
		a, err := pgx.Connect(ctx, "postgres://dev@"+c.Leader.SQL+"/dev?sslmode=disable")
		if err != nil {
			t.Fatal(err)
		}
		// A prepared LOCK.
		if _, err := a.Prepare(ctx, "l", "LOCK TABLE t"); err != nil {
			t.Fatal(err)
		}
		if _, err := a.Exec(ctx, "BEGIN"); err != nil {
			t.Fatal(err)
		}
		if _, err := a.Exec(ctx, "l"); err != nil {
			t.Fatal(err)
		}
		b, err := pgx.Connect(ctx, "postgres://dev@"+c.Leader.SQL+"/dev?sslmode=disable")
		if err != nil {
			t.Fatal(err)
		}
		bEnds := make(chan error, 1)
		go func() { _, err := b.Exec(ctx, "LOCK t"); bEnds <- err }()
		waiting("1")
		d := c.Connect(t, "dev")
		run := d.Go("BEGIN; LOCK t; INSERT INTO t VALUES (1)")
		waiting("2")
		b.PgConn().Conn().Close()
		<-bEnds
		waiting("1")
		a.PgConn().Conn().Close()
		if _, err := run.Wait(); err != nil {
			t.Fatal(cluster.ErrorText(err))
		}
		e := c.Connect(t, "dev")
		run = e.Go("INSERT INTO t VALUES (2)")
		waiting("1")
		began := time.Now()
		c.Leader.Stop(t)
		if took := time.Since(began); took > 8*time.Second {
			t.Errorf("the server stopped after %v", took)
		}
		if _, err := run.Wait(); cluster.Code(err) != "57P01" {
			t.Error(cluster.ErrorText(err))
		}
	})
}

// Everything at once: blocks that lock and fail, savepoints, tables dropped and made anew, orders that deadlock, time
// limits, clients that are gone in the middle. Nobody hangs, what was acknowledged counts once, nothing stays locked.
func TestLockStorm(t *testing.T) {
	const sessions, rounds = 8, 30
	each(t, func(t *testing.T, c *cluster.Cluster) {
		admin := c.Connect(t, "dev")
		admin.Exec(t,
			"CREATE TABLE n(i INT, v INT); INSERT INTO n VALUES (1, 0); CREATE TABLE m(i INT); CREATE TABLE d(i INT)")
		var counted, m atomic.Int64
		var got sync.Map
		var all sync.WaitGroup
		for s := range sessions {
			conn := c.Connect(t, "dev")
			rng := rand.New(rand.NewSource(int64(s)))
			// try runs texts until one fails, which it may with the codes allowed.
			try := func(allowed string, texts ...string) bool {
				for _, text := range texts {
					if _, err := conn.Try(text); err != nil {
						if code := cluster.Code(err); code == "" || !strings.Contains(allowed, code) {
							t.Errorf("%s\n%s", text, cluster.ErrorText(err))
						} else {
							n, _ := got.LoadOrStore(code, new(atomic.Int64))
							n.(*atomic.Int64).Add(1)
						}
						conn.Try("ROLLBACK")
						return false
					}
				}
				return true
			}
			all.Go(func() {
				for range rounds {
					switch rng.Intn(9) {
					case 0:
						if try("", "BEGIN", "LOCK n", "UPDATE n SET v = v + 1", "COMMIT") {
							counted.Add(1)
						}
					case 1:
						if try("", "UPDATE n SET v = v + 1") {
							counted.Add(1)
						}
					case 2:
						if try("40P01 40001", "BEGIN", "INSERT INTO m VALUES (1)", "LOCK n", "UPDATE n SET v = v + 1", "COMMIT") {
							counted.Add(1)
							m.Add(1)
						}
					case 3:
						order := []string{"LOCK n", "LOCK m"}
						rng.Shuffle(2, func(i, k int) { order[i], order[k] = order[k], order[i] })
						if try("40P01", "BEGIN", order[0], order[1], "INSERT INTO m VALUES (2)", "COMMIT") {
							m.Add(1)
						}
					case 4:
						try("42P07 42P01 40001 40P01", "DROP TABLE d", "CREATE TABLE d(i INT)")
						try("42P07 40001", "CREATE TABLE IF NOT EXISTS d(i INT)")
					case 5:
						try("42P01 40001 40P01", "BEGIN", "LOCK d", "INSERT INTO d VALUES (1)", "DELETE FROM d", "COMMIT")
					case 6:
						try("57014 40P01", fmt.Sprintf("BEGIN; SET statement_timeout = %d", 1+rng.Intn(10)), "LOCK m, n", "ROLLBACK")
						try("", "SET statement_timeout = 0")
					case 7:
						try("22012 40P01", "BEGIN", "SAVEPOINT a", "LOCK n", "ROLLBACK TO a", "LOCK m", "SELECT 1/0")
					case 8:
						gone, err := pgx.Connect(context.Background(), "postgres://dev@"+c.Leader.SQL+"/dev?sslmode=disable")
						if err != nil {
							t.Error(err)
							continue
						}
						ends := make(chan error, 1)
						go func() { _, err := gone.Exec(context.Background(), "BEGIN; LOCK n; LOCK m"); ends <- err }()
						time.Sleep(time.Duration(rng.Intn(8)) * time.Millisecond)
						gone.PgConn().Conn().Close()
						<-ends
					}
				}
			})
		}
		all.Wait()
		for end := time.Now().Add(10 * time.Second); admin.One(t,
			"SELECT count(*) FROM stv_locks") != "0"; time.Sleep(5 * time.Millisecond) {
			if time.Now().After(end) {
				t.Fatalf("%s locks are left", admin.One(t, "SELECT count(*) FROM stv_locks"))
			}
		}
		if v := admin.One(t, "SELECT v FROM n"); v != fmt.Sprint(counted.Load()) {
			t.Errorf("the counter says %s, want %d", v, counted.Load())
		}
		if v := admin.One(t, "SELECT count(*) FROM m"); v != fmt.Sprint(m.Load()) {
			t.Errorf("%s rows, want %d", v, m.Load())
		}
		got.Range(func(code, n any) bool { t.Logf("%s %d times", code, n.(*atomic.Int64).Load()); return true })
	})
}
