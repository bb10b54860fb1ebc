package load

import (
	"context"

	"slipher/catalog/sqlerr"
	"slipher/catalog/types"
	"slipher/runtime/offheap"
)

// Reserve gives the first of count ordinals of a table's identity column, which nobody else gets.
type Reserve func(ctx context.Context, column types.ColumnID, count int64) (first int64, err error)

// SetReserve tells the Writer where identity values come from. Call it before Add.
func (w *Writer) SetReserve(r Reserve) { w.reserve = r }

// fillIdentities gives buffered rows without a value in an identity column one:
// seed + ordinal * step. Values are unique, not without gaps (Redshift guide, CREATE TABLE).
func (w *Writer) fillIdentities() error {
	ids := w.target.ids()
	for i := range w.cols {
		id := w.target.Columns[i].Identity
		if id == nil {
			continue
		}
		c := &w.cols[i]
		nulls := c.nulls.view.Bytes(0, c.nulls.len)
		count := int64(0)
		for _, b := range nulls {
			count += int64(b)
		}
		if count == 0 {
			continue
		}
		if w.reserve == nil {
			return sqlerr.New(sqlerr.InternalError, "BUG: no source of identity values")
		}
		n, err := w.reserve(w.ctx, ids[i], count)
		if err != nil {
			return err
		}
		for row, b := range nulls {
			if b == 0 {
				continue
			}
			v := id.Seed + n*id.Step
			n++
			if c.phys == types.I32 && v != int64(int32(v)) {
				return sqlerr.New(sqlerr.NumericOutOfRange, "integer out of range").
					WithDetail("Identity column %s has no values left.", w.target.Columns[i].Name)
			}
			offheap.SetInt(c.values.view, int64(row*c.width()), c.phys, v)
		}
		c.nulls.len = 0
	}
	return nil
}
