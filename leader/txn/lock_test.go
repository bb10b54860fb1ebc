package txn

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"slipher/catalog/sqlerr"
	"slipher/catalog/state"
)

// The lock table by itself. "1 X a" is transaction 1's request for a alone, "1 S a" to share it, "1 N a" for a alone
// without waiting, "1 ." its end, "1 !" its giving up to wait; behind the arrow stands how that ends, and who gets
// something by it.
func TestLockTable(t *testing.T) {
	for _, c := range []struct{ name, script string }{
		{"alone", "1 X a > has; 2 X a > waits; 3 S a > waits; 1 . > 2a; 2 . > 3a; 3 . >"},
		{"shared by many", "1 S a > has; 2 S a > has; 3 X a > waits; 1 . >; 2 . > 3a"},
		{"first come, first served",
			"1 X a > has; 2 S a > waits; 3 X a > waits; 4 S a > waits; 5 S a > waits; 1 . > 2a; 2 . > 3a; 3 . > 4a 5a"},
		{"writers do not overtake who waits to lock", "1 S a > has; 2 X a > waits; 3 S a > waits; 1 . > 2a; 2 . > 3a"},
		{"again", "1 X a > has; 1 X a > has; 1 S a > has; 2 S a > waits; 1 . > 2a"},
		{"a holder goes before those who wait", "1 S a > has; 2 S a > has; 3 X a > waits; 1 X a > waits; 2 . > 1a; 1 . > 3a"},
		{"an upgrade with nobody else there", "1 S a > has; 2 X a > waits; 1 X a > has; 1 . > 2a"},
		{"without waiting", "1 S a > has; 2 N a > held; 1 N a > has; 3 X a > waits; 1 . > 3a; 2 N b > has"},
		{"without waiting, behind who waits", "1 S a > has; 2 X a > waits; 3 N a > held; 1 . > 2a"},
		{"giving up", "1 S a > has; 2 X a > waits; 3 S a > waits; 2 ! > 3a; 4 X a > waits; 1 . >; 3 . > 4a"},
		{"giving up an upgrade keeps what was had",
			"1 S a > has; 2 S a > has; 1 X a > waits; 1 ! >; 3 X a > waits; 2 . >; 1 . > 3a"},
		{"two", "1 X a > has; 2 X b > has; 1 X b > waits; 2 X a > 2 a 1, 1 b 2; 2 . > 1b"},
		{"two who share and want more", "1 S a > has; 2 S a > has; 1 X a > waits; 2 X a > 2 a 1, 1 a 2; 2 . > 1a"},
		{"three",
			"1 X a > has; 2 X b > has; 3 X c > has; 1 S b > waits; 2 S c > waits; 3 S a > 3 a 1, 1 b 2, 2 c 3; 3 . > 2c; 2 . > " +
				"1b"},
		{"three, through one of two holders",
			"1 S a > has; 2 S a > has; 3 X b > has; 2 X b > waits; 3 X a > 3 a 2, 2 b 3; 3 . > 2b"},
		// 3 waits for its turn behind 2 only: that turn would never come.
		{"out of turn", "1 S a > has; 3 X b > has; 2 X a > waits; 1 X b > waits; 3 S a > has; 3 . > 1b; 1 . > 2a"},
		{"out of turn, waiting already",
			"1 S a > has; 3 X b > has; 2 X a > waits; 3 S a > waits; 1 X b > waits 3a; 3 . > 1b; 1 . > 2a"},
	} {
		t.Run(c.name, func(t *testing.T) {
			l := newLockTable()
			txns := map[string]*Txn{}
			open := map[string]*request{}
			var keys []lockKey
			for _, step := range strings.Split(c.script, ";") {
				words, want, _ := strings.Cut(strings.TrimSpace(step), ">")
				f := strings.Fields(words)
				x := txns[f[0]]
				if x == nil {
					x = &Txn{spec: Spec{PID: int32(f[0][0] - '0')}}
					txns[f[0]] = x
				}
				got := ""
				switch f[1] {
				case ".":
					for _, k := range keys {
						l.release(x, k, 0)
					}
				case "!":
					l.giveUp(open[f[0]])
					delete(open, f[0])
				default:
					key := lockKey{1, state.TableID(f[2][0])}
					keys = append(keys, key)
					want, p := exclusive, mayWait
					if f[1] == "S" {
						want = shared
					}
					if f[1] == "N" {
						p = noWait
					}
					_, r, err := l.acquire(x, key, want, p)
					switch {
					case errors.Is(err, errHeld):
						got = "held"
					case err != nil:
						e := sqlerr.From(err)
						var ring []string
						for _, line := range strings.Split(e.Detail, "\n") {
							var a, b, rel int
							var mode string
							if _, err := fmt.Sscanf(line, "Process %d waits for %s on relation %d; blocked by process %d.", &a, &mode, &rel,
								&b); err != nil {
								t.Fatal(err, line)
							}
							ring = append(ring, fmt.Sprintf("%d %c %d", a, rel, b))
						}
						got = strings.Join(ring, ", ")
						if e.Code != sqlerr.DeadlockDetected {
							t.Error(e.Code)
						}
					case r != nil:
						got = "waits"
						open[f[0]] = r
					default:
						got = "has"
					}
				}
				for _, name := range []string{"1", "2", "3", "4", "5"} {
					if r := open[name]; r != nil {
						select {
						case <-r.granted:
							got += fmt.Sprintf(" %s%c", name, r.key.table)
							delete(open, name)
						default:
						}
					}
				}
				if strings.TrimSpace(got) != strings.TrimSpace(want) {
					t.Fatalf("%s: %q", step, got)
				}
			}
			for _, x := range txns {
				for _, k := range keys {
					l.release(x, k, 0)
				}
			}
			if len(l.tables) != 0 || len(l.waiting) != 0 {
				t.Errorf("%d tables and %d requests are left", len(l.tables), len(l.waiting))
			}
		})
	}
}

