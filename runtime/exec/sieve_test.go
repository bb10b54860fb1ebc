package exec

import (
	"math"
	"reflect"
	"slices"
	"testing"

	"slipher/runtime/abi"
	"slipher/runtime/block"
	"slipher/runtime/mem"
	"slipher/runtime/offheap"
)

// mayHave is what generated code asks of a hash.
func mayHave(s *sieve, h uint64) bool {
	w := offheap.At[uint64](s.buf.View(), abi.SieveHeadSize+8*int64(h>>(64-s.bits)))
	for i := range 4 {
		if w>>(h>>(6*i)&63)&1 == 0 {
			return false
		}
	}
	return true
}

func hashOf(i uint64) uint64 { return (i + 1) * 0x9E3779B97F4A7C15 * (i ^ 0xBF58476D1CE4E5B9) }

// said is what a node says that has the hashes of some numbers, and keys.
func said(entries int, of []uint64, keys ...keySet) []byte {
	bits := sieveBits(entries)
	words := make([]uint64, 1<<bits)
	for _, n := range of {
		h := hashOf(n)
		for i := range 4 {
			words[h>>(64-bits)] |= 1 << (h >> (6 * i) & 63)
		}
	}
	return appendSieve(nil, words, keys)
}

// What several nodes say, whose filters have different sizes, in any order: nothing that one of them has is left out,
// and little else passes.
func TestSieves(t *testing.T) {
	numbers := func(from, to uint64) []uint64 {
		var out []uint64
		for i := from; i < to; i++ {
			out = append(out, i)
		}
		return out
	}
	few := numberSet(3, 9, 3, 9)
	many := numberSet(20, 40)
	nodes := [][]byte{
		said(40_000, numbers(0, 10_000), few, everything, textsOf(true, "de", "fr")), said(0, nil, nothing, nothing, nothing),
		said(12, numbers(10_000, 10_012), numberSet(5, 5, 5), everything, textsOf(true, "es")),
		said(1<<21, numbers(20_000, 21_000), many, everything, textsOf(false, "https://a", "https://f")),
	}
	for _, order := range [][]int{{0, 1, 2, 3}, {3, 2, 1, 0}, {1, 3, 0, 2}} {
		acct := mem.NewAccount("test", 0)
		q := &Query{acct: acct, sieves: map[int]*sieve{}}
		for k, i := range order {
			if err := q.AddSieve(7, nodes[i]); err != nil {
				t.Fatal(err)
			}
			if k == 0 && i == 1 { // a table without rows
				for n := range uint64(1000) {
					if mayHave(q.sieves[7], hashOf(n)) {
						t.Fatal("something passes by the keys of an empty table")
					}
				}
				for key := range 3 {
					if q.SieveKeys(7, key)(block.Range{Lo: math.MinInt64, Hi: math.MaxInt64}) {
						t.Error("an empty table has keys")
					}
				}
			}
		}
		s := q.sieves[7]
		for _, n := range slices.Concat(numbers(0, 10_012), numbers(20_000, 21_000)) {
			if !mayHave(s, hashOf(n)) {
				t.Fatalf("%v: %d is left out", order, n)
			}
		}
		through := 0
		for n := range uint64(100_000) {
			if mayHave(s, hashOf(1<<40+n)) {
				through++
			}
		}
		if through > 5000 {
			t.Errorf("%v: %d of 100000 pass", order, through)
		}
		within := func(key int, lo, hi int64) bool { return q.SieveKeys(7, key)(block.Range{Lo: lo, Hi: hi}) }
		if !within(0, 3, 3) || !within(0, 30, 30) || within(0, 41, 99) || within(0, -9, 2) || !within(1, 5, 5) {
			t.Errorf("%v: the values are %v", order, s.keys)
		}
		for text, want := range map[string]bool{"de": true, "es": true, "fr": true, "https://c": true, "https://f": true,
			"dd": false, "https://g": false, "": false, "zz": false} {
			if q.SieveKeys(7, 2)(stretch(text)) != want {
				t.Errorf("%v: %q may be a key: %v", order, text, !want)
			}
		}
		s.buf.Free()
		if err := acct.Close(); err != nil {
			t.Error(err)
		}
	}
}

// There is no memory for a filter, and what comes when the query has ended is dropped.
func TestSieveMemory(t *testing.T) {
	acct := mem.NewAccount("test", 4<<10)
	q := &Query{acct: acct, sieves: map[int]*sieve{}}
	if err := q.AddSieve(0, said(1<<20, nil)); err == nil {
		t.Error("a megabyte of four kilobytes")
	}
	q.closed = true
	if err := q.AddSieve(1, said(1, nil)); err != nil || q.sieves[1] != nil {
		t.Errorf("added to a query that has ended: %v", err)
	}
	if err := acct.Close(); err != nil {
		t.Error(err)
	}
}

// Whatever a peer sends there is an error or a filter, which reads as it was written.
func FuzzParseSieve(f *testing.F) {
	f.Add(said(9, []uint64{1, 2}, everything, nothing, numberSet(1, 4, 1, 4), numberSet(1, 4)))
	f.Add(said(9, []uint64{1, 2}, textsOf(true, "", "a", "https://example.org/ "), textsOf(false, "a", "b\xff"),
		textsOf(true, "")))
	f.Add(said(0, nil))
	f.Add([]byte{3, 255, 255})
	f.Fuzz(func(t *testing.T, data []byte) {
		words, keys, err := parseSieve(data)
		if err != nil {
			return
		}
		own := make([]uint64, len(words)/8)
		for i := range own {
			own[i] = word(words, i)
		}
		again, back, err := parseSieve(appendSieve(nil, own, keys))
		if err != nil || !slices.Equal(again, words) || !reflect.DeepEqual(back, keys) {
			t.Errorf("%v come back as %v: %v", keys, back, err)
		}
	})
}
