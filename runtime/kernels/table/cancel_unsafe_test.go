package table

import (
	"encoding/binary"
	"testing"
	"unsafe"

	"slipher/runtime/kernels/heap"
)

// Growing, sorting, trimming and sealing large tables give up when they are cancelled, and what they
// worked on can still be used and freed.
func TestCancel(t *testing.T) {
	const rows, size = 200_000, 32 // entries: a hash, and at 16 a sort key of 12 bytes
	word := (*int32)(heap.AllocZero(4))
	defer heap.Free(unsafe.Pointer(word))
	fill := func(directory bool) *Table {
		var init []byte
		if directory {
			init = make([]byte, size)
		}
		tab := New(size, directory, 2*rows, init)
		tab.SetCancel(word)
		for i := range rows {
			e := make([]byte, size)
			binary.LittleEndian.PutUint64(e, uint64(i)*0x9E3779B97F4A7C15)
			e[16] = 12
			binary.BigEndian.PutUint64(e[20:], uint64(i*7919%rows))
			if tab.AddEntry(e) == nil {
				t.Fatal("no entry")
			}
		}
		return tab
	}
	run, groups := fill(false), fill(true)
	defer run.Free()
	defer groups.Free()
	*word = 1
	if order, _ := run.Sort(16, 0); order != nil {
		t.Error("sorted")
	}
	if run.Trim(16, 10) {
		t.Error("trimmed")
	}
	if Seal([]*Table{run}, size) != nil {
		t.Error("sealed")
	}
	if groups.Grow(8 * rows) {
		t.Error("grown")
	}
	*word = 0
	order, n := run.Sort(16, 0)
	if n != rows {
		t.Fatalf("%d rows", n)
	}
	for i, p := range unsafe.Slice((*unsafe.Pointer)(order), n) { // in bounds: Sort gives n addresses
		if got := binary.BigEndian.Uint64(unsafe.Slice((*byte)(unsafe.Add(p, 20)), 8)); got != uint64(i) {
			t.Fatalf("row %d is %d", i, got)
		}
	}
	FreeOrder(order)
	j := Seal([]*Table{run}, size)
	if j == nil || j.Count() != rows {
		t.Fatal("not sealed")
	}
	j.Free()
	if !groups.Grow(8*rows) || groups.Count() != rows {
		t.Error("not grown")
	}
	if !run.Trim(16, 10) || run.Count() != 10 {
		t.Error("not trimmed")
	}
}
