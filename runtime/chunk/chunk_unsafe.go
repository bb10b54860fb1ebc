package chunk

import (
	"encoding/binary"
	"unsafe"

	"slipher/catalog/types"
	"slipher/runtime/abi"
	"slipher/runtime/kernels/heap"
	"slipher/runtime/mem"
)

// Chunk is a batch of rows. Accessors take a column and a row below Rows (or,
// for setters, below abi.ChunkCapRows); which accessor fits follows from the
// column's physical class. Not safe for concurrent use.
type Chunk struct {
	Layout *Layout
	buf    mem.Buf // owned
	acct   *mem.Account
}

// New makes an empty chunk. It fails with 53200.
func New(acct *mem.Account, l *Layout) (*Chunk, error) {
	buf, err := acct.Alloc(l.Size)
	if err != nil {
		return nil, err
	}
	c := &Chunk{Layout: l, buf: buf, acct: acct}
	*(*int64)(c.at(abi.ChunkCap)) = abi.ChunkCapRows
	heap.SetArenaAccount(c.Arena(), acct.Counters())
	return c, nil
}

// at is in bounds: offsets come from the layout the buffer was sized by.
func (c *Chunk) at(off int64) unsafe.Pointer { return unsafe.Add(c.buf.Ptr(), off) }

// Ptr is the chunk's address for generated code.
func (c *Chunk) Ptr() unsafe.Pointer { return c.buf.Ptr() }

// Arena is the address of the chunk's string arena.
func (c *Chunk) Arena() unsafe.Pointer { return c.at(abi.ChunkArena) }

// Free releases rows and strings.
func (c *Chunk) Free() {
	if c.buf.Ptr() == nil {
		return
	}
	heap.ArenaFree(c.Arena())
	c.buf.Free()
}

// Reset takes all rows out.
func (c *Chunk) Reset() {
	heap.ArenaFree(c.Arena())
	c.SetRows(0)
}

// Err is the refusal of memory for a string, 53200: whoever fills a chunk from Go asks before passing
// it on, for strings are missing then. The chunk is still to be freed.
func (c *Chunk) Err() error {
	if heap.ArenaSpoilt(c.Arena()) {
		return c.acct.Refusal()
	}
	return nil
}

// Rows is the number of rows.
func (c *Chunk) Rows() int { return int(*(*int64)(c.at(abi.ChunkRows))) }

// SetRows sets the number of rows.
func (c *Chunk) SetRows(n int) { *(*int64)(c.at(abi.ChunkRows)) = int64(n) }

func (c *Chunk) value(col, row int) unsafe.Pointer {
	pc := &c.Layout.Cols[col]
	return c.at(pc.Values + int64(row*pc.Type.Phys().Width()))
}

// IsNull reports whether the value is NULL.
func (c *Chunk) IsNull(col, row int) bool {
	pc := &c.Layout.Cols[col]
	return pc.Nullable && *(*byte)(c.at(pc.Nulls + int64(row))) != 0
}

// SetNull marks a value as NULL; its value becomes zero. The column must be nullable.
func (c *Chunk) SetNull(col, row int) {
	pc := &c.Layout.Cols[col]
	*(*byte)(c.at(pc.Nulls + int64(row))) = 1
	w := pc.Type.Phys().Width()
	clear(unsafe.Slice((*byte)(c.value(col, row)), w))
}

// Int reads I8..I64, sign extended.
func (c *Chunk) Int(col, row int) int64 {
	p := c.value(col, row)
	switch c.Layout.Cols[col].Type.Phys().Width() {
	case 1:
		return int64(*(*int8)(p))
	case 2:
		return int64(*(*int16)(p))
	case 4:
		return int64(*(*int32)(p))
	}
	return *(*int64)(p)
}

// SetInt writes I8..I64, cut to the class's width.
func (c *Chunk) SetInt(col, row int, v int64) {
	p := c.value(col, row)
	switch c.Layout.Cols[col].Type.Phys().Width() {
	case 1:
		*(*int8)(p) = int8(v)
	case 2:
		*(*int16)(p) = int16(v)
	case 4:
		*(*int32)(p) = int32(v)
	default:
		*(*int64)(p) = v
	}
}

