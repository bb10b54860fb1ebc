package chunk

import (
	"encoding/binary"
	"fmt"

	"slipher/catalog/sqlerr"
	"slipher/catalog/types"
	"slipher/runtime/abi"
	"slipher/runtime/kernels/heap"
	"slipher/runtime/mem"
	"slipher/runtime/offheap"
)

// The wire form: rows (u32), heap bytes (u32), then per column its values and,
// if nullable, its null bytes, rows of each; then the string heap. Word 1 of a
// long string's header is an offset into the heap. Little endian.

// WireSize implements Batch.
func (c *Chunk) WireSize() int {
	n, rows := 8, c.Rows()
	for i := range c.Layout.Cols {
		pc := &c.Layout.Cols[i]
		n += rows * pc.Type.Phys().Width()
		if pc.Nullable {
			n += rows
		}
		if pc.Type.Phys() == types.Str {
			n += c.heapBytes(i)
		}
	}
	return n
}

func (c *Chunk) heapBytes(col int) int {
	n := 0
	for r, rows := 0, c.Rows(); r < rows; r++ {
		if l := offheap.At[uint32](c.view, c.at(col, r)); l > abi.StrInline {
			n += int(l)
		}
	}
	return n
}

// AppendWire implements Batch.
func (c *Chunk) AppendWire(dst []byte) []byte {
	rows := c.Rows()
	start := len(dst)
	dst = binary.LittleEndian.AppendUint32(dst, uint32(rows))
	dst = binary.LittleEndian.AppendUint32(dst, 0)
	used := 0
	for i := range c.Layout.Cols {
		pc := &c.Layout.Cols[i]
		w := pc.Type.Phys().Width()
		at := len(dst)
		dst = append(dst, c.values(i)...)
		if pc.Nullable {
			dst = append(dst, c.nulls(i)...)
		}
		if pc.Type.Phys() != types.Str {
			continue
		}
		for r := 0; r < rows; r++ {
			h := dst[at+r*w:]
			if n := binary.LittleEndian.Uint32(h); n > abi.StrInline {
				binary.LittleEndian.PutUint64(h[8:], uint64(used))
				used += int(n)
			}
		}
	}
	for i := range c.Layout.Cols {
		if c.Layout.Cols[i].Type.Phys() != types.Str {
			continue
		}
		for r := 0; r < rows; r++ {
			if s := c.Str(i, r); len(s) > abi.StrInline {
				dst = append(dst, s...)
			}
		}
	}
	binary.LittleEndian.PutUint32(dst[start+4:], uint32(used))
	return dst
}

// FromWire reads a wire form into a new chunk. Bytes that do not fit the layout
// are an error (08P01), never a crash.
func FromWire(acct *mem.Account, l *Layout, data []byte) (*Chunk, error) {
	bad := func(why string) error {
		return sqlerr.New(sqlerr.ProtocolViolation, "invalid chunk").WithDetail("%s", why)
	}
	if len(data) < 8 {
		return nil, bad("it has no head")
	}
	rows, used := int(binary.LittleEndian.Uint32(data)), int(binary.LittleEndian.Uint32(data[4:]))
	if rows > l.Rows {
		return nil, bad(fmt.Sprintf("it claims %d rows", rows))
	}
	need := 8 + used
	for i := range l.Cols {
		need += rows * l.Cols[i].Type.Phys().Width()
		if l.Cols[i].Nullable {
			need += rows
		}
	}
	if need != len(data) {
		return nil, bad(fmt.Sprintf("%d bytes where %d are due", len(data), need))
	}
	c, err := New(acct, l)
	if err != nil {
		return nil, err
	}
	c.SetRows(rows)
	body, strs := data[8:len(data)-used], data[len(data)-used:]
	var own offheap.View
	if used > 0 {
		if own = offheap.Of(heap.ArenaAlloc(c.Arena().Pointer(), used), used); own.Nowhere() {
			err := c.Err()
			c.Free()
			return nil, err
		}
		copy(own.Bytes(0, used), strs)
	}
	for i := range l.Cols {
		pc := &l.Cols[i]
		n := rows * pc.Type.Phys().Width()
		copy(c.values(i), body[:n])
		body = body[n:]
		if pc.Nullable {
			copy(c.nulls(i), body[:rows])
			body = body[rows:]
		}
		if pc.Type.Phys() != types.Str {
			continue
		}
		for r := 0; r < rows; r++ {
			h := c.at(i, r)
			ln := uint64(offheap.At[uint32](c.view, h))
			if ln <= abi.StrInline {
				continue
			}
			off := offheap.At[uint64](c.view, h+8)
			if off > uint64(used) || ln > uint64(used)-off {
				c.Free()
				return nil, bad("a string lies outside its heap")
			}
			c.view.SetView(h+8, own.From(int64(off)))
		}
	}
	return c, nil
}
