package chunk

import (
	"slipher/catalog/sqlerr"
	"slipher/catalog/types"
	"slipher/runtime/mem"
)

// OfDatums makes a chunk of values that Go code has: at gives the value of a row and column of the layout.
// rows is at most l.Rows. The caller owns the chunk; its memory is acct's.
func OfDatums(acct *mem.Account, l *Layout, rows int, at func(row, col int) types.Datum) (*Chunk, error) {
	if rows > l.Rows {
		return nil, sqlerr.New(sqlerr.InternalError, "BUG: %d rows for a chunk of %d", rows, l.Rows)
	}
	c, err := New(acct, l)
	if err != nil {
		return nil, err
	}
	for row := range rows {
		for col := range l.Cols {
			c.SetDatum(col, row, at(row, col))
		}
	}
	if err := c.Err(); err != nil {
		c.Free()
		return nil, err
	}
	c.SetRows(rows)
	return c, nil
}
