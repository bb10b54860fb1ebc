package leader

import (
	"context"
	"errors"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// EXPLAIN ANALYZE of a query that has no end of its own, but for its LIMIT, ends, and knows what it did: its nodes end
// their parts in order.
func TestAnalyzeLimit(t *testing.T) {
	h := openHouse(t, t.TempDir(), never)
	h.exec("create table d (a int); insert into d values (1), (2)")
	for _, from := range []string{"r", "r, d"} {
		for _, limit := range []string{"0", "7", "3 offset 2"} {
			got := h.text("explain analyze with recursive r(n) as (select 1 union all select n + 1 from r) select n from " +
				from + " limit " + limit)
			want := map[string]string{"0": "rows=0 loops", "7": "rows=7 loops", "3 offset 2": "rows=3 loops"}[limit]
			first, _, _ := strings.Cut(got, "\n")
			if !strings.Contains(first, "Limit") || !strings.Contains(first, want) ||
				!strings.Contains(got, "Execution Time: ") {
				t.Errorf("LIMIT %s of %s:\n%s", limit, from, got)
			}
		}
	}
}

// What a scan did not read is told by the filter that ruled it out.
func TestAnalyzeSkips(t *testing.T) {
	h := openHouse(t, t.TempDir(), never)
	h.exec("create table s (k int, v int) sortkey(k)")
	h.exec("insert into s select n, n % 10 from generate_series(1, 200000) as t(n)")
	h.exec("vacuum s")
	h.exec("delete from s where k between 50000 and 120000")
	got := h.text("explain analyze select count(*) from s where k >= 30000 and k < 150000 and v = 3")
	numbers := func(pattern string) (sum int) {
		for _, m := range regexp.MustCompile(pattern).FindAllStringSubmatch(got, -1) {
			n, err := strconv.Atoi(m[1])
			if err != nil {
				t.Fatal(err)
			}
			sum += n
		}
		return sum
	}
	// Each row of the table was skipped by one of the filters, or read and removed, or counted.
	low, high, dead := numbers(`\(zone map: k >= 30000\): (\d+)`), numbers(`\(zone map: k < 150000\): (\d+)`),
		numbers(`\(deleted\): (\d+)`)
	removed, scanned := numbers(`Rows Removed by Filter: (\d+)`), numbers(`Seq Scan on s.*actual time=.* rows=(\d+) `)
	if low < 20000 || high < 40000 || dead < 60000 || low+high+dead+removed+scanned != 200000 {
		t.Errorf("%d, %d and %d rows skipped, %d removed, %d left:\n%s", low, high, dead, removed, scanned, got)
	}
	if rows := h.text("select count(*) from s where k >= 30000 and k < 150000 and v = 3"); rows != strconv.Itoa(scanned) {
		t.Errorf("%s rows, the scan tells of %d", rows, scanned)
	}
}

// A client's values, in either protocol, are the query's; what stops a query stops it here as well.
func TestAnalyzeArguments(t *testing.T) {
	h := openHouse(t, t.TempDir(), never)
	h.exec("create table a (k int, s varchar(10)); insert into a select n, 'x' from generate_series(1, 100) as t(n)")
	ctx := context.Background()
	first := func(sql string, args ...any) string {
		t.Helper()
		rows, err := h.c.Query(ctx, sql, args...)
		if err != nil {
			t.Fatal(err)
		}
		lines, err := pgx.CollectRows(rows, pgx.RowTo[string])
		if err != nil {
			t.Fatalf("%s: %v", sql, err)
		}
		return lines[0]
	}
	for _, c := range []struct {
		sql, want string
		args      []any
	}{
		{"explain analyze select k from a where k <= $1 and s = $2", "rows=7 loops", []any{7, "x"}},
		{"explain analyze select k from a order by k limit $1", "rows=5 loops", []any{5}},
		{"explain analyze insert into a values ($1, $2)", "rows=1 loops", []any{1000, "new"}},
		{"explain analyze update a set s = $1 where k > $2", "rows=1 loops", []any{"newer", 500}},
		{"explain select k from a where k = $1", "rows=1 width=4)", []any{500}},
	} {
		if got := first(c.sql, c.args...); !strings.Contains(got, c.want) {
			t.Errorf("%s: %s", c.sql, got)
		}
	}
	h.want("select count(*) from a where s = 'newer'", 1)

	h.exec("set statement_timeout = 100")
	_, err := h.c.Exec(ctx, "explain analyze with recursive r(n) as (select k from a union all select n + 1 from r) "+
		"select count(*) from r where n < 0")
	var pg *pgconn.PgError
	if !errors.As(err, &pg) || pg.Code != "57014" {
		t.Errorf("an endless query under a timeout: %v", err)
	}
	h.exec("reset statement_timeout")
	if h.leads.Load().statements.Scheduler.Busy() {
		t.Error("it goes on")
	}
}
