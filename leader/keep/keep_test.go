package keep

import (
	"context"
	"slices"
	"testing"
	"time"

	"slipher/catalog/state"
	"slipher/leader/txn"
	"slipher/node/rms"
)

var bg = context.Background()

// Merges, deletes, inserts and collections in any order lose nothing, double nothing, and refuse
// only deletes of rows that are deleted already.
func TestRandom(t *testing.T) {
	for seed := range int64(150) {
		random(t, seed)
	}
}

func random(t *testing.T, seed int64) {
	w := newWorld(t, seed)
	var open []*deletion
	defer func() {
		if t.Failed() {
			t.Logf("seed %d\n%v", seed, w)
		}
	}()
	some := func() {
		switch w.r.Intn(4) {
		case 0:
			w.commit(w.delete(0.1))
		case 1:
			if len(open) > 0 {
				i := w.r.Intn(len(open))
				w.commit(open[i])
				open = slices.Delete(open, i, i+1)
			}
		case 2:
			w.insert(1+w.r.Intn(5), true)
		}
	}
	w.during = func() {
		for range w.r.Intn(3) {
			some()
		}
	}
	now := time.Now()
	for range 60 {
		if w.r.Intn(20) == 0 {
			w.split = 1 + w.r.Intn(50)
		}
		switch w.r.Intn(9) {
		case 0, 1:
			w.insert(1+w.r.Intn(5), true)
		case 2:
			w.insert(1+w.r.Intn(100), false)
		case 3:
			open = append(open, w.delete(0.05))
		case 4:
			some()
		case 5:
			w.k.look(w.log.Catalog(), now)
			if w.k.tables[w.table] != nil {
				must(t, w.k.mergeTable(bg, w.table, urgency(1+w.r.Intn(3))))
			}
		case 6:
			must(t, w.k.Vacuum(bg, w.table, Mode(w.r.Intn(3))))
		case 7:
			now = now.Add(time.Hour)
			w.k.Step(bg, now)
		case 8:
			if w.r.Intn(10) == 0 {
				w.log.put(&state.Command{Ops: []state.Op{&state.Truncate{Table: w.table}}})
				clear(w.want)
			}
			must(t, w.k.collect(bg))
			must(t, w.k.sweep(bg, now))
		}
		w.check()
		w.present(w.cur(), "now")
		for _, d := range open {
			w.present(d.base, "an open snapshot")
		}
	}
	for _, d := range open {
		w.commit(d)
	}
	w.check()
	w.tidy()
}

// tidy does all that can be done and checks that storage holds what the table needs and nothing else.
func (w *world) tidy() {
	w.t.Helper()
	w.k.expire(bg)
	for range 20 { // it goes in batches
		must(w.t, w.k.collect(bg))
	}
	must(w.t, w.k.sweep(bg, time.Now()))
	want := map[string]bool{}
	for _, o := range w.cur().Version.Objects.All() {
		if !o.Inline() {
			want[o.Name] = true
		}
	}
	for name := range w.stored() {
		if !want[name] {
			w.t.Errorf("%s remains", name)
		}
	}
	w.present(w.cur(), "at the end")
	if len(w.k.moves) != 0 || w.k.held != 0 || len(w.k.pins) != 0 || len(w.k.writing) != 0 {
		w.t.Errorf("the keeper remembers %d moves, %d addresses, %d pins, %d ids", len(w.k.moves), w.k.held, len(w.k.pins),
			len(w.k.writing))
	}
}

// Rows of which a merge has not known that they were deleted are deleted in what it made; when all
// are, nothing is left of it.
func TestDeletesDuringMerge(t *testing.T) {
	for _, share := range []float64{0.3, 1} {
		w := newWorld(t, 1)
		w.insert(50, true)
		w.insert(50, false)
		w.during = func() { w.during = nil; w.commit(w.delete(share)) }
		must(t, w.k.Vacuum(bg, w.table, Full))
		w.check()
		if share == 1 && w.cur().Version.Objects.Len() != 0 {
			t.Error("objects without rows")
		}
		w.tidy()
	}
}

// A transaction finds the rows it has deleted through any number of merges.
func TestDeleteThroughMerges(t *testing.T) {
	w := newWorld(t, 2)
	for range 4 {
		w.insert(20, true)
	}
	d := w.delete(0.5)
	for range 5 {
		w.insert(20, true)
		must(t, w.k.Vacuum(bg, w.table, Full))
		w.k.expire(bg)
		must(t, w.k.collect(bg))
		must(t, w.k.sweep(bg, time.Now()))
	}
	w.k.held = 0
	for _, m := range w.k.moves { // as if memory had been short
		clear(m.from)
	}
	w.commit(d)
	w.check()
	w.tidy()
}

