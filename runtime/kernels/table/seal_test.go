package table

import (
	"encoding/binary"
	"slices"
	"testing"

	"slipher/runtime/mem"
	"slipher/runtime/offheap"
)

// A sealed table has every entry of every part once, in the order of their slots: of no part, of empty ones, of few
// entries (one partition) and of many, with hashes that are even, and that fall together.
func TestSeal(t *testing.T) {
	const size = 32 // a hash, a number
	acct := mem.NewAccount("test", 0)
	for _, c := range []struct {
		parts []int
		hash  func(i uint64) uint64
	}{
		{nil, nil},
		{[]int{0, 0}, nil},
		{[]int{1}, func(uint64) uint64 { return 1 << 63 }},
		{[]int{700, 0, 90}, func(i uint64) uint64 { return i * 0x9E3779B97F4A7C15 }},
		{[]int{90_000, 1, 60_000}, func(i uint64) uint64 { return i * 0x9E3779B97F4A7C15 }},
		{[]int{50_000, 20_000}, func(i uint64) uint64 { return i % 3 << 62 }},
		{[]int{40_000}, func(i uint64) uint64 { return i }},
	} {
		var parts []*Table
		var want []uint64
		for _, n := range c.parts {
			tab, err := New(acct, size, false, 16, nil)
			if err != nil {
				t.Fatal(err)
			}
			for range n {
				i := uint64(len(want))
				e := make([]byte, size)
				binary.LittleEndian.PutUint64(e, c.hash(i))
				binary.LittleEndian.PutUint64(e[16:], i)
				if err := tab.AddEntry(e); err != nil {
					t.Fatal(err)
				}
				want = append(want, i)
			}
			parts = append(parts, tab)
		}
		j, err := Seal(acct, parts, size, nil)
		if err != nil {
			t.Fatal(err)
		}
		if j.Count() != len(want) {
			t.Fatalf("%v: %d entries", c.parts, j.Count())
		}
		var got []uint64
		slot := uint64(0)
		bits := 3
		for 1<<bits < len(want) {
			bits++
		}
		for i := range j.Count() {
			h, n := offheap.At[uint64](j.Entries(), int64(i*size)), offheap.At[uint64](j.Entries(), int64(i*size+16))
			if h != c.hash(n) || h>>(64-bits) < slot {
				t.Fatalf("%v: entry %d has hash %x, number %d behind slot %d", c.parts, i, h, n, slot)
			}
			slot = h >> (64 - bits)
			got = append(got, n)
		}
		slices.Sort(got)
		if !slices.Equal(got, want) {
			t.Errorf("%v: other entries than those of the parts", c.parts)
		}
		j.Free()
		for _, p := range parts {
			p.Free()
		}
	}
	if n := acct.Used(); n != 0 {
		t.Errorf("%d bytes are left", n)
	}
}
