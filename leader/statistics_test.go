package leader

import (
	"context"
	"fmt"
	"math"
	"strings"
	"testing"

	"slipher/compiler/optimize/stats"
)

// Statistics keep themselves: after loads, small writes, deletes and merges the planner knows rows, distinct values (5
// %, after deletes 25 %), NULLs, bounds and widths, without ANALYZE; also after a restart, and of temporary tables.
func TestStatisticsKeepThemselves(t *testing.T) {
	dir := t.TempDir()
	h := openHouse(t, dir, eager)
	columns := `(k bigint, few int, text varchar(40), gap date, price decimal(12,2), wide decimal(38,4), f float8, flag bool,
		same char(8))`
	row := func(from, n int) string {
		return fmt.Sprintf(`select i, i %% 50, 'name ' || (i %% 20000),
			case when i %% 4 > 0 then date '2000-01-01' + i %% 3000 end,
			(i %% 7000)::decimal(12,2) / 100, i::decimal(38,4) * 100000000000000, (i %% 900)::float8 / 7, i %% 3 = 0, 'x'
			from (select generate_series(%d, %d) i) g`, from, from+n-1)
	}
	h.exec("create table t " + columns)
	const loaded = 60_000
	h.exec("insert into t " + row(0, loaded))

	type want struct{ k, few, text, gap, price, wide, f, flag, same float64 }
	check := func(when, table string, rows int64, w want, error float64) {
		t.Helper()
		st := h.leads.Load().statements.Stats.Of(h.table(table))
		if st == nil || st.Guessed || st.Rows != rows {
			t.Fatalf("%s: statistics %+v, want %d rows", when, st, rows)
		}
		for i, d := range []float64{w.k, w.few, w.text, w.gap, w.price, w.wide, w.f, w.flag, w.same} {
			if got := st.Cols[i].Distinct; math.Abs(got-d) > error*d {
				t.Errorf("%s: column %d has %v distinct values, want %v", when, i, got, d)
			}
		}
		if n := st.Cols[3].NullFrac; math.Abs(n-0.25) > 0.03 {
			t.Errorf("%s: %v NULLs", when, n)
		}
		if w := st.Cols[2].Width; w < 8 || w > 10 {
			t.Errorf("%s: width %v", when, w)
		}
		if st.Cols[8].Min.S != "x" || st.Cols[0].Min.Lo != 0 {
			t.Errorf("%s: bounds %+v", when, st.Cols[0])
		}
	}
	all := want{loaded, 50, 20000, 2250, 7000, loaded, 900, 2, 1}
	check("loaded", "t", loaded, all, 0.05)

	for i := range 30 { // each is an entry of the log, and nothing else
		h.exec(fmt.Sprintf("insert into t values (%d, %d, 'new %d', null, 1, 1, 1, true, 'x')", loaded+i, 100+i, i))
	}
	all.few, all.k, all.text = 80, loaded+30, 20030
	check("small writes", "t", loaded+30, all, 0.05)
	if got := h.leads.Load().statements.Stats.Of(h.table("t")).Cols[0].Max.Lo; got != loaded+29 {
		t.Errorf("greatest key %d", got)
	}

	h.exec("delete from t where k >= 30000 and k < 60000")
	half := want{30030, 80, 20030, 2250, 7000, 30000, 900, 2, 1}
	check("deleted", "t", 30030, half, 0.25)
	h.exec("vacuum full t")
	check("rewritten", "t", 30030, half, 0.05)

	h.close()
	h = openHouse(t, dir, never)
	check("restarted", "t", 30030, half, 0.05)
	h.exec("truncate t")
	if st := h.leads.Load().statements.Stats.Of(h.table("t")); st != nil {
		t.Errorf("an empty table: %+v", st)
	}
	if plan := h.text("explain select * from t where few = 3"); !strings.Contains(plan, "missing statistics: t") {
		t.Errorf("nothing is known of an empty table, but the plan says\n%s", plan)
	}
	h.exec("insert into t " + row(0, 1000))
	if plan := h.text("explain select * from t where few = 3"); strings.Contains(plan, "missing") ||
		!strings.Contains(plan, "rows=20 ") && !strings.Contains(plan, "rows=21 ") { // 50 values or, by the sketch, 49
		t.Errorf("not from what the load kept:\n%s", plan)
	}
	h.exec("create temp table tt as select * from t")
	if plan := h.text("explain select * from tt where few = 3"); !strings.Contains(plan, "rows=20 ") &&
		!strings.Contains(plan, "rows=21 ") {
		t.Errorf("temporary table:\n%s", plan)
	}
}

