package table

import (
	"encoding/binary"
	"slices"
	"strings"
	"testing"

	"slipher/runtime/abi"
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

// The strings of a sealed table: all, or the first and the last of them in order; cut, without blanks behind them.
func TestTexts(t *testing.T) {
	const size, off, keep = 32, 16, 5
	acct := mem.NewAccount("test", 0)
	defer func() {
		if err := acct.Close(); err != nil {
			t.Error(err)
		}
	}()
	long := func(s string) string { return s + strings.Repeat("~", 20) }
	for _, c := range []struct {
		texts, want []string
		lo, hi      string // by their heads
	}{
		{[]string{"b"}, []string{"b"}, "b", "b"},
		{[]string{"", "b  ", "a       ", "     "}, []string{"", "b", "a", ""}, "", "b"},
		{[]string{long("abcdef"), "abcd", "abcd\xff" + strings.Repeat(" ", 20), "\xff\xff", long("ab   ")},
			[]string{"abcde", "abcd", "abcd\xff", "\xff\xff", "ab   "}, "ab", "\xff\xff"},
		{[]string{long("abcdef"), "abcdx", "ac"}, []string{"abcde", "abcdx", "ac"}, "abcd", "ac"},
		{[]string{long("abcdef"), "abcdx"}, []string{"abcde", "abcdx"}, "abcd", "abcd\xff"},
		{[]string{long("b   "), long("b   c")}, []string{"b   ~", "b   c"}, "b", "b   \xff"},
	} {
		tab, err := New(acct, size, false, 16, nil)
		if err != nil {
			t.Fatal(err)
		}
		for i, s := range c.texts {
			e := make([]byte, size)
			binary.LittleEndian.PutUint64(e, uint64(i)<<61)
			binary.LittleEndian.PutUint32(e[off:], uint32(len(s)))
			copy(e[off+4:off+4+abi.StrInline], s)
			if len(s) > abi.StrInline {
				bytes, err := mem.Raw(len(s), "a string")
				if err != nil {
					t.Fatal(err)
				}
				defer mem.FreeRaw(bytes)
				copy(bytes.Bytes(0, len(s)), s)
				offheap.OfBytes(e).SetView(off+8, bytes)
			}
			if err := tab.AddEntry(e); err != nil {
				t.Fatal(err)
			}
		}
		j, err := Seal(acct, []*Table{tab}, size, nil) // its strings have addresses
		if err != nil {
			t.Fatal(err)
		}
		texts := j.Texts(size, off, keep)
		slices.Sort(texts)
		slices.Sort(c.want)
		if !slices.Equal(texts, c.want) {
			t.Errorf("%q: %q", c.texts, texts)
		}
		least, most := c.want[0], c.want[len(c.want)-1]
		if lo, hi := j.TextEnds(size, off, keep, false); lo != least || hi != most {
			t.Errorf("%q: from %q to %q", c.texts, lo, hi)
		}
		if lo, hi := j.TextEnds(size, off, keep, true); lo != c.lo || hi != c.hi {
			t.Errorf("%q: by their heads from %q to %q", c.texts, lo, hi)
		}
		j.Free()
		tab.Free()
	}
}
