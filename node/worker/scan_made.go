package worker

import (
	"slipher/catalog/sqlerr"
	"slipher/catalog/types"
	"slipher/runtime/block"
)

// Columns that no object stores stand behind the stored ones: a row's address and whether it lives
// (state.Table's RowIDColumn and LiveColumn). They are blocks made for each row group that is read.

// takeColumns sorts the source's columns into stored and made ones.
func (s *scanSource) takeColumns() error {
	stored := len(s.scan.Columns)
	for _, c := range s.g.prog.Source.Cols {
		switch at := c.ColNo - stored; {
		case len(s.scan.Objects) == 0: // and perhaps no word of the table
		case c.ColNo < 0 || at > 1 || at == 0 && c.Type.Phys() != types.I64 || at == 1 && c.Type.Phys() != types.I8:
			return sqlerr.New(sqlerr.ProtocolViolation, "segment %d scans column %d of %d", s.g.id, c.ColNo, stored)
		case at == 0:
			s.rowIDs = true
		case at == 1:
			s.live = true
		default:
			if c.Type.Phys() != s.scan.Columns[c.ColNo].Type.Phys() {
				return sqlerr.New(sqlerr.ProtocolViolation, "segment %d scans column %d as %s", s.g.id, c.ColNo, c.Type)
			}
			s.cols = append(s.cols, c.ColNo)
		}
	}
	if s.rowIDs && len(s.scan.Indexes) != len(s.scan.Objects) {
		return sqlerr.New(sqlerr.ProtocolViolation, "segment %d reads addresses of rows in %d objects, knows %d", s.g.id,
			len(s.scan.Objects), len(s.scan.Indexes))
	}
	for _, i := range s.scan.Indexes {
		if i < 0 || i > maxIndex {
			return sqlerr.New(sqlerr.ProtocolViolation, "segment %d scans object %d", s.g.id, i)
		}
	}
	return nil
}

// maxIndex is the highest index that leaves addresses positive.
const maxIndex = 1<<31 - 1

// addMade adds the made columns that are read to a row group. It owns rg.
func (s *scanSource) addMade(rg *block.RowGroup, it *fetchItem) (*block.RowGroup, error) {
	if !s.rowIDs && !s.live {
		return rg, nil
	}
	var ids, live *block.Block
	var err error
	switch {
	case !s.rowIDs:
	case len(it.runs) == 1:
		ids, err = block.CountBlock(rg.Rows(), it.runs[0].first)
	default:
		all := make([]int64, 0, rg.Rows())
		for _, r := range it.runs {
			for i := range int64(r.rows) {
				all = append(all, r.first+i)
			}
		}
		ids, err = block.Int64Block(all)
	}
	if s.live && err == nil {
		live, err = block.LiveBlock(rg.Rows(), it.dead)
	}
	rg = rg.With(len(s.scan.Columns), ids, live)
	if err != nil {
		rg.Release()
		return nil, err
	}
	return rg, nil
}

// deadRows are the deleted rows of a row group: a bit a row, low bits first. nil: none.
type deadRows []uint64

// deadIn are the rows [from, from+rows) among dense, an object's deleted rows.
func deadIn(dense []uint64, from, rows int64) deadRows {
	out := make(deadRows, (rows+63)/64)
	at, shift := int(from/64), uint(from%64)
	any := uint64(0)
	for i := range out {
		if k := at + i; k < len(dense) {
			out[i] = dense[k] >> shift
		}
		if k := at + i + 1; k < len(dense) && shift > 0 {
			out[i] |= dense[k] << (64 - shift)
		}
		if left := rows - int64(i)*64; left < 64 { // what follows is the next row group's
			out[i] &= 1<<left - 1
		}
		any |= out[i]
	}
	if any == 0 {
		return nil
	}
	return out
}

// all reports whether all rows [from, to) are deleted. from is a multiple of 64.
func (d deadRows) all(from, to int) bool {
	if d == nil {
		return from == to
	}
	for ; from < to; from += 64 {
		want := ^uint64(0)
		if to-from < 64 {
			want = 1<<(to-from) - 1
		}
		if d[from/64]&want != want {
			return false
		}
	}
	return true
}
