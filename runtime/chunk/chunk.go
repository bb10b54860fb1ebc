package chunk

import (
	"slipher/catalog/types"
	"slipher/runtime/abi"
	"slipher/runtime/kernels/heap"
	"slipher/runtime/mem"
	"slipher/runtime/offheap"
)

// Chunk is a batch of rows. Accessors take a column and a row below Rows (or,
// for setters, below Layout.Rows); which accessor fits follows from the
// column's physical class. Not safe for concurrent use.
type Chunk struct {
	Holders
	Layout *Layout
	buf    mem.Buf // owned
	view   offheap.View
	acct   *mem.Account
}

// New makes an empty chunk. It fails with 53200.
func New(acct *mem.Account, l *Layout) (*Chunk, error) {
	buf, err := acct.Alloc(l.Size)
	if err != nil {
		return nil, err
	}
	c := &Chunk{Layout: l, buf: buf, view: buf.View(), acct: acct}
	offheap.Set(c.view, abi.ChunkCap, int64(l.Rows))
	heap.SetArenaAccount(c.Arena().Pointer(), acct.Counters())
	return c, nil
}

// View is the chunk's memory, borrowed until Free.
func (c *Chunk) View() offheap.View { return c.view }

// Arena is the chunk's string arena.
func (c *Chunk) Arena() offheap.View { return c.view.From(abi.ChunkArena) }

// Free implements Batch.
func (c *Chunk) Free() {
	if !c.Leave() || c.buf.View().Nowhere() {
		return
	}
	heap.ArenaFree(c.Arena().Pointer())
	c.buf.Free()
}

// Reset takes all rows out.
func (c *Chunk) Reset() {
	heap.ArenaFree(c.Arena().Pointer())
	c.SetRows(0)
}

// Err is the refusal of memory for a string, 53200: whoever fills a chunk from Go asks before passing
// it on, for strings are missing then. The chunk is still to be freed.
func (c *Chunk) Err() error {
	if heap.ArenaSpoilt(c.Arena().Pointer()) {
		return c.acct.Refusal()
	}
	return nil
}

// HeapBytes is what the strings take.
func (c *Chunk) HeapBytes() int64 { return heap.ArenaBytes(c.Arena().Pointer()) }

// Rows implements Batch.
func (c *Chunk) Rows() int { return int(offheap.At[int64](c.view, abi.ChunkRows)) }

// SetRows sets the number of rows.
func (c *Chunk) SetRows(n int) { offheap.Set(c.view, abi.ChunkRows, int64(n)) }

// at is where a column's value of a row lies.
func (c *Chunk) at(col, row int) int64 {
	p := &c.Layout.places[col]
	return p.values + int64(row)*p.width
}

func (c *Chunk) class(col int) types.Phys { return c.Layout.places[col].class }

// values are the bytes of a column's values, of all rows.
func (c *Chunk) values(col int) []byte {
	return c.view.Bytes(c.Layout.Cols[col].Values, c.Rows()*c.class(col).Width())
}

// nulls are a column's null bytes, of all rows. The column must be nullable.
func (c *Chunk) nulls(col int) []byte { return c.view.Bytes(c.Layout.Cols[col].Nulls, c.Rows()) }

// IsNull reports whether the value is NULL.
func (c *Chunk) IsNull(col, row int) bool {
	p := &c.Layout.places[col]
	return p.nullable && offheap.At[byte](c.view, p.nulls+int64(row)) != 0
}

// SetNull marks a value as NULL; its value becomes zero. The column must be nullable.
func (c *Chunk) SetNull(col, row int) {
	offheap.Set[byte](c.view, c.Layout.Cols[col].Nulls+int64(row), 1)
	clear(c.view.Bytes(c.at(col, row), c.class(col).Width()))
}

// Int reads I8..I64, sign extended.
func (c *Chunk) Int(col, row int) int64 { return offheap.Int(c.view, c.at(col, row), c.class(col)) }

// SetInt writes I8..I64, cut to the class's width.
func (c *Chunk) SetInt(col, row int, v int64) {
	offheap.SetInt(c.view, c.at(col, row), c.class(col), v)
}

// Int128 reads I128.
func (c *Chunk) Int128(col, row int) (hi, lo int64) { return offheap.Int128(c.view, c.at(col, row)) }

// SetInt128 writes I128.
func (c *Chunk) SetInt128(col, row int, hi, lo int64) {
	offheap.SetInt128(c.view, c.at(col, row), hi, lo)
}

// Float reads F32 or F64.
func (c *Chunk) Float(col, row int) float64 {
	return offheap.Float(c.view, c.at(col, row), c.class(col))
}

// SetFloat writes F32 or F64.
func (c *Chunk) SetFloat(col, row int, v float64) {
	offheap.SetFloat(c.view, c.at(col, row), c.class(col), v)
}

// Str reads a string; the bytes are borrowed until Free or the next SetStr of the cell.
func (c *Chunk) Str(col, row int) []byte { return offheap.Str(c.view, c.at(col, row)) }

// SetStr copies s into the chunk; see Err.
func (c *Chunk) SetStr(col, row int, s []byte) {
	offheap.SetStr(c.view, c.at(col, row), s, c.Arena())
}

// SetDatum writes d, of the column's class.
func (c *Chunk) SetDatum(col, row int, d types.Datum) {
	if d.Null {
		c.SetNull(col, row)
		return
	}
	offheap.SetDatum(c.view, c.at(col, row), c.class(col), d, c.Arena())
}

// Datum reads a value; strings are copied.
func (c *Chunk) Datum(col, row int) types.Datum {
	if c.IsNull(col, row) {
		return types.NullDatum
	}
	return offheap.Datum(c.view, c.at(col, row), c.class(col))
}
