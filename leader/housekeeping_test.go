package leader

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"slipher/catalog/state"
	"slipher/leader/keep"
)

// house is a leader with a node in one process, and its housekeeping.
type house struct {
	*Server
	t   *testing.T
	dir string
	c   *pgx.Conn
}

// eager does at once what else takes seconds.
var eager = keep.Policy{Tick: 20 * time.Millisecond, FlushAge: 100 * time.Millisecond, Idle: 200 * time.Millisecond,
	Collect: 50 * time.Millisecond, Sweep: 100 * time.Millisecond}

// never leaves everything to the test.
var never = keep.Policy{Tick: time.Hour}

func openHouse(t *testing.T, dir string, p keep.Policy) *house {
	t.Helper()
	return openHouseLogging(t, dir, p, slog.New(slog.DiscardHandler))
}

func openHouseLogging(t *testing.T, dir string, p keep.Policy, log *slog.Logger) *house {
	t.Helper()
	ctx := context.Background()
	s, err := Start(ctx, Options{Dir: dir, ID: "l1", Listen: "127.0.0.1:0", Bootstrap: true, Slices: 4, Embedded: true,
		Workers:      2,
		Housekeeping: p, Log: log})
	if err != nil {
		t.Fatal(err)
	}
	h := &house{Server: s, t: t, dir: dir}
	t.Cleanup(h.close)
	if err := s.WaitReady(ctx); err != nil {
		t.Fatal(err)
	}
	h.c = h.connect()
	return h
}

func (h *house) close() {
	if h.Server != nil {
		h.Server.Close(context.Background())
		h.Server = nil
	}
}

func (h *house) connect() *pgx.Conn {
	h.t.Helper()
	c, err := pgx.Connect(context.Background(), fmt.Sprintf("postgres://dev@%s/dev?sslmode=disable", h.SQLAddr()))
	if err != nil {
		h.t.Fatal(err)
	}
	h.t.Cleanup(func() { c.Close(context.Background()) })
	return c
}

func (h *house) exec(sql string) {
	h.t.Helper()
	if _, err := h.c.Exec(context.Background(), sql); err != nil {
		h.t.Fatalf("%s: %v", sql, err)
	}
}

func (h *house) int(sql string) (n int64) {
	h.t.Helper()
	if err := h.c.QueryRow(context.Background(), sql).Scan(&n); err != nil {
		h.t.Fatalf("%s: %v", sql, err)
	}
	return n
}

// text is a query's first column, a line a row.
func (h *house) text(sql string) string {
	h.t.Helper()
	rows, err := h.c.Query(context.Background(), sql)
	if err != nil {
		h.t.Fatalf("%s: %v", sql, err)
	}
	lines, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		h.t.Fatalf("%s: %v", sql, err)
	}
	return strings.Join(lines, "\n")
}

func (h *house) want(sql string, n int64) {
	h.t.Helper()
	if got := h.int(sql); got != n {
		h.t.Errorf("%s: %d, want %d", sql, got, n)
	}
}

func (h *house) table(name string) *state.Table {
	return h.replica.Catalog().Table("dev", "public", name)
}

// shape is how a table lies in storage: row groups by slice, with their rows.
func (h *house) shape(name string) string {
	h.t.Helper()
	var out []string
	for _, o := range h.table(name).Version.Objects.List() {
		if o.Inline() {
			out = append(out, fmt.Sprintf("slice %d: %d rows inline", o.Slice, o.Rows))
			continue
		}
		foot, err := h.leads.Load().facts.Footers.Footer(context.Background(), o)
		if err != nil {
			h.t.Fatal(err)
		}
		for _, rg := range foot.RowGroups {
			out = append(out, fmt.Sprintf("slice %d: %d rows, first column %v to %v", o.Slice, rg.Rows, rg.Cols[0].Min.Lo,
				rg.Cols[0].Max.Lo))
		}
	}
	slices.Sort(out) // nodes answer in any order
	return strings.Join(out, "\n")
}

// eventually waits for what the background does by itself.
func (h *house) eventually(what string, ok func() bool) {
	h.t.Helper()
	for began := time.Now(); !ok(); time.Sleep(20 * time.Millisecond) {
		if time.Since(began) > 30*time.Second {
			h.t.Fatalf("%s: not after %v", what, time.Since(began))
		}
	}
}

