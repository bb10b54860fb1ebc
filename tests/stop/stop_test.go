package stop

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"slipher/tests/warehouse"
)

func TestMain(m *testing.M) { warehouse.Main(m) }

// bound is how long anything may take that ends at once on an idle machine.
const bound = 10 * time.Second

// Three of big are 2 · 10^15 triples: who meets each with each is at it for weeks.
const data = `
	CREATE TABLE seed (i int);
	INSERT INTO seed VALUES (0),(1),(2),(3),(4),(5),(6),(7);
	CREATE TABLE small DISTKEY (k) AS SELECT a.i + 8*b.i + 64*c.i + 512*d.i AS k FROM seed a, seed b, seed c, seed d;
	CREATE TABLE big DISTKEY (k) AS SELECT a.k + 4096*b.k AS k, b.k AS g, 7 AS one, 'row ' || a.k AS s FROM small a, small b WHERE b.k < 32;`

// each runs f in both cluster shapes and both tiers, with the tables of data.
func each(t *testing.T, f func(t *testing.T, w *warehouse.Warehouse, c *pgx.Conn)) {
	for _, shape := range warehouse.Shapes {
		t.Run(shape.Name, func(t *testing.T) {
			w := warehouse.Start(t, shape.Options)
			warehouse.Exec(t, w.Connect(t), data)
			for _, tier := range []string{"primitives", "fused"} {
				t.Run(tier, func(t *testing.T) {
					c := w.Connect(t)
					warehouse.Exec(t, c, "SET slipher_tier = "+tier)
					f(t, w, c)
				})
			}
		})
	}
}

// quick runs a statement that must end soon and gives its rows.
func quick(t *testing.T, c *pgx.Conn, sql string) [][]string {
	t.Helper()
	began := time.Now()
	r, err := warehouse.Query(c, sql)
	if err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
	if took := time.Since(began); took > bound {
		t.Errorf("%s took %v", sql, took)
	}
	return r.Rows
}

// A met LIMIT ends joins, scans, exchanges and the plans below subqueries, whose rows are as many as it says.
func TestLimit(t *testing.T) {
	each(t, func(t *testing.T, w *warehouse.Warehouse, c *pgx.Conn) {
		rows := []struct {
			sql  string
			rows int
		}{
			{"SELECT a.k, b.k FROM big a, big b, big c LIMIT 1", 1},
			{"SELECT a.k, b.k FROM big a, big b, big c OFFSET 3000 LIMIT 5000", 5000},
			{"SELECT a.k, b.k FROM big a JOIN big b ON a.k + b.k >= 0 JOIN big c ON b.k + c.k >= 0 LIMIT 10", 10},
			{"SELECT a.k, b.k FROM big a JOIN big b ON a.one = b.one JOIN big c ON c.one = b.one LIMIT 10", 10},
			{"SELECT a.k, b.k FROM big a LEFT JOIN big b ON a.k + b.k < 0 LIMIT 0", 0},
			{"SELECT k FROM big WHERE k >= 0 LIMIT 7", 7},
			{"WITH RECURSIVE r(n) AS (SELECT k FROM small UNION ALL SELECT g FROM r JOIN big ON k = n) SELECT n FROM r " +
				"LIMIT 50000", 50000},
			{"WITH RECURSIVE r(n) AS (SELECT i FROM seed UNION SELECT n + 1 FROM r JOIN small ON k = n % 4096) " +
				"SELECT n FROM r WHERE n > 100 LIMIT 7", 7},
		}
		counts := [][2]string{
			{"SELECT count(*) FROM (SELECT a.k FROM big a, big b, big c LIMIT 5) q", "5"},
			{"SELECT count(*) FROM (SELECT a.k FROM big a, big b, big c OFFSET 2 LIMIT 3000) q", "3000"},
			{"SELECT count(*) FROM small JOIN (SELECT k FROM big LIMIT 3) q ON small.k >= 0", fmt.Sprint(3 * 4096)},
			{"SELECT count(*) FROM (SELECT q.g FROM (SELECT a.g FROM big a, big b LIMIT 50) q, seed LIMIT 60) r", "60"},
			{"SELECT count(*) FROM seed, (SELECT a.g FROM big a, big b, big c LIMIT 100) q", "800"},
			{"WITH RECURSIVE r(n) AS (SELECT k FROM small UNION ALL SELECT g FROM r JOIN big ON k = n), " +
				"s(n) AS (SELECT k FROM small UNION ALL SELECT g FROM s JOIN big ON k = n) " +
				"SELECT count(*) FROM (SELECT n FROM r UNION ALL SELECT n FROM s LIMIT 9000) q", "9000"},
			{"SELECT count(*) FROM seed LEFT JOIN (SELECT k FROM big OFFSET 2 LIMIT 3) q ON seed.i < 0", "8"},
			{"SELECT sum(n) FROM (SELECT k, count(*) AS n FROM (SELECT a.k FROM big a, big b, big c LIMIT 4) q GROUP BY k) r",
				"4"},
		}
		if strings.HasSuffix(t.Name(), "/fused") { // compiling is what takes time here
			rows, counts = rows[1:4], counts[1:4]
		}
		for _, q := range rows {
			if got := len(quick(t, c, q.sql)); got != q.rows {
				t.Errorf("%s: %d rows", q.sql, got)
			}
		}
		for _, q := range counts {
			if got := quick(t, c, q[0]); got[0][0] != q[1] {
				t.Errorf("%s: %v, want %s", q[0], got, q[1])
			}
		}
		atRest(t, w)
	})
}

