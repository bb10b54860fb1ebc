package state

import (
	"math/rand"
	"testing"
)

// The tree against a map: same content, in order, balanced, old versions intact.
func TestTree(t *testing.T) {
	r := rand.New(rand.NewSource(2))
	var tr tree[int, int]
	model := map[int]int{}
	for i := range 5000 {
		k := r.Intn(300)
		before := tr
		size := tr.size
		if r.Intn(3) == 0 {
			tr = tr.delete(k)
			delete(model, k)
		} else {
			tr = tr.set(k, i)
			model[k] = i
		}
		if n := 0; i%100 == 0 {
			before.all(func(int, int) { n++ })
			if n != size {
				t.Fatal("an old version changed")
			}
		}
		if tr.size != len(model) {
			t.Fatalf("size %d, want %d", tr.size, len(model))
		}
	}
	last := -1
	tr.all(func(k, v int) {
		if k <= last || model[k] != v {
			t.Fatalf("entry %d=%d after %d", k, v, last)
		}
		last = k
	})
	if tr.root.h() > 12 {
		t.Errorf("height %d of %d entries", tr.root.h(), tr.size)
	}
	count := 0
	tr.from(100, func(k, _ int) bool { count++; return k < 150 })
	if count > 60 || count == 0 {
		t.Errorf("from gave %d entries", count)
	}
}
