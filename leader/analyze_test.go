package leader

import (
	"regexp"
	"strconv"
	"strings"
	"testing"
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