// What a failed merge has written is collected; the table is as before.
func TestFailedMerge(t *testing.T) {
	w := newWorld(t, 3)
	w.insert(20, true)
	w.onRun = func() error { return errBroken }
	if err := w.k.Vacuum(bg, w.table, Full); err == nil {
		t.Fatal("no error")
	}
	w.onRun = nil
	w.check()
	if len(w.stored()) == 0 {
		t.Fatal("nothing was written: a weak test")
	}
	w.tidy()
}

// A reply that is lost with the leadership: whatever became of the Replace, no row is lost
// and the next leader tidies up.
func TestDeposed(t *testing.T) {
	for _, lose := range []string{"before", "after", "reply"} {
		w := newWorld(t, 4)
		w.insert(20, true)
		w.insert(20, false)
		w.log.lose = lose
		err := w.k.Vacuum(bg, w.table, Full)
		if (err == nil) != (lose != "before") {
			t.Errorf("%s: %v", lose, err)
		}
		w.check()
		w.present(w.cur(), lose)
		if w.log.Term() == 0 {
			w.k.Step(bg, time.Now().Add(time.Hour)) // does nothing
			w.takeOver()
		}
		w.tidy()
		w.check()
	}
}

// Objects of open writes are safe, of ended ones not; others' objects are never touched.
func TestSweep(t *testing.T) {
	w := newWorld(t, 5)
	x, err := w.txns.Begin(bg, txn.Spec{})
	must(t, err)
	id, err := x.WriteID(bg)
	must(t, err)
	running := rms.Name(rms.Prefix(w.table, 1, uint64(id)), 0, 0)
	keep := []string{running, rms.RowsName(running), "artifacts/00/abc", "t1/readme", rms.Name(rms.Prefix(7, 2, 1), 0, 0)}
	lose := []string{rms.Name(rms.Prefix(w.table, 1, 1<<40), 0, 0), rms.Name(rms.Prefix(7, 0, 1), 0, 0),
		rms.RowsName(rms.Name(rms.Prefix(7, 0, 1), 0, 0)), "t7/00000001-00000000ffff.stats"}
	for _, n := range slices.Concat(keep, lose) {
		w.put(n, nil)
	}
	must(t, w.k.sweep(bg, time.Now()))
	have := w.stored()
	for _, n := range keep {
		if !have[n] {
			t.Errorf("%s is gone", n)
		}
	}
	for _, n := range lose {
		if have[n] {
			t.Errorf("%s remains", n)
		}
	}
	x.Rollback()
	must(t, w.k.sweep(bg, time.Now()))
	if w.stored()[running] {
		t.Error("an object of a transaction that was rolled back remains")
	}
}

// Leftovers of writers go when the writer has ended, or after a long time if nobody can tell.
func TestLeftovers(t *testing.T) {
	dir := t.TempDir()
	store, err := rms.Open("file://" + dir)
	must(t, err)
	w := newWorld(t, 6)
	w.store, w.k.o.Store = store, store
	x, err := w.txns.Begin(bg, txn.Spec{})
	must(t, err)
	id, err := x.WriteID(bg)
	must(t, err)
	for _, n := range []string{rms.Name(rms.Prefix(w.table, 1, uint64(id)), 0, 0),
		rms.Name(rms.Prefix(w.table, 1, 1<<40), 0, 0), "artifacts/a"} {
		if _, err := store.Create(bg, n); err != nil {
			t.Fatal(err)
		}
	}
	now := time.Now()
	count := func(after time.Duration, want int) {
		t.Helper()
		must(t, w.k.sweep(bg, now.Add(after)))
		names, err := store.Leftovers(bg)
		must(t, err)
		if len(names) != want {
			t.Errorf("%v", names)
		}
	}
	count(0, 2)
	count(time.Minute, 2)
	count(time.Hour, 1)
	x.Rollback()
	count(time.Hour, 0)
}

// Garbage stays while a snapshot may read it.
func TestCollect(t *testing.T) {
	w := newWorld(t, 7)
	w.insert(30, false)
	w.insert(30, false)
	x, err := w.txns.Begin(bg, txn.Spec{})
	must(t, err)
	old := x.View().TableByID(w.table)
	must(t, w.k.Vacuum(bg, w.table, Full))
	w.log.put(&state.Command{Ops: []state.Op{&state.DropTable{ID: w.table}}})
	must(t, w.k.collect(bg))
	w.present(old, "an open snapshot")
	x.Rollback()
	w.k.expire(bg)
	must(t, w.k.collect(bg))
	if len(w.stored()) != 0 {
		t.Errorf("%v", w.stored())
	}
	for range w.log.Catalog().Garbage() {
		t.Error("garbage remains on the list")
	}
	if w.log.Catalog().Pinned() == 0 {
		t.Error("no mark")
	}
	v := w.log.Catalog().Version()
	must(t, w.k.collect(bg))
	if w.log.Catalog().Version() != v {
		t.Error("proposes without need")
	}
}
