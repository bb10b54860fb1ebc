package table

import (
	"encoding/binary"
	"testing"

	"slipher/runtime/kernels/heap"
	"slipher/runtime/mem"
	"slipher/runtime/offheap"
)

// Growing, sorting, trimming and sealing large tables give up when they are cancelled, and what they
// worked on can still be used and freed.
func TestCancel(t *testing.T) {
	const rows, size = 200_000, 32 // entries: a hash, and at 16 a sort key of 12 bytes
	cancel := offheap.Of(heap.AllocZero(4), 4)
	defer heap.Free(cancel.Pointer())
	word := offheap.Word[int32](cancel, 0)
	acct := mem.NewAccount("test", 0)
	fill := func(directory bool) *Table {
		var init []byte
		if directory {
			init = make([]byte, size)
		}
		tab, err := New(acct, size, directory, 2*rows, init)
		if err != nil {
			t.Fatal(err)
		}
		tab.SetCancel(word)
		for i := range rows {
			e := make([]byte, size)
			binary.LittleEndian.PutUint64(e, uint64(i)*0x9E3779B97F4A7C15)
			e[16] = 12
			binary.BigEndian.PutUint64(e[20:], uint64(i*7919%rows))
			if err := tab.AddEntry(e); err != nil {
				t.Fatal(err)
			}
		}
		return tab
	}
	run, groups := fill(false), fill(true)
	defer func() {
		run.Free()
		groups.Free()
		if err := acct.Close(); err != nil {
			t.Error(err)
		}
	}()
	*word = 1
	if _, _, err := run.Sort(16, 0); err == nil {
		t.Error("sorted")
	}
	if run.Trim(16, 10, []int64{16}) == nil {
		t.Error("trimmed")
	}
	if _, err := Seal(acct, []*Table{run}, size, nil); err == nil {
		t.Error("sealed")
	}
	if groups.Grow(8*rows) == nil {
		t.Error("grown")
	}
	*word = 0
	order, n, err := run.Sort(16, 0)
	if n != rows || err != nil {
		t.Fatalf("%d rows, %v", n, err)
	}
	for i := range n {
		if got := binary.BigEndian.Uint64(order.ViewAt(8*int64(i), size).Bytes(20, 8)); got != uint64(i) {
			t.Fatalf("row %d is %d", i, got)
		}
	}
	run.FreeOrder(order)
	if groups.Grow(8*rows) != nil || groups.Count() != rows {
		t.Error("not grown")
	}
	j, err := Seal(acct, []*Table{groups}, size, nil)
	if err != nil || j.Count() != rows {
		t.Fatal("not sealed")
	}
	j.Free()
	if run.Trim(16, 10, []int64{16}) != nil || run.Count() != 10 {
		t.Error("not trimmed")
	}
}