// ANALYZE's histograms, common values and sample outlive a restart, and say of skewed, correlated and computed
// conditions what is there, in whatever order rows were stored.
func TestAnalyze(t *testing.T) {
	dir := t.TempDir()
	h := openHouse(t, dir, never)
	h.exec(`create table s (k int, skew int, pair int, text varchar(100), big varchar(60000), none int)`)
	const rows = 100_000
	h.exec(fmt.Sprintf(`insert into s select i, case when i %% 10 < 6 then 7 else i %% 1000 end, (i %% 100) * 2,
		case when i %% 50 = 0 then 'a green thing ' || i else 'red ' || i end, repeat('y', i %% 700), null
		from (select generate_series(1, %d) i) g`, rows))
	h.exec("analyze s")
	estimate := func(where string) float64 {
		t.Helper()
		plan := h.text("explain select * from s where " + where)
		var n float64
		if _, err := fmt.Sscanf(plan[strings.Index(plan, "rows="):], "rows=%g", &n); err != nil {
			t.Fatalf("%s: %v", plan, err)
		}
		return n
	}
	tests := func(when string) {
		t.Helper()
		for _, c := range []struct {
			where string
			want  float64
		}{
			{"skew = 7", 60_040}, {"skew = 8", 100}, {"skew <> 7", 40_000}, {"skew in (7, 8)", 60_140}, {"skew > 500", 20_000},
			{"skew between 7 and 7", 60_040}, {"k < 25000", 25_000}, {"k between 40000 and 60000", 20_000},
			{"text like '%green%'", 2000}, {"not text like '%green%'", 98_000}, {"k % 2 = 0", 50_000},
			{"pair = 20 and k % 100 = 10", 1000}, {"pair < 20 and pair < 40", 10_000}, {"upper(text) like 'RED%'", 98_000},
			{"none is null", 100_000}, {"none = 1", 1}, {"none is not null", 1},
			{"length(big) > 250 and text like 'red%'", 62_000},
			{"skew = 7 or k < 10000", 64_000}, {"text >= 'b'", 98_000}, {"k > 200000", 1},
			{"1 / (k - 500) = 0 and k > 1000", 99_000},
		} {
			if got := estimate(c.where); got > c.want*1.35+20 || got < c.want/1.35-20 {
				t.Errorf("%s: %s: %v rows are estimated, there are %v", when, c.where, got, c.want)
			}
		}
	}
	tests("analyzed")
	h.exec("create table other (like s)")
	h.exec("insert into other select * from s order by k desc")
	h.exec("analyze other")
	a, b := analyzed(t, h, "s"), analyzed(t, h, "other")
	if a.Cols[1].Common[0].Value != b.Cols[1].Common[0].Value || len(a.Cols[0].Bounds) != len(b.Cols[0].Bounds) {
		t.Errorf("%+v, in another order %+v", a.Cols[1].Common, b.Cols[1].Common)
	}
	h.close()
	h = openHouse(t, dir, never)
	tests("restarted")
}

// ANALYZE of some columns leaves what is known of the others; PREDICATE COLUMNS are those that conditions use, and what
// is grouped or joined together is counted together.
func TestAnalyzeColumns(t *testing.T) {
	dir := t.TempDir()
	h := openHouse(t, dir, never)
	h.exec("create table p (a int, b int, c int, d int) distkey(d)")
	h.exec("insert into p select i % 300, i % 300 / 3, i, i from (select generate_series(1, 70000) i) g")
	known := func(when, columns, sampled string) {
		t.Helper()
		st := analyzed(t, h, "p")
		have, kept := "", ""
		for i, c := range st.Cols {
			if len(c.Common)+len(c.Bounds) > 0 {
				have += string(rune('a' + i))
			}
			if len(c.Sample) > 0 {
				kept += string(rune('a' + i))
			}
		}
		if have != columns || kept != sampled {
			t.Errorf("%s: values of %s are known, want %s; a sample of %s, want %s", when, have, columns, kept, sampled)
		}
	}
	h.exec("analyze p (d)")
	known("one column", "d", "d")
	h.text("explain select a, b, count(*) from p where a > 5 group by a, b")
	h.exec("analyze p predicate columns")
	known("predicates", "abd", "abd")
	if d := analyzed(t, h, "p").Joint([]int{0, 1}); d < 290 || d > 310 {
		t.Errorf("%v combinations of a and b", d)
	}
	if plan := h.text("explain select a, b, count(*) from p group by a, b"); !strings.Contains(plan, "rows=300 ") {
		t.Errorf("groups are not estimated by combinations:\n%s", plan)
	}
	h.exec("analyze p (c)")
	known("another column", "abcd", "c")
	h.close()
	h = openHouse(t, dir, never)
	h.exec("analyze verbose p predicate columns") // those of before, by the statistics
	known("restarted", "abcd", "abd")
	h.exec("analyze p all columns")
	known("all", "abcd", "abcd")
	h.exec("analyze predicate columns")
	c := h.connect()
	_, err := c.Exec(context.Background(), "analyze p (a, nope)")
	if err == nil || !strings.Contains(err.Error(), "42703") {
		t.Errorf("a column that is not there: %v", err)
	}
}

func analyzed(t *testing.T, h *house, table string) *stats.Table {
	t.Helper()
	st, err := h.leads.Load().statements.Stats.Analyzed(h.table(table))
	if err != nil || st == nil {
		t.Fatalf("statistics %v: %v", st, err)
	}
	return st
}

// Columns that are joined may have several types: samples do not say for that that they have nothing in common.
func TestJointTypes(t *testing.T) {
	h := openHouse(t, t.TempDir(), never)
	rows := "select i % 20000 + 1, i % 30 + 1, i from (select generate_series(1, 80000) i) g"
	for table, columns := range map[string]string{"a": "k int, j int", "ints": "k bigint, j smallint",
		"decimals": "k decimal(10,2), j decimal(10,2)", "floats": "k float8, j float4"} {
		h.exec(fmt.Sprintf("create table %s (%s, v int); insert into %[1]s %[3]s; analyze %[1]s", table, columns, rows))
	}
	const want = 120_000
	for _, other := range []string{"ints", "decimals", "floats"} {
		plan := h.text("explain select * from a join " + other + " b on a.k = b.k and a.j = b.j")
		var n float64
		if _, err := fmt.Sscanf(plan[strings.Index(plan, "rows="):], "rows=%g", &n); err != nil {
			t.Fatalf("%s: %v", plan, err)
		}
		if n > 4*want || n < want/4 {
			t.Errorf("%s: %v rows are estimated, there are %v", other, n, want)
		}
	}
}
