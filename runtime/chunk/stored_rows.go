package chunk

import (
	"bytes"
	"encoding/binary"

	"slipher/catalog/sqlerr"
	"slipher/catalog/types"
)

// AppendStored appends the chunk's rows in stored form. It fails with 22001 if a string
// is longer than a column may be.
func (c *Chunk) AppendStored(dst []byte) ([]byte, error) {
	rows := c.Rows()
	s := Stored{Rows: rows, Cols: make([]StoredCol, len(c.Layout.Cols))}
	for i := range s.Cols {
		pc, out := &c.Layout.Cols[i], &s.Cols[i]
		out.Class = pc.Type.Phys()
		if pc.Nullable {
			out.Nulls = NullBitmap(c.nulls(i))
		}
		if w := out.Class.Width(); out.Class != types.Str {
			out.Values = c.values(i)
			if out.Nulls != nil { // what lies under NULLs means nothing
				out.Values = bytes.Clone(out.Values)
				for r := range rows {
					if out.Null(r) {
						clear(out.Values[r*w : (r+1)*w])
					}
				}
			}
			continue
		}
		for r := range rows {
			v := c.Str(i, r)
			if out.Null(r) {
				v = nil
			}
			if len(v) > MaxStoredString {
				return nil, sqlerr.New(sqlerr.StringTooLong, "a string of %d bytes is too long to be stored", len(v))
			}
			out.Values = binary.LittleEndian.AppendUint16(out.Values, uint16(len(v)))
			out.Text = append(out.Text, v...)
		}
	}
	return s.Append(dst), nil
}

// NullBitmap is the bitmap of null bytes; nil if none is set.
func NullBitmap(nulls []byte) []byte {
	var bits []byte
	for r, b := range nulls {
		if b == 0 {
			continue
		}
		if bits == nil {
			bits = make([]byte, (len(nulls)+7)/8)
		}
		bits[r>>3] |= 1 << (r & 7)
	}
	return bits
}