// Int128 reads I128.
func (c *Chunk) Int128(col, row int) (hi, lo int64) {
	p := c.value(col, row)
	return *(*int64)(unsafe.Add(p, 8)), *(*int64)(p)
}

// SetInt128 writes I128.
func (c *Chunk) SetInt128(col, row int, hi, lo int64) {
	p := c.value(col, row)
	*(*int64)(p), *(*int64)(unsafe.Add(p, 8)) = lo, hi
}

// Float reads F32 or F64.
func (c *Chunk) Float(col, row int) float64 {
	p := c.value(col, row)
	if c.Layout.Cols[col].Type.Phys() == types.F32 {
		return float64(*(*float32)(p))
	}
	return *(*float64)(p)
}

// SetFloat writes F32 or F64.
func (c *Chunk) SetFloat(col, row int, v float64) {
	p := c.value(col, row)
	if c.Layout.Cols[col].Type.Phys() == types.F32 {
		*(*float32)(p) = float32(v)
		return
	}
	*(*float64)(p) = v
}

// Str reads a string; the bytes are borrowed until Free or the next SetStr of the cell.
func (c *Chunk) Str(col, row int) []byte { return StrAt(c.value(col, row)) }

// SetStr copies s into the chunk; see Err.
func (c *Chunk) SetStr(col, row int, s []byte) { PutStr(c.value(col, row), c.Arena(), s) }

// SetDatum writes d, of the column's class.
func (c *Chunk) SetDatum(col, row int, d types.Datum) {
	if d.Null {
		c.SetNull(col, row)
		return
	}
	switch p := c.Layout.Cols[col].Type.Phys(); {
	case p == types.Str:
		c.SetStr(col, row, unsafe.Slice(unsafe.StringData(d.S), len(d.S)))
	case p == types.I128:
		c.SetInt128(col, row, d.Hi, d.Lo)
	case p.IsFloat():
		c.SetFloat(col, row, d.Float())
	default:
		c.SetInt(col, row, d.Lo)
	}
}

// Datum reads a value; strings are copied.
func (c *Chunk) Datum(col, row int) types.Datum {
	if c.IsNull(col, row) {
		return types.NullDatum
	}
	switch p := c.Layout.Cols[col].Type.Phys(); {
	case p == types.Str:
		return types.String(string(c.Str(col, row)))
	case p == types.I128:
		hi, lo := c.Int128(col, row)
		return types.Int128(hi, lo)
	case p.IsFloat():
		return types.Float(c.Float(col, row))
	default:
		return types.Int(c.Int(col, row))
	}
}

// StrAt reads the string whose 16-byte header is at p. The bytes are borrowed
// from the header or from what it points to.
func StrAt(p unsafe.Pointer) []byte {
	n := *(*uint32)(p)
	if n <= abi.StrInline {
		return unsafe.Slice((*byte)(unsafe.Add(p, 4)), n)
	}
	// Headers of long strings hold the address of n off-heap bytes.
	return unsafe.Slice(*(**byte)(unsafe.Add(p, 8)), n)
}

// PutStr writes a header for s at p; the bytes of a long s go to the arena. If that is refused memory, the string is
// empty and the arena spoilt (heap.ArenaSpoilt).
func PutStr(p, arena unsafe.Pointer, s []byte) {
	var h [abi.StrSize]byte
	binary.LittleEndian.PutUint32(h[:], uint32(len(s)))
	if len(s) <= abi.StrInline {
		copy(h[4:], s)
	} else {
		q := heap.ArenaAlloc(arena, len(s))
		if q == nil {
			*(*[abi.StrSize]byte)(p) = [abi.StrSize]byte{}
			return
		}
		copy(h[4:8], s)
		copy(unsafe.Slice((*byte)(q), len(s)), s)
		binary.LittleEndian.PutUint64(h[8:], uint64(uintptr(q)))
	}
	*(*[abi.StrSize]byte)(p) = h
}
