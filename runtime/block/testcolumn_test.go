package block

import (
	"bytes"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"testing"

	"golang.org/x/sys/unix"

	"slipher/catalog/types"
	"slipher/runtime/kernels/codec"
	"slipher/runtime/kernels/heap"
	"slipher/runtime/offheap"
)

// outside copies b outside the Go heap until the test ends, 64-byte aligned.
func outside(t testing.TB, b []byte) []byte {
	p := heap.AllocZero(len(b) + 64)
	t.Cleanup(func() { heap.Free(p) })
	s := offheap.Of(p, len(b)+64).Bytes(0, len(b)+64)
	copy(s, b)
	return s[:len(b)]
}

// guarded is outside for a block, with an unreadable page behind it: a decoder that reads beyond dies.
func guarded(t testing.TB, b []byte) []byte {
	page := os.Getpagesize()
	size := align(len(b), page)
	m, err := unix.Mmap(-1, 0, size+page, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_ANON|unix.MAP_PRIVATE)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { unix.Munmap(m) })
	if err := unix.Mprotect(m[size:], unix.PROT_NONE); err != nil {
		t.Fatal(err)
	}
	at := size - align(len(b), 16) // blocks are aligned
	copy(m[at:], b)
	return m[at : at+len(b) : at+len(b)]
}

// column is test data: datums of one type.
type column struct {
	typ  types.Type
	vals []types.Datum
}

// build lays the values out as an encoder takes them.
func (c column) build(t testing.TB) *codec.Column {
	p, n := c.typ.Phys(), len(c.vals)
	col := &codec.Column{Class: p, Rows: n}
	room := func(size int) offheap.View { return offheap.OfBytes(outside(t, make([]byte, size+16))) }
	col.Nulls = room(n)
	for i, d := range c.vals {
		if d.Null {
			offheap.Set[byte](col.Nulls, int64(i), 1)
		}
	}
	if p == types.Str {
		var text bytes.Buffer
		col.Off, col.Len = room(8*n), room(4*n)
		for i, d := range c.vals {
			offheap.Set(col.Off, 8*int64(i), uint64(text.Len()))
			offheap.Set(col.Len, 4*int64(i), uint32(len(d.S)))
			text.WriteString(d.S)
		}
		col.Heap = room(text.Len())
		copy(col.Heap.Bytes(0, text.Len()), text.Bytes())
		return col
	}
	col.Values = room(n * p.Width())
	for i, d := range c.vals {
		offheap.SetDatum(col.Values, int64(i*p.Width()), p, d, offheap.View{})
	}
	return col
}

// shapes are ways values of a column can look.
var shapes = []string{"const", "small", "wide", "sorted", "runs", "few", "extremes", "jumps"}

// make makes n values of the shape; nulls is the share of NULLs in per cent.
func makeColumn(typ types.Type, shape string, n, nulls int, seed uint64) column {
	r := rand.New(rand.NewPCG(seed, 1))
	c := column{typ: typ}
	acc := int64(1000)
	for i := 0; i < n; i++ {
		var v int64
		switch shape {
		case "const":
			v = 7
		case "small":
			v = r.Int64N(100) - 50
		case "wide":
			v = int64(r.Uint64()) >> r.IntN(64)
		case "sorted":
			acc += r.Int64N(5)
			v = acc
		case "runs":
			if r.IntN(50) == 0 {
				acc = r.Int64N(1 << 40)
			}
			v = acc
		case "few":
			v = []int64{3, -9, 1 << 33, 12345, 77, 0, -1 << 50}[r.IntN(7)]
		case "jumps": // steps of up to 15 bits, and values far from all others
			acc += r.Int64N(60_000) - 25_000
			if v = acc; r.IntN(60) == 0 {
				v = int64(r.Uint64()) >> r.IntN(40)
			}
		case "extremes":
			v = []int64{math.MinInt64, math.MaxInt64, 0}[r.IntN(3)]
		}
		var d types.Datum
		switch p := typ.Phys(); p {
		case types.I8:
			d = types.Int(v & 1)
		case types.I16:
			d = types.Int(int64(int16(v)))
		case types.I32:
			d = types.Int(int64(int32(v)))
		case types.I64:
			d = types.Int(v)
		case types.I128:
			d = types.Int(v)
			if shape == "wide" || shape == "extremes" {
				d.Hi = int64(r.Uint64()) >> r.IntN(64)
			}
		case types.F32:
			d = types.Float(float64(float32(v) / 4))
		case types.F64:
			d = types.Float(float64(v) / 4)
			if shape == "extremes" {
				d = types.Float([]float64{math.Inf(-1), math.Inf(1), math.Copysign(0, -1), 0}[r.IntN(4)])
			}
		case types.Str:
			s := fmt.Sprintf("%x", uint64(v))
			switch shape {
			case "extremes":
				s = string(bytes.Repeat([]byte{byte(r.IntN(256))}, []int{0, 4, 12, 13, 300, 8}[r.IntN(6)])) +
					[]string{"", " ", "  "}[r.IntN(3)]
			case "sorted":
				s = fmt.Sprintf("Customer#%09d", v)
			}
			d = types.String(s)
		}
		if r.IntN(100) < nulls {
			d = types.NullDatum
		}
		c.vals = append(c.vals, d)
	}
	return c
}

func same(p types.Phys, a, b types.Datum) bool {
	return a == b || p.IsFloat() && !a.Null && !b.Null && a.Float() != a.Float() && b.Float() != b.Float()
}
