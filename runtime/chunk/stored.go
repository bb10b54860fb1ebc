package chunk

import (
	"encoding/binary"
	"hash/crc32"
	"math"

	"slipher/catalog/sqlerr"
	"slipher/catalog/types"
)

// The stored form of rows: what the replicated log and its snapshots keep of small writes
// (state.ObjectRef.Data), so it must be read for ever. It describes itself; a
// column has NULLs only if there are some. Little endian:
//
//	u8 version, 2
//	u32 CRC-32C of all that follows
//	uvarint rows, uvarint columns
//	a uvarint a column: its id (version 1 had none of these: see types.FirstID)
//	a byte a column: class (types.Phys), + 128 if it has NULLs
//	column by column:
//	  if it has NULLs, their bitmap, (rows+7)/8 bytes, low bit first
//	  fixed-width classes: the values, 0 under NULLs
//	  strings: u16 lengths, then the bytes of all, one string behind the other
const (
	// StoredVersion is the version that is written. Readers know all that ever were.
	StoredVersion = 2
	storedNumbers = 1 // the version without ids
	// MaxStoredRows and MaxStoredColumns bound what a reader takes.
	MaxStoredRows    = 1 << 17
	MaxStoredColumns = 1 << 12
	// MaxStoredString is the longest string in stored form, MaxString the longest that a column has: a VARBYTE of 16 MB.
	MaxStoredString = 1<<16 - 1
	MaxString       = types.MaxVarbyte + 1

	storedHead = 5
	hasNulls   = 0x80
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// Stored is rows in stored form, by column.
type Stored struct {
	Rows int
	IDs  []types.ColumnID // by column; nil: those of a table's first definition
	Cols []StoredCol
}

// ID is the id of the column that comes in place i.
func (s *Stored) ID(i int) types.ColumnID {
	if s.IDs == nil {
		return types.FirstID(i)
	}
	return s.IDs[i]
}

// Place is where a column comes, -1 if it is not there.
func (s *Stored) Place(id types.ColumnID) int {
	if i := int(id) - 1; i >= 0 && i < len(s.Cols) && s.ID(i) == id { // as in every table that was not changed
		return i
	}
	for i := range s.Cols {
		if s.ID(i) == id {
			return i
		}
	}
	return -1
}

// StoredCol is a column of Stored.
type StoredCol struct {
	Class  types.Phys
	Nulls  []byte // bitmap; nil: no NULLs
	Values []byte // of strings the lengths
	Text   []byte // of strings the bytes
}

// Null reports whether the value of a row is NULL.
func (c *StoredCol) Null(row int) bool { return c.Nulls != nil && c.Nulls[row>>3]>>(row&7)&1 != 0 }

// width is the number of bytes of a row in Values.
func storedWidth(p types.Phys) int {
	if p == types.Str {
		return 2
	}
	return p.Width()
}

// Append appends the stored form to dst.
func (s *Stored) Append(dst []byte) []byte {
	start := len(dst)
	dst = append(dst, StoredVersion, 0, 0, 0, 0)
	dst = binary.AppendUvarint(dst, uint64(s.Rows))
	dst = binary.AppendUvarint(dst, uint64(len(s.Cols)))
	for i := range s.Cols {
		dst = binary.AppendUvarint(dst, uint64(s.ID(i)))
	}
	for i := range s.Cols {
		k := byte(s.Cols[i].Class)
		if s.Cols[i].Nulls != nil {
			k |= hasNulls
		}
		dst = append(dst, k)
	}
	for i := range s.Cols {
		c := &s.Cols[i]
		dst = append(append(append(dst, c.Nulls...), c.Values...), c.Text...)
	}
	binary.LittleEndian.PutUint32(dst[start+1:], crc32.Checksum(dst[start+storedHead:], castagnoli))
	return dst
}

// ReadStored reads a stored form, which it borrows. Anything wrong with it is
// data_corrupted (XX001), never a crash.
func ReadStored(data []byte) (*Stored, error) {
	bad := func(why string, args ...any) (*Stored, error) {
		return nil, sqlerr.New(sqlerr.DataCorrupted, "rows of a small write are damaged").WithDetail(why, args...)
	}
	if len(data) < storedHead {
		return bad("They have %d bytes.", len(data))
	}
	if data[0] < storedNumbers || data[0] > StoredVersion {
		return bad("They have version %d, this server reads %d to %d.", data[0], storedNumbers, StoredVersion)
	}
	rest := data[storedHead:]
	if crc32.Checksum(rest, castagnoli) != binary.LittleEndian.Uint32(data[1:]) {
		return bad("They fail their checksum.")
	}
	rows, n := binary.Uvarint(rest)
	if n <= 0 || rows > MaxStoredRows {
		return bad("They claim to be too many.")
	}
	rest = rest[n:]
	cols, n := binary.Uvarint(rest)
	if n <= 0 || cols > MaxStoredColumns || cols > uint64(len(rest)-n) {
		return bad("They claim too many columns.")
	}
	rest = rest[n:]
	s := &Stored{Rows: int(rows), Cols: make([]StoredCol, cols)}
	if data[0] > storedNumbers {
		s.IDs = make([]types.ColumnID, cols)
		for i := range s.IDs {
			id, n := binary.Uvarint(rest)
			if n <= 0 || id == 0 || id > math.MaxUint32 {
				return bad("Column %d has no id.", i+1)
			}
			s.IDs[i], rest = types.ColumnID(id), rest[n:]
		}
		if cols > uint64(len(rest)) {
			return bad("They claim too many columns.")
		}
	}
	kinds := rest[:cols]
	rest = rest[cols:]
	take := func(n int) (b []byte, ok bool) {
		if n > len(rest) {
			return nil, false
		}
		b, rest = rest[:n:n], rest[n:]
		return b, true
	}
	for i := range s.Cols {
		c := &s.Cols[i]
		c.Class = types.Phys(kinds[i] &^ hasNulls)
		if c.Class < types.I8 || c.Class > types.Str {
			return bad("Column %d has class %d.", i+1, c.Class)
		}
		ok := true
		if kinds[i]&hasNulls != 0 {
			c.Nulls, ok = take((s.Rows + 7) / 8)
		}
		if ok {
			c.Values, ok = take(s.Rows * storedWidth(c.Class))
		}
		if ok && c.Class == types.Str {
			sum := 0
			for r := range s.Rows {
				sum += int(binary.LittleEndian.Uint16(c.Values[2*r:]))
			}
			c.Text, ok = take(sum)
		}
		if !ok {
			return bad("Column %d is cut off.", i+1)
		}
	}
	if len(rest) != 0 {
		return bad("There are %d bytes behind the last column.", len(rest))
	}
	return s, nil
}

// Each calls f for the value of each row, in order. Strings are copies.
func (c *StoredCol) Each(rows int, f func(v types.Datum)) {
	text, le := c.Text, binary.LittleEndian
	for row := range rows {
		var v types.Datum
		switch c.Class {
		case types.Str:
			n := int(le.Uint16(c.Values[2*row:]))
			v.S, text = string(text[:n]), text[n:]
		case types.I128:
			v = types.Int128(int64(le.Uint64(c.Values[16*row+8:])), int64(le.Uint64(c.Values[16*row:])))
		case types.F64:
			v.Lo = int64(le.Uint64(c.Values[8*row:]))
		case types.F32:
			v = types.Float(float64(math.Float32frombits(le.Uint32(c.Values[4*row:]))))
		case types.I64:
			v = types.Int(int64(le.Uint64(c.Values[8*row:])))
		case types.I32:
			v = types.Int(int64(int32(le.Uint32(c.Values[4*row:]))))
		case types.I16:
			v = types.Int(int64(int16(le.Uint16(c.Values[2*row:]))))
		case types.I8:
			v = types.Int(int64(int8(c.Values[row])))
		}
		if c.Null(row) {
			v = types.NullDatum
		}
		f(v)
	}
}