// endless are statements that would run for very long, one an operator. What they write into is not there afterwards.
var endless = []string{
	"SELECT count(*) FROM big a, big b, big c",                                                 // all pass
	"SELECT count(*) FROM big a, big b, big c WHERE a.k + b.k + c.k < 0",                       // none does
	"SELECT count(*) FROM big a JOIN big b ON a.one = b.one JOIN big c ON a.k + b.k + c.k < 0", // one key for all
	"SELECT count(*) FROM big a LEFT JOIN (big b JOIN big c ON b.one = c.one) ON a.one = b.one AND a.k + b.k + c.k < 0",
	"SELECT count(DISTINCT a.k + b.k) FROM big a, big b, big c",                                  // groups
	"SELECT a.k, b.k FROM big a, big b, big c ORDER BY a.k + b.k, a.s LIMIT 3",                   // a sort of few
	"SELECT a.k::bigint * 131072 + b.k, count(*) FROM big a, big b GROUP BY 1",                   // a table that grows
	"SELECT a.s || b.s || c.s FROM big a, big b, big c ORDER BY 1",                               // a sort of all
	"SELECT a.g, count(*) FROM big a JOIN big b ON a.g = b.g JOIN big c ON b.g = c.g GROUP BY 1", // beyond exchanges
	// recursions, with an exchange in their step
	"WITH RECURSIVE r(n) AS (SELECT k FROM small UNION ALL SELECT g FROM r JOIN big ON k = n) SELECT count(*) FROM r",
	"WITH RECURSIVE r(n) AS (SELECT k FROM small UNION SELECT n + 1 FROM r JOIN small ON k = n % 4096) " +
		"SELECT max(n) FROM r",
	"INSERT INTO big WITH RECURSIVE r(n) AS (SELECT k FROM small UNION ALL SELECT g FROM r JOIN big ON k = n) " +
		"SELECT n, n, 7, '' FROM r WHERE n < 0",
	"INSERT INTO big SELECT a.k, b.g, 7, a.s FROM big a, big b, big c WHERE a.k + b.k + c.k < 0", // writes
	"INSERT INTO big SELECT a.k, b.g, 7, a.s FROM big a, big b, big c",
	"CREATE TABLE other AS SELECT a.k FROM big a, big b, big c",
	"UPDATE big SET g = 0 FROM big b, big d WHERE b.k + d.k < 0",
	"DELETE FROM big USING big b, big d WHERE b.k + d.k < 0",
}

// slow are long at each row.
var slow = []string{
	"SELECT count(*) FROM big a, big b WHERE regexp_replace(repeat(a.s, 6000), 'r(.*)w', 'x') = b.s", // a Go function
	"SELECT count(*) FROM big WHERE repeat('a', 60000 + g) LIKE '%" + strings.Repeat("a_", 2000) + "b'",
	"SELECT count(*) FROM big WHERE length(btrim(repeat(chr(97 + g % 26), 60000), '" + strings.Repeat("bcdefghi", 4000) +
		"a')) = 1",
}

