package load

import (
	"encoding/binary"

	"slipher/catalog/sqlerr"
	"slipher/runtime/chunk"
)

// Origins says what chunks have behind the table's columns.
type Origins uint8

const (
	NoOrigins Origins = iota
	// OriginsIgnored: a column that is no concern of the Writer: the address of the row that each replaces.
	OriginsIgnored
	// OriginsKept: the addresses of the rows that these are copies of. With each object another one
	// is stored that has them in the order of its rows (rms.RowsName).
	OriginsKept
)

func (o Origins) columns() int {
	if o == NoOrigins {
		return 0
	}
	return 1
}

// SetOrigins tells the Writer what chunks have behind the table's columns. Call it before Add.
func (w *Writer) SetOrigins(o Origins) { w.origins = o }

func (w *Writer) addOrigins(c *chunk.Chunk, rows int) error {
	nulls, err := w.origin.add(c, len(w.cols), rows, w.rows)
	if err == nil && nulls {
		err = sqlerr.New(sqlerr.InternalError, "BUG: a row that is a copy of none")
	}
	return err
}

// originBytes are the origins of rows, numbers of buffered rows.
func (w *Writer) originBytes(rows []uint32) []byte {
	b := make([]byte, 0, 8*len(rows))
	for _, r := range rows {
		b = binary.LittleEndian.AppendUint64(b, uint64(w.origin.word(r)))
	}
	return b
}
