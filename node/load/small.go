package load

import (
	"encoding/binary"
	"math"

	"slipher/catalog/state"
	"slipher/catalog/types"
	"slipher/runtime/block"
	"slipher/runtime/chunk"
)

// SetInline lets Finish give all rows in an ObjectRef's Data, sorted as in an object, instead of
// storing them, if they take at most so many bytes. 0, the default: never. Call it before Add.
func (w *Writer) SetInline(limit int64) { w.inline = limit }

// finishSmall makes the buffered rows an object with Data if nothing was stored yet and they are few enough.
func (w *Writer) finishSmall() (bool, error) {
	if w.rows == 0 || len(w.refs) > 0 || w.origins == OriginsKept ||
		w.rows > min(block.MaxRowGroupRows, chunk.MaxStoredRows) ||
		len(w.cols) > chunk.MaxStoredColumns || w.storedBytes() > w.inline {
		return false, nil
	}
	if err := w.wanted(); err != nil {
		return false, err
	}
	if err := w.fillIdentities(); err != nil {
		return false, err
	}
	rows, err := w.order()
	if err != nil {
		return false, err
	}
	s := chunk.Stored{Rows: len(rows), IDs: w.target.ids(), Cols: make([]chunk.StoredCol, len(w.cols))}
	for i := range w.cols {
		s.Cols[i] = w.cols[i].stored(rows)
	}
	data := s.Append(nil)
	if int64(len(data)) > w.inline {
		return false, nil
	}
	w.refs = append(w.refs, state.ObjectRef{Name: w.nextName(), Slice: w.target.Slice, Rows: int64(w.rows),
		Bytes: int64(len(data)), Data: data})
	return true, nil
}

// storedBytes is about what the buffered rows take in stored form, at most; of what has none, beyond all limits.
func (w *Writer) storedBytes() int64 {
	n := int64(len(w.cols))
	for i := range w.cols {
		c := &w.cols[i]
		n += int64((c.nulls.len + 7) / 8)
		if c.phys == types.Str {
			if c.longest > chunk.MaxStoredString {
				return math.MaxInt64
			}
			n += int64(c.text.len + 2*w.rows)
		} else {
			n += int64(c.values.len)
		}
	}
	return n
}

// stored copies rows, numbers of buffered rows, into stored form.
func (c *column) stored(rows []uint32) chunk.StoredCol {
	out := chunk.StoredCol{Class: c.phys}
	nulls := make([]byte, len(rows))
	for i, r := range rows {
		null := c.null(r)
		if null {
			nulls[i] = 1
		}
		switch w := c.width(); {
		case c.phys == types.Str:
			var s []byte
			if !null {
				s = c.str(r)
			}
			out.Values = binary.LittleEndian.AppendUint16(out.Values, uint16(len(s)))
			out.Text = append(out.Text, s...)
		case null: // what lies under NULLs means nothing
			out.Values = append(out.Values, make([]byte, w)...)
		default:
			out.Values = append(out.Values, c.raw(r)...)
		}
	}
	out.Nulls = chunk.NullBitmap(nulls)
	return out
}
