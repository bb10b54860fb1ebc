package sql

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"

	"slipher/tests/cluster"
)

// strings200k makes t: 200,000 rows, every string of some 80 bytes another.
const strings200k = `CREATE TABLE d(i INTEGER) DISTSTYLE ALL;
INSERT INTO d VALUES (0),(1),(2),(3),(4),(5),(6),(7),(8),(9);
CREATE TABLE t DISTSTYLE EVEN AS SELECT a.i + b.i*10 + c.i*100 + e.i*1000 + f.i*10000 AS i,
	('a string that is long enough to lie in an arena, made longer by a number '
	|| (a.i + b.i*10 + c.i*100 + e.i*1000 + f.i*10000)::varchar)::varchar(100) AS s FROM d a, d b, d c, d e, d f;
INSERT INTO t SELECT i + 100000, s || 'x' FROM t`

// outOfMemory checks that err is a 53200 that names an operator, its query and the limit.
func outOfMemory(t *testing.T, what string, err error, words ...string) {
	t.Helper()
	var e *pgconn.PgError
	if !errors.As(err, &e) || e.Code != "53200" {
		t.Errorf("%s: %v", what, err)
		return
	}
	for _, w := range append(words, "query", "limit", "slipher_query_memory") {
		if !regexp.MustCompile(w).MatchString(e.Message + " " + e.Detail + " " + e.Hint) {
			t.Errorf("%s: %s does not match %q, %q", what, w, e.Message, e.Detail)
		}
	}
}

// others keeps asking small queries in a session of its own until stop, which tells of one that failed.
func others(t *testing.T, c *cluster.Cluster) (stop func()) {
	conn := c.Connect(t, "dev")
	done, failed := make(chan struct{}), make(chan error, 1)
	go func() {
		for {
			select {
			case <-done:
				failed <- nil
				return
			default:
			}
			if r, err := conn.Try("SELECT i, count(*) FROM d GROUP BY i ORDER BY i LIMIT 3"); err != nil || len(r[0].Rows) != 3 {
				failed <- fmt.Errorf("another session: %v, %v", r, err)
				return
			}
		}
	}()
	return func() {
		t.Helper()
		close(done)
		if err := <-failed; err != nil {
			t.Error(err)
		}
	}
}