// timed is a manager that really waits.
func timed(l *fakeLog) *Manager { return New(l, Options{Log: slog.New(slog.DiscardHandler)}) }

// waiting waits until x waits for a table.
func waiting(t *testing.T, m *Manager, x *Txn) {
	t.Helper()
	for range 1000 {
		if m.locks.waitsFor(x) != nil {
			return
		}
		time.Sleep(time.Millisecond)
	}
	t.Fatal("it does not wait")
}

// got is how a call in a goroutine of its own ended.
type got struct {
	moved bool
	err   error
}

func in(f func() (bool, error)) chan got {
	out := make(chan got, 1)
	go func() {
		moved, err := f()
		out <- got{moved, err}
	}()
	return out
}

func lockNow(t *testing.T, x *Txn, table state.TableID) {
	t.Helper()
	if _, err := x.Lock(context.Background(), table); err != nil {
		t.Fatal(err)
	}
}

// Whoever waits for a lock sees what it waited for, if it has read nothing before; several LOCKs in a row
// count as nothing.
func TestLockSnapshot(t *testing.T) {
	ctx := context.Background()
	l := newLog(t)
	m := timed(l)
	tab, other := given(t, l, "t"), given(t, l, "u")
	rows := func(x *Txn, table *state.Table) int64 { return x.View().TableByID(table.ID).Version.Rows }
	a, b, c := begin(t, m, Spec{}), begin(t, m, Spec{}), begin(t, m, Spec{})
	lockNow(t, a, tab.ID)
	b.View()
	c.View()
	bGot := in(func() (bool, error) { return b.Lock(ctx, tab.ID) })
	waiting(t, m, b)
	cGot := in(func() (bool, error) { return c.Hold(ctx, tab.ID) })
	waiting(t, m, c)
	do(t, a, add(tab, "o1", 5))
	commit(t, a)
	if g := <-bGot; g.err != nil || !g.moved || rows(b, tab) != 5 {
		t.Error(g, rows(b, tab))
	}
	l.apply(t, add(other, "o2", 7)) // nothing was read: the next LOCK sees it
	lockNow(t, b, other.ID)
	if rows(b, other) != 7 {
		t.Error("a second LOCK keeps the snapshot of the first")
	}
	l.apply(t, add(given(t, l, "v"), "o3", 1))
	if b.View().Table("dev", "public", "v") != nil {
		t.Error("the snapshot moves after LOCK")
	}
	do(t, b, add(tab, "o4", 1))
	commit(t, b)
	if g := <-cGot; g.err != nil || !g.moved || rows(c, tab) != 6 {
		t.Error(g, rows(c, tab))
	}
}