// stored are the objects of tables in managed storage.
func (h *house) stored() []string {
	h.t.Helper()
	names, err := h.leads.Load().store.List(context.Background(), "t")
	if err != nil {
		h.t.Fatal(err)
	}
	return names
}

// tidy waits until storage holds what tables need and nothing else.
func (h *house) tidy() {
	h.t.Helper()
	h.eventually("tidy storage", func() bool {
		want := map[string]bool{}
		for _, t := range h.replica.Catalog().AllTables() {
			for _, o := range t.Version.Objects.All() {
				if !o.Inline() {
					want[o.Name] = true
				}
			}
			if t.Version.Stats != "" {
				want[t.Version.Stats] = true
			}
		}
		names := h.stored()
		for _, n := range names {
			if !want[n] {
				return false
			}
		}
		return len(names) == len(want)
	})
}

// Many single-row inserts of several sessions leave what one load would.
func TestInsertsBecomeALoad(t *testing.T) {
	inserts := 1000
	if os.Getenv("SLIPHER_TEST_LONG") != "" {
		inserts = 10_000
	}
	h := openHouse(t, t.TempDir(), eager)
	for _, name := range []string{"one", "bulk"} {
		h.exec("create table " + name + " (a int not null, b varchar(20), c decimal(20,3)) distkey(a) sortkey(a)")
	}
	began := time.Now()
	var wg sync.WaitGroup
	const sessions = 8
	for s := range sessions {
		c := h.connect()
		wg.Add(1)
		go func() {
			defer wg.Done()
			for i := s; i < inserts; i += sessions {
				if _, err := c.Exec(context.Background(), fmt.Sprintf("insert into one values (%d, 'x%d', %d.5)", i, i,
					i)); err != nil {
					t.Error(err)
					return
				}
			}
		}()
	}
	for end := time.Now().Add(30 * time.Second); time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
		// What a query sees is whole at any time.
		rows := h.int("select count(*) from one")
		if h.int("select count(distinct a) from one where b = 'x' || a and c = a + 0.5") < rows {
			t.Fatal("a torn read")
		}
		if rows == int64(inserts) {
			break
		}
	}
	wg.Wait()
	t.Logf("%d inserts in %v", inserts, time.Since(began))
	var csv strings.Builder
	for i := range inserts {
		fmt.Fprintf(&csv, "%d|x%d|%d.5\n", i, i, i)
	}
	if _, err := h.c.PgConn().CopyFrom(context.Background(), strings.NewReader(csv.String()),
		"copy bulk from stdin delimiter '|'"); err != nil {
		t.Fatal(err)
	}
	defer func() {
		if t.Failed() {
			t.Logf("inserts: %s; load: %s", h.shape("one"), h.shape("bulk"))
		}
	}()
	h.eventually("merged", func() bool { return h.shape("one") == h.shape("bulk") })
	h.want("select count(*) from one join bulk using (a, b, c)", int64(inserts))
	blocks := func(name string) int64 {
		return h.int(fmt.Sprintf("select count(*) from stv_blocklist where tbl = %d", h.table(name).ID))
	}
	if blocks("one") == 0 || blocks("one") != blocks("bulk") {
		t.Errorf("%d blocks, a load has %d", blocks("one"), blocks("bulk"))
	}
	h.tidy()
}

// Rows deleted while a merge runs, or by a transaction that began before it, stay deleted.
func TestDeletesAndMerges(t *testing.T) {
	h := openHouse(t, t.TempDir(), eager)
	h.exec("create table t (a int, b varchar(10)) diststyle even")
	other := h.connect()
	bg := context.Background()
	deleted := 0
	for round := range 6 {
		for i := range 40 {
			h.exec(fmt.Sprintf("insert into t values (%d, 'r%d')", i, round))
		}
		tx, err := other.Begin(bg)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := tx.Exec(bg, "delete from t where a < 5"); err != nil {
			t.Fatal(err)
		}
		h.exec("delete from t where a between 30 and 34")
		h.exec("vacuum full t")
		h.exec("update t set b = 'new' where a = 20")
		h.exec("vacuum")
		if err := tx.Commit(bg); err != nil {
			t.Fatalf("round %d: %v", round, err)
		}
		deleted += 10
		h.want("select count(*) from t", int64(40*(round+1)-deleted))
		h.want("select count(*) from t where a < 5 or a between 30 and 34", 0)
	}
	h.want("select count(*) from t where b = 'new'", 6)
	h.eventually("flushed", func() bool { return !strings.Contains(h.shape("t"), "inline") })
	h.exec("vacuum")
	for _, o := range h.table("t").Version.Objects.List() {
		if o.Dead > 0 {
			t.Errorf("deleted rows remain: %+v", o)
		}
	}
	h.tidy()
}