// A query that needs more memory than it may use fails, and says which operator and which limit; nothing else does,
// and nothing of it stays. Where the operator needs no memory for every row, there is no failure.
func TestQueryMemory(t *testing.T) {
	file := filepath.Join(t.TempDir(), "rows.csv")
	var text strings.Builder
	for i := range 50_000 {
		fmt.Fprintf(&text, "%d,some text that is longer than twelve bytes %d\n", i, i)
	}
	if err := os.WriteFile(file, []byte(text.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	copyFile := fmt.Sprintf("COPY t FROM '%s' CSV", file)
	for _, shape := range cluster.Shapes {
		t.Run(shape.String(), func(t *testing.T) {
			c := cluster.Start(t, shape, cluster.WithLLVM)
			conn := c.Connect(t, "dev")
			conn.Exec(t, strings200k)
			stop := others(t, c)
			for _, tier := range []string{"primitives", "fused"} {
				conn.Exec(t, "SET slipher_tier = "+tier)
				for _, q := range []struct{ limit, sql, operator string }{
					// So many groups are sent as rows first, which both keep.
					{"8MB", "SELECT count(*) FROM (SELECT s FROM t GROUP BY s) x", "HashAggregate|Network"},
					{"8MB", "SELECT count(*) FROM (SELECT DISTINCT s FROM t) x", "HashAggregate|Network"},
					{"8MB", "SELECT count(DISTINCT s) FROM t", "HashAggregate|Network"},
					{"12MB", "SELECT count(*) FROM t a JOIN t b ON a.s = b.s", "Hash|Network"}, // both keep rows
					{"8MB", "SELECT s FROM t ORDER BY s OFFSET 199999", "Sort"},
					{"8MB", "SELECT max(length(repeat(s, 600))) FROM t", "HashAggregate"},
					{"8MB", "SELECT length(listagg('x') WITHIN GROUP (ORDER BY repeat(s, 50))) FROM t WHERE i < 60000",
						"HashAggregate"},
					// A recursion keeps what UNION has seen, and the rows of a step: here they double.
					{"8MB", "WITH RECURSIVE c(s, n) AS (SELECT s, 0 FROM t WHERE i < 1000 UNION SELECT s, n + 1 FROM c JOIN d " +
						"ON d.i = n % 10) SELECT count(*) FROM c", "Save|Network"},
					{"8MB", "WITH RECURSIVE c(s, n) AS (SELECT s, 0 FROM t WHERE i < 9 UNION ALL SELECT s, n FROM c JOIN d " +
						"ON d.i - n < 2) SELECT count(*) FROM c", "Save|Network"},
					{"1MB", "CREATE TABLE u AS SELECT * FROM t", ""},
					{"1MB", "INSERT INTO t SELECT * FROM t", ""},
					{"1MB", copyFile, ""},
				} {
					conn.Exec(t, "SET slipher_query_memory = '"+q.limit+"'")
					_, err := conn.Try(q.sql)
					outOfMemory(t, tier+": "+q.sql, err, q.operator)
				}
				conn.Exec(t, "SET slipher_query_memory = '8MB'")
				for sql, want := range map[string]string{
					// Rows pass; of a sort with LIMIT the rest is dropped, with its keys; strings of expressions live for some rows.
					"SELECT count(*) FROM t": "200000",
					"SELECT max(s) FROM t": "a string that is long enough to lie in an " +
						"arena, made longer by a number 9x",
					"SELECT s FROM t ORDER BY s LIMIT 1 OFFSET 1": "a string that is long enough to lie in an " +
						"arena, made longer by a number 0x",
					"SELECT sum(length(repeat(s, 20))) FROM t":                         "313555600",
					"SELECT count(*) FROM (SELECT s FROM t LIMIT 5000) x":              "5000",
					"SELECT abs(APPROXIMATE COUNT(DISTINCT s) - 200000) < 6000 FROM t": "t",
					// No step keeps anything of the one before.
					"WITH RECURSIVE c(s, n) AS (SELECT s, 0 FROM t WHERE i < 300 UNION ALL SELECT c.s, n + 1 FROM c JOIN d ON " +
						"d.i = n % 10 WHERE n < 600) SELECT count(s) FROM c": "180300",
				} {
					if got := conn.One(t, sql); got != want {
						t.Errorf("%s: %s: %s, want %s", tier, sql, got, want)
					}
				}
				if r := conn.Exec(t, "SELECT i, s FROM t"); len(r.Rows) != 200000 {
					t.Errorf("%s: %d rows", tier, len(r.Rows))
				}
				conn.Exec(t, "RESET slipher_query_memory")
				if got := conn.One(t, "SELECT count(DISTINCT s) FROM t"); got != "200000" {
					t.Errorf("%s: %s strings with the default limit", tier, got)
				}
			}
			stop()
			if got := conn.One(t, "SELECT count(*) FROM t"); got != "200000" {
				t.Errorf("%s rows after writes that failed", got)
			}
			if _, err := conn.Try("SELECT count(*) FROM u"); cluster.Code(err) != "42P01" {
				t.Errorf("a table of a statement that failed: %v", err)
			}
			for value, code := range map[string]string{"lots": "22023", "-1": "22023", "12kB": "22023", "0": "", "2 GB": ""} {
				if _, err := conn.Try("SET slipher_query_memory = '" + value + "'"); cluster.Code(err) != code {
					t.Errorf("%s: %v", value, err)
				}
			}
		})
	}
}

// Processes have limits. A node that is full refuses, by name, the query that fills it; sessions beside it,
// and the node, live on, and afterwards it has its memory back.
func TestProcessMemory(t *testing.T) {
	c := cluster.Start(t, cluster.TwoNodes, cluster.WithLLVM)
	conn := c.Connect(t, "dev")
	conn.Exec(t, strings200k)
	c.StopNode(t, 0)
	t.Setenv("SLIPHER_MEMORY", "256MB")
	c.RestartNode(t, 0)
	stop := others(t, c)
	for i, tier := range []string{"primitives", "fused", "auto"} {
		conn.Exec(t, "SET slipher_tier = "+tier)
		_, err := conn.Try("SELECT count(*) FROM (SELECT repeat(s, 30) AS r FROM t GROUP BY 1) x")
		var e *pgconn.PgError
		if !errors.As(err, &e) || e.Code != "53200" || !strings.Contains(e.Message, "on n1") ||
			!strings.Contains(e.Message, "HashAggregate") {
			t.Errorf("%s, the %d. time: %v", tier, i+1, err)
		}
	}
	stop()
	if got := conn.One(t, "SELECT count(DISTINCT s) FROM t"); got != "200000" {
		t.Errorf("%s strings", got)
	}
	if !c.Nodes[0].Alive() {
		t.Error("the node has ended")
	}
}
