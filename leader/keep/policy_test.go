package keep

import (
	"testing"
	"time"
)

// Small writes one after another: each row is written again a logarithmic number of times, and when it
// is quiet one object a slice is left.
func TestWriteAmplification(t *testing.T) {
	w := newWorld(t, 1)
	w.k.o.Policy = Policy{FlushCount: 16, Fan: 4}
	w.k.o.Policy.complete()
	now := time.Now()
	const inserts = 4000
	for i := range inserts {
		w.insert(1, true)
		if i%8 == 0 {
			now = now.Add(10 * time.Millisecond)
			w.k.mergeDue(bg, now)
		}
		if n := w.cur().Version.Objects.Len(); n > 250 {
			t.Fatalf("%d objects after %d inserts", n, i)
		}
	}
	written := int64(0)
	for _, m := range w.merges {
		for _, o := range m {
			written += o.Rows
		}
	}
	t.Logf("%d rows written for %d inserts in %d merges, %d objects", written, inserts, len(w.merges),
		w.cur().Version.Objects.Len())
	if written > 8*inserts {
		t.Error("too much is written")
	}
	for range 10 {
		now = now.Add(10 * time.Second)
		w.k.mergeDue(bg, now)
	}
	if n := w.cur().Version.Objects.Len(); n != slicesInWorld {
		t.Errorf("%d objects:\n%v", n, w)
	}
	merges := len(w.merges)
	for range 10 {
		now = now.Add(time.Hour)
		w.k.mergeDue(bg, now)
	}
	if len(w.merges) != merges {
		t.Error("merges without need")
	}
	w.check()
}

// Objects that cannot become larger are not merged for ever.
func TestWideRows(t *testing.T) {
	w := newWorld(t, 1)
	w.split = 10
	for range 40 {
		w.insert(10, false)
	}
	now := time.Now()
	for range 100 {
		now = now.Add(time.Minute)
		w.k.mergeDue(bg, now)
	}
	if len(w.merges) > 8 {
		t.Errorf("%d merges", len(w.merges))
	}
	w.check()
}

// Merges wait for statements, but not for ever.
func TestBusy(t *testing.T) {
	w := newWorld(t, 1)
	busy := true
	w.k.o.Busy = func() bool { return busy }
	w.k.o.Policy = Policy{}
	w.k.o.Policy.complete()
	w.insert(5, true)
	now := time.Now()
	at := func(d time.Duration, merges int) {
		t.Helper()
		w.k.mergeDue(bg, now.Add(d))
		if len(w.merges) != merges {
			t.Errorf("%d merges after %v", len(w.merges), d)
		}
	}
	at(0, 0)
	at(1500*time.Millisecond, 0)
	at(5*time.Second, 1)
	w.insert(5, true)
	at(6*time.Second, 1)
	busy = false
	at(7*time.Second, 2)
}

// An object is written anew when many of its rows are deleted, not for a few.
func TestWorn(t *testing.T) {
	w := newWorld(t, 9)
	w.k.o.Policy = Policy{Idle: 1000 * time.Hour}
	w.k.o.Policy.complete()
	w.insert(200, false)
	now := time.Now()
	w.commit(w.delete(0.05))
	w.k.mergeDue(bg, now)
	if len(w.merges) != 0 {
		t.Error("merged for a few rows")
	}
	w.commit(w.delete(0.5))
	w.k.mergeDue(bg, now)
	if o := w.cur().Version.Objects.List(); len(w.merges) != 1 || len(o) != 1 || o[0].Dead != 0 {
		t.Errorf("%d merges\n%v", len(w.merges), w)
	}
	w.check()
}
