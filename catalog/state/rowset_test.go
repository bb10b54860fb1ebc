package state

import (
	"bytes"
	"math/rand"
	"testing"

	"github.com/RoaringBitmap/roaring/v2"
)

// One set has one form, in whatever steps it came about.
func TestCanonicalRows(t *testing.T) {
	r := rand.New(rand.NewSource(1))
	for round := range 300 {
		limit := []int64{10, 3000, 70000, 1 << 20}[round%4]
		all := roaring.New()
		var parts [][]byte
		for range 1 + r.Intn(5) {
			p := roaring.New()
			for range r.Intn(200) {
				at := uint64(r.Int63n(limit))
				switch r.Intn(3) {
				case 0:
					p.AddRange(at, at+uint64(r.Intn(9000)))
				default:
					p.Add(uint32(at))
				}
			}
			if r.Intn(2) == 0 {
				p.RunOptimize()
			}
			data, _ := p.ToBytes()
			parts = append(parts, data)
			all.Or(p)
		}
		plain := roaring.New()
		for _, v := range all.ToArray() { // one by one, in order
			plain.Add(v)
		}
		want, n := canonical(plain)
		for range 3 {
			r.Shuffle(len(parts), func(i, j int) { parts[i], parts[j] = parts[j], parts[i] })
			var got []byte
			var size int64
			for i, p := range parts {
				if got, size = Union(got, p); i > 0 && r.Intn(2) == 0 {
					got, size = Union(p, got)
				}
			}
			if !bytes.Equal(got, want) || size != n {
				t.Fatalf("round %d: %d rows in %d bytes, want %d in %d", round, size, len(got), n, len(want))
			}
		}
	}
}

// Bytes from anywhere are a set or an error.
func FuzzRows(f *testing.F) {
	b := roaring.BitmapOf(1, 2, 3, 70000)
	data, _ := b.ToBytes()
	f.Add(data)
	b.AddRange(5, 5000)
	b.RunOptimize()
	data, _ = b.ToBytes()
	f.Add(data)
	f.Fuzz(func(t *testing.T, data []byte) {
		n, err := Rows(data)
		if err != nil {
			return
		}
		one, m := Union(data, nil)
		two, k := Union(one, data)
		if m != n || k != n || !bytes.Equal(one, two) {
			t.Fatalf("%d, %d and %d rows", n, m, k)
		}
	})
}