// A snapshot that the table has outrun fails at LOCK, and is in the list of conflicts; one that it has not is kept.
func TestLockOutrun(t *testing.T) {
	ctx := context.Background()
	l := newLog(t)
	m := timed(l)
	tab, other := given(t, l, "t"), given(t, l, "u")
	a := begin(t, m, Spec{})
	a.NoteRead(other.ID)
	l.apply(t, add(tab, "o1", 1))
	if _, err := a.Lock(ctx, tab.ID); code(err) != sqlerr.SerializationFailure || sqlerr.From(err).Message != "1023" {
		t.Error(err)
	}
	if got := m.Conflicts(); len(got) != 1 || got[0].Table != tab.ID {
		t.Error(got)
	}
	if moved, err := a.Lock(ctx, other.ID); moved || err != nil {
		t.Error(moved, err)
	}
	// A writer that has waited goes on, unless the table is gone.
	a.Rollback()
	b, c, d := begin(t, m, Spec{}), begin(t, m, Spec{}), begin(t, m, Spec{})
	lockNow(t, b, tab.ID)
	c.NoteRead(other.ID)
	d.NoteRead(other.ID)
	cGot := in(func() (bool, error) { return c.Hold(ctx, tab.ID) })
	waiting(t, m, c)
	do(t, b, add(tab, "o2", 1))
	commit(t, b)
	if g := <-cGot; g.moved || g.err != nil {
		t.Error(g)
	}
	dGot := in(func() (bool, error) { return d.Lock(ctx, tab.ID) })
	waiting(t, m, d)
	do(t, c, &state.DropTable{ID: tab.ID})
	commit(t, c)
	if g := <-dGot; code(g.err) != sqlerr.SerializationFailure || !strings.Contains(g.err.Error(), `"t" was dropped`) {
		t.Error(g)
	}
	e := begin(t, m, Spec{}) // its own table
	id := state.TableID(do(t, e, create("w"))[0].ID)
	lockNow(t, e, id)
	commit(t, e)
}

// Operations hold what they change even if nobody has said so before, foreign keys of other tables among them.
func TestDoHolds(t *testing.T) {
	l := newLog(t)
	m := timed(l)
	tab := given(t, l, "t")
	for name, op := range map[string]state.Op{
		"rows": add(tab, "o1", 1), "drop": &state.DropTable{ID: tab.ID},
		"statistics": &state.SetStats{Table: tab.ID, Object: "s"},
		"schema":     &state.DropSchema{Database: "dev", Name: "s", Cascade: true},
	} {
		x, held := begin(t, m, Spec{}), tab
		if name == "schema" {
			l.apply(t, &state.CreateSchema{Schema: state.Schema{Database: "dev", Name: "s"}},
				&state.CreateTable{Table: *table("s", "t")})
			held = l.Catalog().Table("dev", "s", "t")
		}
		lockNow(t, x, held.ID)
		y := begin(t, m, Spec{})
		out := in(func() (bool, error) { _, err := y.Do(context.Background(), op); return false, err })
		waiting(t, m, y)
		x.Rollback()
		if g := <-out; g.err != nil {
			t.Error(name, g.err)
		}
		y.Rollback()
	}
}

// What ends a transaction, or takes it back, releases its locks; a wait ends with its context, for the reason that has.
func TestLockRelease(t *testing.T) {
	l := newLog(t)
	m := timed(l)
	tab := given(t, l, "t")
	free := func() bool {
		x := begin(t, m, Spec{})
		defer x.Rollback()
		_, err := x.LockNoWait(context.Background(), tab.ID)
		if err != nil && !Held(err) {
			t.Fatal(err)
		}
		return err == nil
	}
	for name, end := range map[string]func(x *Txn){
		"commit": func(x *Txn) { commit(t, x) }, "rollback": (*Txn).Rollback,
		"commit refused": func(x *Txn) {
			do(t, x, create("x"))
			given(t, l, "x")
			if err := x.Commit(context.Background()); err == nil {
				t.Error("no error")
			}
		},
		"savepoint": func(x *Txn) {
			if err := x.RollbackTo("s"); err != nil {
				t.Fatal(err)
			}
		},
	} {
		x := begin(t, m, Spec{})
		x.Savepoint("s")
		mark := x.Mark()
		lockNow(t, x, tab.ID)
		x.Undo(mark)
		if !free() {
			t.Error(name, "is locked after Undo")
		}
		lockNow(t, x, tab.ID)
		if free() {
			t.Error(name, "is not locked")
		}
		end(x)
		if !free() {
			t.Error(name, "leaves it locked")
		}
		x.Rollback()
	}
	// To a savepoint: what was had before stays.
	x := begin(t, m, Spec{})
	do(t, x, add(tab, "o1", 1))
	x.Savepoint("s")
	lockNow(t, x, tab.ID)
	if err := x.RollbackTo("s"); err != nil {
		t.Fatal(err)
	}
	y := begin(t, m, Spec{})
	do(t, y, add(tab, "o2", 1))
	if free() {
		t.Error("two writers, and it can be locked")
	}
	y.Rollback()
	l.apply(t, add(tab, "o3", 1)) // it is not locked: no conflict
	commit(t, x)

	x, y = begin(t, m, Spec{}), begin(t, m, Spec{})
	lockNow(t, x, tab.ID)
	why := sqlerr.New(sqlerr.QueryCanceled, "enough")
	ctx, cancel := context.WithCancelCause(context.Background())
	out := in(func() (bool, error) { return y.Hold(ctx, tab.ID) })
	waiting(t, m, y)
	cancel(why)
	if g := <-out; !errors.Is(g.err, why) {
		t.Error(g)
	}
	if y.Waited() <= 0 {
		t.Error("no time has passed")
	}
	x.Rollback()
	if !free() {
		t.Error("who has given up has it locked")
	}
	if _, err := x.Lock(context.Background(), tab.ID); err == nil {
		t.Error("a transaction that has ended locks")
	}
}

