package block

import (
	"encoding/binary"
	"hash/crc32"

	"slipher/catalog/sqlerr"
	"slipher/catalog/types"
	"slipher/runtime/kernels/codec"
	"slipher/runtime/offheap"
	"slipher/runtime/sketch"
)

// Counted is what an object says of a column's values for whoever plans queries: too long for footers, which are
// cached. Those of all columns, in the order of Footer.Columns, stand in front of the footer: for each two uvarints,
// Bytes and the sketch's length, and the sketch.
type Counted struct {
	Bytes  int64  // of all values
	Sketch []byte // of the values that are not NULL; see runtime/sketch
}

// AppendCounts encodes what is counted of all columns; it will stand at off of its object.
func AppendCounts(dst []byte, cols []Counted, off int64) ([]byte, *CountsMeta) {
	start := len(dst)
	for _, c := range cols {
		dst = binary.AppendUvarint(dst, uint64(c.Bytes))
		dst = binary.AppendUvarint(dst, uint64(len(c.Sketch)))
		dst = append(dst, c.Sketch...)
	}
	data := dst[start:]
	return dst, &CountsMeta{Off: off, Len: int64(len(data)), Sum: crc32.Checksum(data, castagnoli)}
}

// ReadCounts decodes what AppendCounts has made of n columns, which it borrows.
func ReadCounts(data []byte, n int, m *CountsMeta) ([]Counted, error) {
	if int64(len(data)) != m.Len || crc32.Checksum(data, castagnoli) != m.Sum {
		return nil, sqlerr.New(sqlerr.DataCorrupted, "an object's counts fail their checksum")
	}
	out := make([]Counted, n)
	for i := range out {
		bytes, k := binary.Uvarint(data)
		size, l := binary.Uvarint(data[max(k, 0):])
		if k <= 0 || l <= 0 || size > uint64(len(data)-k-l) {
			return nil, sqlerr.New(sqlerr.DataCorrupted, "an object's counts are cut off")
		}
		data = data[k+l:]
		out[i], data = Counted{int64(bytes), data[:size]}, data[size:]
	}
	return out, nil
}

// CountDistinct adds a column's values to a sketch.
func CountDistinct(s *sketch.Sketch, c *codec.Column) {
	var nulls []byte
	if !c.Nulls.Nowhere() {
		nulls = c.Nulls.Bytes(0, c.Rows)
	}
	switch {
	case c.Class == types.Str:
		offs, lens := offheap.Slice[uint64](c.Off, 0, c.Rows), offheap.Slice[uint32](c.Len, 0, c.Rows)
		for i, off := range offs {
			if nulls == nil || nulls[i] == 0 {
				s.Add(sketch.HashText(c.Heap.Bytes(int64(off), int(lens[i]))))
			}
		}
	case c.Class == types.I128:
		for i, w := range offheap.Slice[[2]int64](c.Values, 0, c.Rows) {
			if nulls == nil || nulls[i] == 0 {
				s.Add(sketch.HashWide(w[1], w[0]))
			}
		}
	case c.Class.IsFloat():
		for i := range c.Rows {
			if nulls == nil || nulls[i] == 0 {
				f := offheap.Float(c.Values, int64(i*c.Class.Width()), c.Class)
				s.Add(sketch.Hash(uint64(types.FloatOrder(f))))
			}
		}
	case c.Class == types.I64:
		countWords[int64](s, c, nulls)
	case c.Class == types.I32:
		countWords[int32](s, c, nulls)
	case c.Class == types.I16:
		countWords[int16](s, c, nulls)
	default:
		countWords[int8](s, c, nulls)
	}
}

// countWords counts integers. One that is the same as the last, as in sorted columns, is not looked at.
func countWords[T int8 | int16 | int32 | int64](s *sketch.Sketch, c *codec.Column, nulls []byte) {
	values := offheap.Slice[T](c.Values, 0, c.Rows)
	var last T
	first := true
	for i, v := range values {
		if v == last && !first || nulls != nil && nulls[i] != 0 {
			continue
		}
		s.Add(sketch.Hash(uint64(int64(v))))
		last, first = v, false
	}
}
