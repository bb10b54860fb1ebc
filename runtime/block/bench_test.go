package block

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"slipher/catalog/types"
	"slipher/runtime/abi"
	"slipher/runtime/kernels/codec"
	"slipher/runtime/offheap"
)

// BenchmarkDecode decodes row groups section by section; ns/section is what a scan pays for 1,024 values.
func BenchmarkDecode(b *testing.B) {
	r := rand.New(rand.NewPCG(1, 2))
	ints := func(t types.Type, f func(i int) int64) column {
		c := column{typ: t}
		for i := range MaxRowGroupRows {
			c.vals = append(c.vals, types.Int(f(i)))
		}
		return c
	}
	strs := func(f func(i int) string) column {
		c := column{typ: types.TVarchar(100)}
		for i := range MaxRowGroupRows {
			c.vals = append(c.vals, types.String(f(i)))
		}
		return c
	}
	for _, c := range []struct {
		name, enc string
		col       column
	}{
		{"date/for12", "az64", ints(types.TDate, func(int) int64 { return r.Int64N(2500) })},
		{"bigint/for4", "az64", ints(types.TInt8, func(int) int64 { return r.Int64N(11) })},
		{"bigint/for24", "az64", ints(types.TInt8, func(int) int64 { return r.Int64N(10000000) })},
		{"bigint/delta", "az64", ints(types.TInt8, func(i int) int64 { return int64(i) * 1000 })},
		{"decimal38/for20", "az64", ints(types.TDecimal(38, 2), func(int) int64 { return r.Int64N(1 << 20) })},
		{"bigint/raw", "raw", ints(types.TInt8, func(int) int64 { return int64(r.Uint64()) })},
		{"varchar/dict3", "bytedict", strs(func(int) string { return []string{"A", "N", "R"}[r.IntN(3)] })},
		{"varchar/dict", "", strs(func(int) string { return fmt.Sprintf("Supplier number %06d", r.IntN(10000)) })},
		{"varchar/raw", "raw", strs(func(i int) string {
			return fmt.Sprintf("comment %d of some %d length", i,
				r.IntN(1000))
		})},
	} {
		b.Run(c.name, func(b *testing.B) {
			var e Encoder
			defer e.Close()
			m, data, err := e.Encode(c.col.build(b), c.col.typ, c.enc)
			if err != nil {
				b.Fatal(err)
			}
			blk, err := OpenBlock(&m, c.col.typ, outside(b, data))
			if err != nil {
				b.Fatal(err)
			}
			defer blk.Close()
			cur, out := offheap.OfBytes(outside(b, make([]byte, abi.ColCursorSize))),
				offheap.OfBytes(outside(b, make([]byte, 1024*16)))
			blk.FillCursor(cur)
			n := 0
			for b.Loop() {
				row := n % 128 * codec.SectionRows
				codec.Decode(cur, row, codec.SectionRows, out, offheap.View{})
				n++
			}
			b.ReportMetric(float64(m.Len)/MaxRowGroupRows, "bytes/value")
		})
	}
}

// BenchmarkEncode encodes whole row groups.
func BenchmarkEncode(b *testing.B) {
	for _, c := range []struct {
		typ   types.Type
		shape string
	}{{types.TInt8, "small"}, {types.TInt8, "sorted"}, {types.TDate, "wide"}, {types.TVarchar(100), "few"},
		{types.TVarchar(100), "wide"}} {
		b.Run(c.typ.String()+"/"+c.shape, func(b *testing.B) {
			var e Encoder
			defer e.Close()
			col := makeColumn(c.typ, c.shape, MaxRowGroupRows, 0, 5).build(b)
			for b.Loop() {
				if _, _, err := e.Encode(col, c.typ, ""); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/MaxRowGroupRows, "ns/value")
		})
	}
}

// BenchmarkOpen validates row groups: what a first query pays on top of decoding.
func BenchmarkOpen(b *testing.B) {
	for _, c := range []struct {
		typ        types.Type
		shape, enc string
	}{{types.TInt8, "wide", "az64"}, {types.TInt8, "sorted", "az64"}, {types.TInt8, "runs", "runlength"},
		{types.TVarchar(100), "few", ""},
		{types.TVarchar(100), "sorted", "raw"}, {types.TVarchar(100), "sorted", "lzo"},
		{types.TVarchar(100), "sorted", "zstd"}} {
		b.Run(c.typ.String()+"/"+c.shape+"/"+c.enc, func(b *testing.B) {
			var e Encoder
			defer e.Close()
			m, data, err := e.Encode(makeColumn(c.typ, c.shape, MaxRowGroupRows, 0, 5).build(b), c.typ, c.enc)
			if err != nil {
				b.Fatal(err)
			}
			mem := outside(b, data)
			b.SetBytes(m.Len)
			for b.Loop() {
				blk, err := OpenBlock(&m, c.typ, mem)
				if err != nil {
					b.Fatal(err)
				}
				blk.Close()
			}
		})
	}
}
