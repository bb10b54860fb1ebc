package load

import (
	"slipher/catalog/sqlerr"
	"slipher/catalog/types"
	"slipher/runtime/chunk"
	"slipher/runtime/kernels/codec"
	"slipher/runtime/kernels/heap"
	"slipher/runtime/mem"
	"slipher/runtime/offheap"
)

// grow is off-heap memory of an account that keeps its contents when it grows. Empty but for the account at first.
type grow struct {
	view     offheap.View
	len, cap int
	acct     *mem.Account
}

// more makes room for n bytes behind len, and 16 more that can be read.
func (g *grow) more(n int) error {
	if g.len+n+16 <= g.cap {
		return nil
	}
	size := max(g.len+n+16, g.cap+g.cap/2, 4096)
	// For a moment both may be there.
	if err := g.acct.Reserve(int64(size)); err != nil {
		return err
	}
	v := offheap.Of(heap.Realloc(g.view.Pointer(), size), size)
	if v.Nowhere() {
		g.acct.Release(int64(size))
		return mem.Exhausted(size, "a load")
	}
	g.acct.Release(int64(g.cap))
	g.view, g.cap = v, size
	return nil
}

// next are the n bytes behind len; more has made room.
func (g *grow) next(n int) []byte { return g.view.Bytes(int64(g.len), n) }

func (g *grow) free() {
	heap.Free(g.view.Pointer())
	g.acct.Release(int64(g.cap))
	*g = grow{acct: g.acct}
}

// column buffers one column's values. Strings are one word a row, offset in text << lengthBits | length.
type column struct {
	phys    types.Phys
	values  grow // phys.Width() bytes a row, strings: 8
	nulls   grow // a byte a row; kept only from the first NULL on (rows before it count as not NULL)
	text    grow
	longest int // bytes of the longest string
}

// lengthBits hold chunk.MaxString.
const lengthBits = 25

func (c *column) width() int {
	if c.phys == types.Str {
		return 8
	}
	return c.phys.Width()
}

// add appends rows of a chunk's column. nulls reports whether one of them is NULL.
func (c *column) add(ch *chunk.Chunk, col, rows, have int) (nulls bool, err error) {
	pc := &ch.Layout.Cols[col]
	w := c.width()
	if err := c.values.more(rows * w); err != nil {
		return false, err
	}
	if c.phys == types.Str {
		err = c.addStrs(ch, col, rows)
	} else {
		copy(c.values.next(rows*w), ch.View().Bytes(pc.Values, rows*w))
		c.values.len += rows * w
	}
	if err != nil {
		return false, err
	}
	var in []byte
	if pc.Nullable {
		in = ch.View().Bytes(pc.Nulls, rows)
		for _, b := range in {
			nulls = nulls || b != 0
		}
	}
	if !nulls && c.nulls.len == 0 {
		return false, nil
	}
	gap := have - c.nulls.len
	if err := c.nulls.more(gap + rows); err != nil {
		return false, err
	}
	dst := c.nulls.next(gap + rows)
	clear(dst)
	for i, b := range in {
		if b != 0 {
			dst[gap+i] = 1
		}
	}
	c.nulls.len += gap + rows
	return nulls, nil
}

func (c *column) addStrs(ch *chunk.Chunk, col, rows int) error {
	words := offheap.Slice[uint64](c.values.view, int64(c.values.len), rows)
	for i := range words {
		s := ch.Str(col, i)
		if len(s) > chunk.MaxString {
			return sqlerr.New(sqlerr.StringTooLong, "a string of %d bytes is too long to be stored", len(s))
		}
		if err := c.text.more(len(s)); err != nil {
			return err
		}
		c.longest = max(c.longest, len(s))
		words[i] = uint64(c.text.len)<<lengthBits | uint64(len(s))
		copy(c.text.next(len(s)), s)
		c.text.len += len(s)
	}
	c.values.len += rows * 8
	return nil
}

func (c *column) bytes() int64 { return int64(c.values.len + c.nulls.len + c.text.len) }

