package table

import (
	"bytes"
	"fmt"
	"testing"
	"unsafe"

	"slipher/runtime/abi"
	"slipher/runtime/kernels/heap"
	"slipher/runtime/kernels/kerneltest"
	"slipher/runtime/mem"
)

// pageOf is the head of the page in which a row lies, as generated code finds it.
func pageOf(row unsafe.Pointer) unsafe.Pointer {
	at := uintptr(row)
	off := at % abi.PageSize
	return unsafe.Add(row, int(at>>abi.PageShift&abi.PageMask)-int(off))
}

// rowString is the string at off of a row in a page.
func rowString(row unsafe.Pointer, off int) []byte {
	h := *(*header)(unsafe.Add(row, off))
	if uint32(h[0]) > abi.StrInline {
		h[1] += *(*uint64)(unsafe.Add(pageOf(row), abi.PageBase))
	}
	return content(h)
}

func eachRow(t *Table, f func(row unsafe.Pointer)) {
	for i := range t.Pages() {
		base, n := t.Page(i)
		for r := range n {
			f(unsafe.Add(base.Pointer(), r*int(t.t.esize)))
		}
	}
}

// longText is the string of row i: some of 65,535 bytes, some that a header holds.
func longText(i int) []byte {
	n := i % 40
	if i%5 == 0 {
		n = 65535
	}
	return bytes.Repeat([]byte{byte('a' + i%26)}, n)
}

// Rows keep their strings while the heaps of their pages move, when a sort is trimmed, when a join is made; a page
// is left when its strings have become many; all is accounted for.
func TestPages(t *testing.T) {
	s := newStates(t)
	const rows, size, text = 3000, 48, 32 // an entry: hash, sort key at 16, text at 32
	acct := mem.NewAccount("test", 0)
	fill := func() *Table {
		tab, err := New(acct, size, false, 8, nil)
		if err != nil {
			t.Fatal(err)
		}
		for i := range rows {
			e := make([]byte, size)
			e[0] = byte(i)
			copy(e[16:], fmt.Sprintf("\x08\x00\x00\x00%08d", rows-i))
			if err := tab.AddEntry(e); err != nil {
				t.Fatal(err)
			}
			last, n := tab.Page(tab.Pages() - 1)
			row := unsafe.Add(last.Pointer(), (n-1)*size)
			h := s.str(longText(i))
			*(*header)(unsafe.Add(row, text)) = h
			if uint32(h[0]) > abi.StrInline {
				kerneltest.Int(s.addr["slp_put_str"], []uint64{uint64(uintptr(row)) + text, uint64(uintptr(pageOf(row))), h[0],
					h[1]}, nil)
			}
			if i%100 == 0 {
				heap.ArenaFree(s.arena)
			}
		}
		return tab
	}
	tab := fill()
	if tab.Pages() < 4 {
		t.Errorf("%d pages for 40 MB of strings", tab.Pages())
	}
	i := 0
	eachRow(tab, func(row unsafe.Pointer) {
		if got := rowString(row, text); !bytes.Equal(got, longText(i)) {
			t.Fatalf("row %d has %d bytes %.20q", i, len(got), got)
		}
		i++
	})
	if i != rows {
		t.Errorf("%d rows", i)
	}
	for i := range tab.Pages() {
		if n := tab.HeapBytes(i); n > abi.PageHeapMax+2*65535 {
			t.Errorf("page %d has %d bytes of strings", i, n)
		}
	}
	const keep = 700
	if err := tab.Trim(16, keep, []int64{16, text}); err != nil {
		t.Fatal(err)
	}
	i = 0
	eachRow(tab, func(row unsafe.Pointer) { // in order of the key, which falls
		if got := rowString(row, text); !bytes.Equal(got, longText(rows-1-i)) {
			t.Fatalf("row %d kept has %d bytes %.20q", i, len(got), got)
		}
		i++
	})
	if i != keep {
		t.Errorf("%d rows kept", i)
	}
	other := fill()
	used := acct.Used()
	j, err := Seal(acct, []*Table{tab, other}, size, []int64{16, text})
	if err != nil || j.Count() != rows+keep {
		t.Fatalf("%v", err)
	}
	if now := acct.Used(); now > used+2*(rows+keep)*size {
		t.Errorf("%d bytes with both, %d before", now, used)
	}
	found := map[string]int{}
	for r := range rows + keep {
		row := unsafe.Add(unsafe.Pointer(j.j.entries), r*size)
		found[string(content(*(*header)(unsafe.Add(row, text))))]++
	}
	want := map[string]int{}
	for i := range rows {
		want[string(longText(i))]++
		if i >= rows-keep {
			want[string(longText(i))]++
		}
	}
	if len(found) != len(want) {
		t.Errorf("%d strings, want %d", len(found), len(want))
	}
	for k, n := range want {
		if found[k] != n {
			t.Errorf("%d of %.20q (%d bytes), want %d", found[k], k, len(k), n)
		}
	}
	j.Free()
	tab.Free()
	other.Free()
	if err := acct.Close(); err != nil {
		t.Error(err)
	}
}

// States that grow in the heap of a page, which moves: rows put behind each other, sketches. They are those that an
// arena has.
func TestStatesInPages(t *testing.T) {
	s := newStates(t)
	acct := mem.NewAccount("test", 0)
	tab, err := New(acct, 64, false, 8, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		tab.Free()
		if err := acct.Close(); err != nil {
			t.Error(err)
		}
	}()
	if err := tab.AddEntry(make([]byte, 64)); err != nil {
		t.Fatal(err)
	}
	base, _ := tab.Page(0)
	row := base.Pointer()
	page := pageOf(row)
	heapAt := func() uint64 { return *(*uint64)(unsafe.Add(page, abi.PageBase)) }
	// step runs a kernel on the state at off of the row, and on that in the arena.
	step := func(off int, kernel string, in *header, args ...uint64) {
		var was header
		if was, _ = s.call(kernel, append([]uint64{in[0], in[1]}, args...)); was[0] == 0 {
			t.Fatal("no state")
		}
		*in = was
		h := *(*header)(unsafe.Add(row, off))
		if uint32(h[0]) > abi.StrInline {
			h[1] += heapAt()
		}
		all := append([]uint64{uint64(uintptr(s.out)), uint64(uintptr(page)), h[0], h[1]}, args...)
		kerneltest.Int(s.addr[kernel], all, nil)
		if h = *(*header)(s.out); uint32(h[0]) > abi.StrInline {
			h[1] -= heapAt()
		}
		*(*header)(unsafe.Add(row, off)) = h
	}
	var appended, sketch header
	moved, at := 0, uint64(0)
	for i := range 4000 {
		inTheWay := heap.Alloc(2000) // of a heap that would grow where it is
		defer heap.Free(inTheWay)
		x := s.str(longText(1 + i%4))
		step(0, "slp_append", &appended, x[0], x[1])
		step(16, "slp_sketch_i64", &sketch, uint64(i))
		if heapAt() != at {
			moved, at = moved+1, heapAt()
		}
		if i%97 != 0 {
			continue
		}
		if !bytes.Equal(rowString(row, 16), content(sketch)) {
			t.Fatalf("the sketch of %d values differs", i)
		}
		if n := uint32(appended[0]); !bytes.Equal(rowString(row, 0), content(appended)) {
			t.Fatalf("%d bytes differ", n)
		}
	}
	if moved < 3 {
		t.Errorf("the heap moved %d times", moved)
	}
}
