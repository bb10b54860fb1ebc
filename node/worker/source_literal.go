package worker

import (
	"slipher/catalog/sqlerr"
	"slipher/catalog/types"
	"slipher/runtime/chunk"
	"slipher/runtime/mem"
)

// literalRows are the constant rows that came with a query, in wire.Segment's pieces: wire.RowSource.
type literalRows struct{ pieces [][]types.Datum }

// Next makes the chunk of the next piece, nil at the end. The caller owns it.
func (s *literalRows) Next(l *chunk.Layout, acct *mem.Account) (*chunk.Chunk, error) {
	if len(s.pieces) == 0 {
		return nil, nil
	}
	piece, cols := s.pieces[0], len(l.Cols)
	if cols == 0 || len(piece)%cols != 0 || len(piece)/cols > l.Rows {
		return nil, sqlerr.New(sqlerr.ProtocolViolation, "%d constants for rows of %d columns", len(piece), cols)
	}
	s.pieces = s.pieces[1:]
	return chunk.OfDatums(acct, l, len(piece)/cols, func(row, col int) types.Datum { return piece[row*cols+col] })
}
