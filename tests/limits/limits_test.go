package limits

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"slipher/tests/warehouse"
)

func TestMain(m *testing.M) { warehouse.Main(m) }

// list is n parts made by a format from their numbers.
func list(n int, by, format string) string {
	parts := make([]string, n)
	for i := range parts {
		parts[i] = strings.ReplaceAll(format, "#", fmt.Sprint(i))
	}
	return strings.Join(parts, by)
}

// Long statements do what short ones do.
func TestLongStatements(t *testing.T) {
	for _, shape := range warehouse.Shapes {
		t.Run(shape.Name, func(t *testing.T) {
			w := warehouse.Start(t, shape.Options)
			warehouse.Exec(t, w.Connect(t), "CREATE TABLE t (i INT, s VARCHAR(20)) DISTKEY (i)")
			tiers := []string{"primitives", "fused"}
			if shape.Name == "one" { // code leaves the process in a cluster only, and LLVM takes 10 s over this
				tiers = tiers[:1]
			}
			for _, tier := range tiers {
				t.Run(tier, func(t *testing.T) {
					c := w.Connect(t)
					warehouse.Exec(t, c, "SET slipher_tier = "+tier)
					warehouse.Exec(t, c, "TRUNCATE t")
					ask := func(what, sql, want string) {
						t.Helper()
						answer(t, c, what, sql, want)
					}
					const totals = "SELECT count(*), sum(i), count(DISTINCT s) FROM t"
					ask("20,000 rows", "INSERT INTO t VALUES "+list(20000, ",", "(#,'row #')"), "[]")
					ask("totals", totals, "[[20000 199990000 20000]]")
					ask("IN of 20,000", "SELECT count(*), min(i), max(i) FROM t WHERE i IN ("+list(20000, ",", "#0")+")",
						"[[2000 0 19990]]")
					ask("NOT IN of 20,000", "SELECT count(*), min(i) FROM t WHERE i NOT IN ("+list(20000, ",", "#0")+")",
						"[[18000 1]]")
					ask("1,500 terms of AND", "SELECT count(*) FROM t WHERE "+list(1500, " AND ", "i + # <> 1500"), "[[18500]]")
					// LLVM would take two minutes: such a program stays on primitives.
					ask("1,500 pairs of OR", "SELECT count(*) FROM t WHERE "+list(1500, " OR ", "i = # AND s <> 'row 7'"), "[[1499]]")
					ask("1,500 comparisons of OR", "SELECT count(*) FROM t WHERE "+list(1500, " OR ", "i = #"), "[[1500]]")
					ask("1 MB", "INSERT INTO t SELECT i, s FROM (VALUES "+list(45000, ",", "(#,'another row #')")+") AS v (i, s)",
						"[]")
					ask("totals", totals, "[[65000 1212467500 65000]]")
				})
			}
		})
	}
}

func answer(t *testing.T, c *pgx.Conn, what, sql, want string) {
	t.Helper()
	began := time.Now()
	r, err := warehouse.Query(c, sql)
	if err != nil {
		t.Errorf("%s, %d bytes: %v", what, len(sql), err)
		return
	}
	t.Logf("%s, %d bytes: %v", what, len(sql), time.Since(began).Round(time.Millisecond))
	if got := fmt.Sprint(r.Rows); got != want {
		t.Errorf("%s: %s, want %s", what, got, want)
	}
}
