package leader

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/hashicorp/raft"

	"slipher/catalog/state"
	"slipher/catalog/types"
	"slipher/leader/datadir"
)

// redefine changes tables in the catalog of a leader that is stopped, as no statement can.
func redefine(t *testing.T, dir string, change func(tab *state.Table)) {
	t.Helper()
	rewriteSnapshot(t, dir, func(data []byte) []byte {
		cat, err := state.Decode(data)
		if err != nil {
			t.Fatal(err)
		}
		for _, tab := range cat.AllTables() {
			own := *tab
			own.Columns = slices.Clone(tab.Columns)
			change(&own)
			cat = cat.WithTable(&own)
		}
		if data, err = cat.Encode(); err != nil {
			t.Fatal(err)
		}
		return data
	})
}

// rewriteSnapshot changes the newest snapshot of a leader that is stopped.
func rewriteSnapshot(t *testing.T, dir string, change func(data []byte) []byte) {
	t.Helper()
	snaps, err := raft.NewFileSnapshotStore(filepath.Join(dir, datadir.Catalog), 2, io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	list, err := snaps.List()
	if err != nil || len(list) == 0 {
		t.Fatalf("snapshots %v: %v", list, err)
	}
	meta, from, err := snaps.Open(list[0].ID)
	if err != nil {
		t.Fatal(err)
	}
	defer from.Close()
	data, err := io.ReadAll(from)
	if err != nil {
		t.Fatal(err)
	}
	data = change(data)
	_, trans := raft.NewInmemTransport("")
	to, err := snaps.Create(meta.Version, meta.Index, meta.Term, meta.Configuration, meta.ConfigurationIndex, trans)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := to.Write(data); err != nil {
		t.Fatal(err)
	}
	if err := to.Close(); err != nil {
		t.Fatal(err)
	}
}

// skips sums up the rows that zone maps ruled out, from the traces of queries.
type skips struct {
	slog.Handler
	mu   sync.Mutex
	rows int64 // guarded by mu
}

func (s *skips) Enabled(context.Context, slog.Level) bool { return true }

func (s *skips) Handle(_ context.Context, r slog.Record) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if r.Message == "query slice" {
		r.Attrs(func(a slog.Attr) bool {
			if a.Key == "skipped" {
				s.rows += a.Value.Int64()
			}
			return true
		})
	}
	return nil
}

func (s *skips) WithAttrs([]slog.Attr) slog.Handler { return s }
func (s *skips) WithGroup(string) slog.Handler      { return s }

func (s *skips) take() int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := s.rows
	s.rows = 0
	return n
}