// reset empties the column; memory is kept.
func (c *column) reset() { c.values.len, c.nulls.len, c.text.len, c.longest = 0, 0, 0, 0 }

// countOn says where the column's memory is counted.
func (c *column) countOn(a *mem.Account) { c.values.acct, c.nulls.acct, c.text.acct = a, a, a }

func (c *column) free() {
	c.values.free()
	c.nulls.free()
	c.text.free()
}

// null reports whether a buffered row is NULL.
func (c *column) null(row uint32) bool {
	return int(row) < c.nulls.len && offheap.At[byte](c.nulls.view, int64(row)) != 0
}

// str is a buffered string.
func (c *column) str(row uint32) []byte {
	w := offheap.At[uint64](c.values.view, int64(row)*8)
	return c.text.view.Bytes(int64(w>>lengthBits), int(w&(1<<lengthBits-1)))
}

// staging is a row group's worth of one column, gathered for the encoder. Owned by a Writer, used again.
type staging struct{ values, nulls, off, len grow }

func (s *staging) countOn(a *mem.Account) {
	s.values.acct, s.nulls.acct, s.off.acct, s.len.acct = a, a, a, a
}

func (s *staging) free() {
	s.values.free()
	s.nulls.free()
	s.off.free()
	s.len.free()
}

// gather makes the encoder's view of rows (numbers of buffered rows). It borrows c and s.
func (c *column) gather(s *staging, rows []uint32) (codec.Column, error) {
	n := len(rows)
	out := codec.Column{Class: c.phys, Rows: n}
	s.values.len, s.nulls.len, s.off.len, s.len.len = 0, 0, 0, 0
	if c.nulls.len > 0 {
		if err := s.nulls.more(n); err != nil {
			return out, err
		}
		dst, src := s.nulls.view.Bytes(0, n), c.nulls.view.Bytes(0, c.nulls.len)
		for i, r := range rows {
			dst[i] = 0
			if int(r) < len(src) {
				dst[i] = src[r]
			}
		}
		out.Nulls = s.nulls.view
	}
	if c.phys == types.Str {
		if err := s.off.more(n * 8); err != nil {
			return out, err
		}
		if err := s.len.more(n * 4); err != nil {
			return out, err
		}
		words := offheap.Slice[uint64](c.values.view, 0, c.values.len/8)
		offs, lens := offheap.Slice[uint64](s.off.view, 0, n), offheap.Slice[uint32](s.len.view, 0, n)
		for i, r := range rows {
			offs[i], lens[i] = words[r]>>lengthBits, uint32(words[r]&(1<<lengthBits-1))
		}
		if err := c.text.more(0); err != nil {
			return out, err
		}
		out.Heap, out.Off, out.Len = c.text.view, s.off.view, s.len.view
		return out, nil
	}
	if err := s.values.more(n * c.width()); err != nil {
		return out, err
	}
	switch c.width() {
	case 1:
		gatherInto[uint8](s, c, rows)
	case 2:
		gatherInto[uint16](s, c, rows)
	case 4:
		gatherInto[uint32](s, c, rows)
	case 8:
		gatherInto[uint64](s, c, rows)
	default:
		gatherInto[[2]uint64](s, c, rows)
	}
	out.Values = s.values.view
	return out, nil
}

func gatherInto[T any](s *staging, c *column, rows []uint32) {
	src, dst := offheap.Slice[T](c.values.view, 0, c.values.len/c.width()), offheap.Slice[T](s.values.view, 0, len(rows))
	for i, r := range rows {
		dst[i] = src[r]
	}
}

// word reads a value of class I8..I64 or F32, F64 bits of a buffered row.
func (c *column) word(row uint32) int64 {
	return offheap.Int(c.values.view, int64(row)*int64(c.width()), c.phys)
}

// raw is a value of a fixed-width class, little endian as it lies in memory.
func (c *column) raw(row uint32) []byte {
	w := c.width()
	return c.values.view.Bytes(int64(row)*int64(w), w)
}

// wide reads a value of class I128.
func (c *column) wide(row uint32) (hi, lo int64) {
	return offheap.Int128(c.values.view, int64(row)*16)
}