// Locks of an earlier term hold nobody off: what has them can commit nothing more.
func TestLockTerms(t *testing.T) {
	l := newLog(t)
	m := timed(l)
	tab := given(t, l, "t")
	old := begin(t, m, Spec{})
	lockNow(t, old, tab.ID)
	l.depose(t)
	l.mu.Lock()
	l.term = l.cat.Term()
	l.mu.Unlock()
	x := begin(t, m, Spec{})
	if _, err := x.LockNoWait(context.Background(), tab.ID); err != nil {
		t.Fatal(err)
	}
	do(t, x, add(tab, "o1", 1))
	commit(t, x)
	old.Rollback()
}

// Many lock, write and give up at once: whoever has a table alone is alone, nobody waits for
// ever, nothing is left. What is counted under a lock nothing else protects: the race detector looks on.
func TestLockCrowd(t *testing.T) {
	l := newLog(t)
	m := timed(l)
	var tables []*state.Table
	for i := range 3 {
		tables = append(tables, given(t, l, fmt.Sprint("t", i)))
	}
	var inside [3]int
	var locked, deadlocks, canceled atomic.Int32
	session := func(s int, rng *rand.Rand) {
		x, err := m.Begin(context.Background(), Spec{PID: int32(s)})
		if err != nil {
			t.Error(err)
			return
		}
		defer x.Rollback()
		for range 1 + rng.Intn(3) {
			i := rng.Intn(len(tables))
			ctx, cancel := context.WithCancel(context.Background())
			if rng.Intn(2) == 0 {
				ctx, cancel = context.WithTimeout(ctx, time.Duration(1+rng.Intn(2000))*time.Microsecond)
			}
			var err error
			if rng.Intn(2) == 0 {
				if _, err = x.Lock(ctx, tables[i].ID); err == nil {
					locked.Add(1)
					inside[i]++
					time.Sleep(time.Duration(rng.Intn(200)) * time.Microsecond)
					inside[i]++
				}
			} else if _, err = x.Hold(ctx, tables[i].ID); err == nil && inside[i]%2 != 0 {
				t.Error("somebody has it alone")
			}
			cancel()
			switch {
			case err == nil:
				continue
			case code(err) == sqlerr.DeadlockDetected:
				deadlocks.Add(1)
			case errors.Is(err, context.DeadlineExceeded):
				canceled.Add(1)
			default:
				t.Error(err)
			}
			return
		}
		m.locks.mu.Lock()
		defer m.locks.mu.Unlock()
		for _, k := range m.locks.tables {
			if len(k.queue) > 0 && k.free(k.queue[0].t, k.queue[0].want) {
				t.Error("the first in the queue waits for nothing")
			}
		}
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		var all sync.WaitGroup
		for s := range 8 {
			rng := rand.New(rand.NewSource(int64(s)))
			all.Go(func() {
				for range 300 {
					session(s, rng)
				}
			})
		}
		all.Wait()
	}()
	select {
	case <-done:
	case <-time.After(time.Minute):
		t.Fatal("they wait for ever")
	}
	if len(m.locks.tables) != 0 || len(m.locks.waiting) != 0 {
		t.Errorf("%d tables and %d requests are left", len(m.locks.tables), len(m.locks.waiting))
	}
	t.Logf("%d locks, %d deadlocks, %d given up", locked.Load(), deadlocks.Load(), canceled.Load())
	if locked.Load() == 0 || deadlocks.Load() == 0 || canceled.Load() == 0 {
		t.Error("too little has happened")
	}
}

// svv_transactions and stv_locks see who has what, and who waits.
func TestLockList(t *testing.T) {
	l := newLog(t)
	m := timed(l)
	tab := given(t, l, "t")
	x, y := begin(t, m, Spec{PID: 1}), begin(t, m, Spec{PID: 2})
	x.NoteRead(tab.ID)
	lockNow(t, x, tab.ID)
	ctx, cancel := context.WithCancel(context.Background())
	out := in(func() (bool, error) { return y.Hold(ctx, tab.ID) })
	waiting(t, m, y)
	got := map[int32]string{}
	for _, i := range m.List() {
		for _, u := range i.Tables {
			got[i.PID] += fmt.Sprintf("%d %s %v ", u.Table-tab.ID, u.Mode, u.Waiting)
		}
	}
	if got[1] != "0 AccessExclusiveLock false " || got[2] != "0 ShareRowExclusiveLock true " {
		t.Errorf("%q", got)
	}
	cancel()
	<-out
}