// A table whose columns' ids are not their places, for the first one was dropped and one was added: it is read,
// pruned by zone maps, distributed, sorted, counted and shown by the columns that its keys mean.
func TestColumnsOfOtherPlaces(t *testing.T) {
	dir := t.TempDir()
	h := openHouse(t, dir, never)
	const each = 20_000 // rows of a load
	load := func(table string, from int, line func(i int) string) {
		t.Helper()
		var text strings.Builder
		for i := from; i < from+each; i++ {
			text.WriteString(line(i))
		}
		if _, err := h.c.PgConn().CopyFrom(context.Background(), strings.NewReader(text.String()),
			"copy "+table+" from stdin delimiter '|'"); err != nil {
			t.Fatal(err)
		}
	}
	h.exec("create table t (gone varchar(10), k bigint primary key, d date, n int) distkey(k) sortkey(d, k)")
	h.exec("create table u (k bigint, x int) distkey(k)")
	day := func(i int) string { return fmt.Sprintf("20%02d-%02d-%02d", i/each, 1+i/1500%12, 1+i%28) }
	before := func(i int) string { return fmt.Sprintf("g%d|%d|%s|%d\n", i%7, i, day(i), i%5) }
	load("t", 0, before)
	load("t", each, before)
	h.exec(fmt.Sprintf("insert into t values ('small', %d, '2050-01-01', 4)", 9*each)) // a row of the log
	for from := range 4 {
		load("u", from*each, func(i int) string { return fmt.Sprintf("%d|%d\n", i, i%3) })
	}
	h.exec("create table ids (gone int, i bigint identity(0,1), v int)")
	h.exec("insert into ids(v) values (1), (2)")
	h.exec("analyze")
	h.exec("comment on column t.d is 'day'")
	if err := h.replica.Snapshot(); err != nil {
		t.Fatal(err)
	}
	h.close()
	seven := types.Int(7)
	redefine(t, dir, func(tab *state.Table) {
		if tab.Name == "t" { // k is 1 of 0 to 3, and 2 of 2 to 5
			young := state.Column{Name: "young", Type: types.TInt4, ID: tab.NextColumn, Initial: &seven}
			tab.Columns = append(tab.Columns[1:], young)
			tab.NextColumn++
			tab.Def++
		} else if tab.Name == "ids" {
			tab.Columns = tab.Columns[1:]
			tab.Def++
		}
	})

	skipped := &skips{Handler: slog.DiscardHandler}
	h = openHouseLogging(t, dir, never, slog.New(skipped))
	rows := int64(2*each + 1)
	want := func() {
		t.Helper()
		h.want("select count(*) from t", rows)
		h.want("select count(*) from t where k < 1000 and n = k - k / 5 * 5 and d < '2001-01-01'", 1000)
		h.want("select count(*) from t where k is null or d is null", 0)
	}
	want()
	h.want("select count(*) from t where young = 7", rows)
	h.want("select sum(young) from t", 7*rows)
	h.want(fmt.Sprintf("select n + young from t where k = %d", 9*each), 11)

	// Zone maps: one of two loads is ruled out by the second column, both by the added one.
	skipped.take()
	h.want("select count(*) from t where d < '2001-01-01'", each)
	if n := skipped.take(); n != each+1 {
		t.Errorf("%d rows skipped by the sort key, not the other load and the row of 2050", n)
	}
	h.want("select count(*) from t where young > 7", 0)
	if n := skipped.take(); n < 2*each {
		t.Errorf("%d rows skipped by the added column", n)
	}

	// What is written now goes to its slice by the distribution key, and is sorted by the sort key.
	load("t", 2*each, func(i int) string { return fmt.Sprintf("%d|%s|%d|%d\n", i, day(i), i%5, i%2) })
	h.exec(fmt.Sprintf("insert into t values (%d, '2050-01-02', 4, default)", 9*each+1))
	rows += each + 1
	want()
	explained := h.text("explain select count(*) from t join u on t.k = u.k")
	if !strings.Contains(explained, "DS_DIST_NONE") {
		t.Errorf("rows that lie together are moved:\n%s", explained)
	}
	h.want("select count(*) from t join u on t.k = u.k", 3*each)
	h.want("select count(*) from t join u on t.k = u.k where young < 2", each)
	h.want(fmt.Sprintf("select count(*) from t where young is null and k = %d", 9*each+1), 1)
	h.want("select count(distinct k) from t", rows)

	statistics := func(young float64) {
		t.Helper()
		st := h.leads.Load().statements.Stats.Of(h.table("t"))
		if st == nil || len(st.Cols) != 4 || st.Cols[0].Distinct < float64(each) || st.Cols[2].Distinct != 5 ||
			st.Cols[3].Distinct != young {
			t.Errorf("statistics: %+v", st)
		}
	}
	statistics(3) // kept by loads and small writes, also of the column that was added
	h.exec("analyze t")
	statistics(3)

	// A rewrite sorts all rows, drops what is no more, and stores what was added.
	h.exec("vacuum full t")
	want()
	h.want("select count(*) from t where young = 7", 2*each+1)
	h.want(`select count(*) from svv_table_info
		where "table" = 't' and unsorted = 0 and sortkey1 = 'd' and diststyle = 'KEY(k)'`, 1)
	for _, o := range h.table("t").Version.Objects.List() {
		foot, err := h.leads.Load().facts.Footers.Footer(context.Background(), o)
		if err != nil {
			t.Fatal(err)
		}
		if got := fmt.Sprint(foot.Columns); got != "[2 3 4 5]" {
			t.Errorf("the columns of %s are %s", o.Name, got)
		}
		for i := 1; i < len(foot.RowGroups); i++ { // of d
			if types.Compare(types.I32, foot.RowGroups[i].Cols[1].Min, foot.RowGroups[i-1].Cols[1].Max) < 0 {
				t.Errorf("%s is not sorted", o.Name)
			}
		}
	}
	h.want("select count(*) from t join u on t.k = u.k", 3*each)

	// Identity values go on, whichever way rows come.
	h.exec("insert into ids(v) values (3)")
	h.exec("insert into ids(v) select n from t where k < 5")
	if _, err := h.c.PgConn().CopyFrom(context.Background(), strings.NewReader("4\n5\n"),
		"copy ids(v) from stdin"); err != nil {
		t.Fatal(err)
	}
	h.want("select count(distinct i) from ids", 10)
	h.want("select count(*) from ids where i >= 0", 10)

	// What tools see.
	for _, c := range []struct{ sql, want string }{
		{`select "column" || case when distkey then ' dist' else '' end || ' ' || sortkey
			from pg_table_def where tablename = 't' order by 1`, "d 1|k dist 2|n 0|young 0"},
		{"select conkey::text from pg_constraint where conname = 't_pkey'", "{1}"},
		{"select column_name from information_schema.key_column_usage where constraint_name = 't_pkey'", "k"},
		{"select indexdef from pg_indexes where indexname = 't_pkey'",
			"CREATE UNIQUE INDEX t_pkey ON public.t USING btree (k)"},
		{"select objsubid || description from pg_description where objoid > 16384", "2day"},
	} {
		if got := strings.ReplaceAll(h.text(c.sql), "\n", "|"); got != c.want {
			t.Errorf("%s: %q, want %q", c.sql, got, c.want)
		}
	}
	// A table like it is a new one: its columns' ids are their places again.
	h.exec("create table twin (like t)")
	twin := h.table("twin")
	if twin.DistPlace() != 0 || fmt.Sprint(twin.SortPlaces(), twin.SortKey) != "[1 0] [2 1]" ||
		twin.Columns[3].Initial != nil {
		t.Errorf("%+v", twin)
	}
	h.exec("insert into twin select * from t")
	h.want("select count(*) from twin where young = 7", 2*each+1)
}
