package query

import (
	"context"

	"slipher/catalog/relations"
	"slipher/catalog/sqlerr"
	"slipher/catalog/state"
	"slipher/catalog/types"
	"slipher/compiler/plan"
	"slipher/node/wire"
	"slipher/runtime/chunk"
	"slipher/runtime/mem"
)

// relationRows makes the rows that a source reads: schedule.Env.Rows. No name
// stands in both catalog schemas.
func (r *Runner) relationRows(ctx context.Context, cat *state.Catalog, ses Session,
	src *plan.Source) (wire.RowSource, error) {
	rel := relations.Find("pg_catalog", src.Rows)
	if rel == nil {
		rel = relations.Find("information_schema", src.Rows)
	}
	if rel == nil {
		return nil, sqlerr.New(sqlerr.UndefinedTable, "relation \"%s\" does not exist", src.Rows)
	}
	rows, err := rel.Rows(ctx, r.Relations(cat, ses))
	if err != nil {
		return nil, err
	}
	return &datumSource{rows: rows, cols: src.ColNos}, nil
}

// datumSource hands out rows made of values: wire.RowSource.
type datumSource struct {
	rows [][]types.Datum
	cols []int // of a row, for each column wanted
}

// Next gives the next chunk, nil at the end.
func (d *datumSource) Next(l *chunk.Layout, acct *mem.Account) (*chunk.Chunk, error) {
	if len(d.rows) == 0 {
		return nil, nil
	}
	rows := d.rows[:min(len(d.rows), l.Rows)]
	d.rows = d.rows[len(rows):]
	return chunk.OfDatums(acct, l, len(rows), func(row, col int) types.Datum { return rows[row][d.cols[col]] })
}