// A cancelled statement ends soon, with 57014, whatever it is at, and so does one whose time is over.
func TestCancel(t *testing.T) {
	each(t, func(t *testing.T, w *warehouse.Warehouse, c *pgx.Conn) {
		statements := endless
		if t.Name() == "TestCancel/one/primitives" { // kernels are the same elsewhere
			statements = append(statements[:len(endless):len(endless)], slow...)
		}
		for i, sql := range statements {
			if strings.HasSuffix(t.Name(), "/fused") && i < 3 {
				// A statement that is given up ends its compilation the first time, but not the second time.
				warehouse.Exec(t, c, "SET statement_timeout = 1")
				for range 2 {
					_, _ = warehouse.Query(c, sql)
				}
				warehouse.Exec(t, c, "SET statement_timeout = 250")
			}
			began := time.Now()
			switch {
			case strings.HasSuffix(t.Name(), "/fused") && i < 3:
			case i%2 == 0:
				warehouse.Exec(t, c, "SET statement_timeout = 40")
			default:
				warehouse.Exec(t, c, "SET statement_timeout = 0")
				cancelAfter(t, c, 40*time.Millisecond)
			}
			_, err := warehouse.Query(c, sql)
			var pe *pgconn.PgError
			if !errors.As(err, &pe) || pe.Code != "57014" {
				t.Errorf("%.80s: %v", sql, err)
			}
			if took := time.Since(began); took > bound {
				t.Errorf("%.80s took %v", sql, took)
			} else {
				t.Logf("%.80s: %v", sql, took)
			}
		}
		warehouse.Exec(t, c, "SET statement_timeout = 0")
		atRest(t, w)
		if got := quick(t, c, "SELECT count(*), min(one) FROM big"); got[0][0] != "131072" || got[0][1] != "7" {
			t.Errorf("%v", got)
		}
	})
}

// cancelAfter sends a CancelRequest once c's next statement runs.
func cancelAfter(t *testing.T, c *pgx.Conn, d time.Duration) {
	done := make(chan struct{})
	timer := time.AfterFunc(d, func() {
		defer close(done)
		if err := c.PgConn().CancelRequest(context.Background()); err != nil {
			t.Error(err)
		}
	})
	t.Cleanup(func() {
		if !timer.Stop() {
			<-done
		}
	})
}

// A client that goes away takes its statement with it.
func TestClientGone(t *testing.T) {
	w := warehouse.Start(t, warehouse.Options{Nodes: 2})
	warehouse.Exec(t, w.Connect(t), data)
	c, err := pgx.Connect(context.Background(), "postgres://dev@"+w.Addr+"/dev?sslmode=disable")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 300*time.Millisecond)
	defer cancel()
	if _, err := c.Exec(ctx, endless[1]); err == nil { // pgx closes the connection when the context ends
		t.Error("no error")
	}
	atRest(t, w)
}

// While one statement meets all with all, others get their turn.
func TestTurns(t *testing.T) {
	w := warehouse.Start(t, warehouse.Options{Workers: 1})
	c := w.Connect(t)
	warehouse.Exec(t, c, data)
	ended := make(chan error, 1)
	ctx, cancel := context.WithCancel(context.Background())
	go func() {
		_, err := w.Connect(t).Exec(ctx, endless[1])
		ended <- err
	}()
	for range 3 {
		quick(t, c, "SELECT count(*) FROM small")
	}
	cancel()
	if err := <-ended; err == nil {
		t.Error("no error")
	}
	atRest(t, w)
}

// atRest waits until no statement runs any more.
func atRest(t *testing.T, w *warehouse.Warehouse) {
	t.Helper()
	c := w.Connect(t)
	began := time.Now()
	for {
		r := quick(t, c, "SELECT count(*) FROM stv_inflight")
		if r[0][0] == "1" { // itself
			return
		}
		if time.Since(began) > bound {
			t.Fatalf("%s statements still run", r[0][0])
		}
		time.Sleep(20 * time.Millisecond)
	}
}