// A failed load's objects are collected, at once or by the next start; a running COPY's never.
func TestOrphans(t *testing.T) {
	dir := t.TempDir()
	h := openHouse(t, dir, eager)
	bg := context.Background()
	h.exec("create table t (a int, b varchar(200))")
	for _, name := range []string{"t7/00000001-000000000001-s0-0.obj", "t7/00000001-000000000001-s0-0.obj.rows"} {
		// Not by the store: the sweep takes the writer of an earlier term's object for dead, as it should.
		path := filepath.Join(dir, "storage", filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte("lost"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	// A transaction that has written and not committed yet.
	tx, err := h.c.Begin(bg)
	if err != nil {
		t.Fatal(err)
	}
	var rows []string
	for i := range 3000 {
		rows = append(rows, fmt.Sprintf("(%d, '%s')", i, strings.Repeat("x", 150)))
	}
	if _, err := tx.Exec(bg, "insert into t values "+strings.Join(rows, ",")); err != nil {
		t.Fatal(err)
	}
	h.eventually("orphans collected", func() bool {
		for _, n := range h.stored() {
			if strings.HasPrefix(n, "t7/") {
				return false
			}
		}
		return true
	})
	time.Sleep(300 * time.Millisecond) // several sweeps
	if len(h.stored()) == 0 {
		t.Fatal("the open transaction has written nothing, or it was swept away")
	}
	if err := tx.Commit(bg); err != nil {
		t.Fatal(err)
	}
	n := h.int("select count(*) from t")
	if n == 0 || h.int("select count(*) from t where len(b) = 150") != n {
		t.Error("rows lost")
	}
	h.tidy()
	// What a dead leader leaves, the next one finds.
	h.close()
	h = openHouse(t, dir, eager)
	h.want("select count(*) from t", n)
	h.exec("truncate t")
	h.tidy()
	if names := h.stored(); len(names) != 0 {
		t.Errorf("%v", names)
	}
}

// Old versions stay as long as somebody reads them.
func TestPinnedVersions(t *testing.T) {
	h := openHouse(t, t.TempDir(), eager)
	bg := context.Background()
	h.exec("create table t (a int, b varchar(200)) sortkey (a)")
	var rows []string
	for i := range 3000 {
		rows = append(rows, fmt.Sprintf("(%d, '%s')", i, strings.Repeat("y", 100)))
	}
	h.exec("insert into t values " + strings.Join(rows, ","))
	h.exec("insert into t values " + strings.Join(rows, ","))
	reader := h.connect()
	tx, err := reader.Begin(bg)
	if err != nil {
		t.Fatal(err)
	}
	count := func() (n int64) {
		t.Helper()
		if err := tx.QueryRow(bg, "select count(*) from t").Scan(&n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	if n := count(); n != 6000 {
		t.Fatal(n)
	}
	h.exec("vacuum")
	h.exec("delete from t where a < 1000")
	h.exec("vacuum")
	h.exec("drop table t")
	time.Sleep(300 * time.Millisecond)
	if n := count(); n != 6000 {
		t.Errorf("%d rows in an old snapshot", n)
	}
	if err := tx.Commit(bg); err != nil {
		t.Fatal(err)
	}
	h.tidy()
	if names := h.stored(); len(names) != 0 {
		t.Errorf("%v", names)
	}
}

// VACUUM by its kinds, for tables of all styles.
func TestVacuum(t *testing.T) {
	h := openHouse(t, t.TempDir(), never)
	for _, style := range []string{"diststyle even", "diststyle all", "distkey(a)", "diststyle even sortkey (a)",
		"diststyle even interleaved sortkey (a, b)"} {
		h.exec("create table t (a int, b varchar(300)) " + style)
		for i := range 3 {
			h.exec(fmt.Sprintf("insert into t values (%d, 'a'), (%d, null), (null, '%s')", i, i+10, strings.Repeat("z", 200)))
		}
		h.exec("delete from t where a = 1")
		h.exec("vacuum delete only t")
		h.want("select count(*) from t", 8)
		h.exec("vacuum sort only t")
		h.exec("vacuum full t to 100 percent")
		h.want("select count(*) from t", 8)
		h.want("select count(*) from t where a is null and len(b) = 200", 3)
		h.want("select sum(a) from t", 0+10+11+2+12)
		for _, o := range h.table("t").Version.Objects.List() {
			if o.Inline() || o.Dead > 0 {
				t.Errorf("%s: %+v", style, o)
			}
		}
		h.exec("drop table t")
	}
	if _, err := h.c.Exec(context.Background(), "begin; vacuum"); err == nil {
		t.Error("VACUUM in a transaction block")
	}
}

// Sessions that move amounts between rows, add rows and delete them, while everything is merged as often as it
// goes: no amount is lost, no commit is refused but for a conflict, and every query sees a whole state. Sessions that
// keep to rows of their own have no conflicts.
func TestChangesUnderMerges(t *testing.T) {
	t.Run("shared", func(t *testing.T) { changesUnderMerges(t, false) })
	t.Run("apart", func(t *testing.T) { changesUnderMerges(t, true) })
}

func changesUnderMerges(t *testing.T, apart bool) {
	p := eager
	p.FlushCount, p.Fan, p.Tick, p.Idle = 4, 2, 5*time.Millisecond, 10*time.Millisecond
	h := openHouse(t, t.TempDir(), p)
	bg := context.Background()
	h.exec("create table t (id int, amount int) distkey(id) sortkey(id)")
	const accounts, sessions = 24, 4
	for i := range accounts {
		h.exec(fmt.Sprintf("insert into t values (%d, 100)", i))
	}
	moves := 60
	if os.Getenv("SLIPHER_TEST_LONG") != "" {
		moves = 1000
	}
	var wg sync.WaitGroup
	var mu sync.Mutex
	conflicts, done := 0, 0
	for s := range sessions {
		c := h.connect()
		wg.Add(1)
		go func() {
			defer wg.Done()
			r := rand.New(rand.NewSource(int64(s)))
			for range moves {
				from, to, add, gone := r.Intn(accounts), r.Intn(accounts), r.Intn(1000), r.Intn(1000)
				if apart {
					for _, n := range []*int{&from, &to, &add, &gone} {
						*n = *n/sessions*sessions + s
					}
				}
				err := pgx.BeginFunc(bg, c, func(tx pgx.Tx) error {
					for _, q := range []string{
						fmt.Sprintf("update t set amount = amount - 1 where id = %d", from),
						fmt.Sprintf("update t set amount = amount + 1 where id = %d", to),
						fmt.Sprintf("insert into t values (%d, 0)", accounts+add),
						fmt.Sprintf("delete from t where amount = 0 and id = %d", accounts+gone),
					} {
						if _, err := tx.Exec(bg, q); err != nil {
							return err
						}
					}
					return nil
				})
				var e *pgconn.PgError
				mu.Lock()
				switch {
				case err == nil:
					done++
				case errors.As(err, &e) && e.Code == "40001":
					conflicts++
				default:
					t.Error(err)
				}
				mu.Unlock()
			}
		}()
	}
	over := make(chan struct{})
	go func() { wg.Wait(); close(over) }()
	for running := true; running; {
		select {
		case <-over:
			running = false
		default:
		}
		h.want("select sum(amount) from t", accounts*100)
		h.want(fmt.Sprintf("select count(*) from t where id < %d", accounts), accounts)
	}
	t.Logf("%d commits, %d conflicts", done, conflicts)
	if done == 0 || apart && conflicts > 0 {
		t.Errorf("%d commits, %d conflicts", done, conflicts)
	}
	h.tidy()
}
