package worker

import (
	"sync"

	"slipher/catalog/sqlerr"
	"slipher/catalog/types"
	"slipher/runtime/block"
	"slipher/runtime/chunk"
	"slipher/runtime/program"
)

// A scan whose rows are only counted, or asked for their least and greatest values, need not read row groups whose
// headers say that: another segment has their heads, a row for each. Both decide by the same facts which they are.

// headed reports whether a row group is one whose head stands for its rows: all of them live, and are as the zone
// predicates want them.
func (s *scanSource) headed(it *fetchItem, meta *block.RowGroupMeta) bool {
	if it.ref == nil || it.dead != nil { // small objects share a row group
		return false
	}
	for _, z := range s.g.zone {
		col := s.g.prog.Source.Cols[z.Col].ColNo
		if col >= len(meta.Cols) || !block.AllMatch(&meta.Cols[col], int(meta.Rows), s.scan.Columns[col].Type, z.Op,
			s.g.q.start.Params[z.Param].Value) {
			return false
		}
	}
	return true
}

// headsSource has the heads of a scan's row groups. Footers are read by a goroutine of its own.
type headsSource struct {
	g    *segment
	scan *scanSource
	wg   sync.WaitGroup

	// guarded by the scheduler's lock
	heads  [][]types.Datum // not handed out
	listed bool            // there will be no more
}

func newHeadsSource(g *segment) (*headsSource, error) {
	scan, err := newScan(g)
	if err != nil {
		return nil, err
	}
	bad := func(what string, n int) error {
		return sqlerr.New(sqlerr.ProtocolViolation, "segment %d reads heads of a malformed %s, %d", g.id, what, n)
	}
	for _, z := range g.zone {
		if z.Col < 0 || z.Col >= len(g.prog.Source.Cols) || z.Param < 0 || z.Param >= len(g.q.start.Params) {
			return nil, bad("zone predicate", z.Col)
		}
	}
	for _, c := range g.prog.Source.Cols {
		switch {
		case len(scan.scan.Objects) == 0: // and perhaps no word of the table
		case c.ColNo < 0 || c.ColNo >= len(scan.scan.Columns):
			return nil, bad("column", c.ColNo)
		case c.Head >= program.HeadMin && c.Type.Phys() != scan.scan.Columns[c.ColNo].Type.Phys():
			return nil, bad("class of column", c.ColNo)
		}
	}
	return &headsSource{g: g, scan: scan}, nil
}

// begin starts the goroutine that reads footers. Called with the lock held.
func (s *headsSource) begin() {
	s.wg.Add(1)
	go func() {
		defer s.wg.Done()
		heads, err := s.list()
		if err != nil {
			s.g.q.fail(err)
		}
		sch := s.g.q.ex.sched
		sch.mu.Lock()
		s.heads, s.listed = heads, true
		sch.cond.Broadcast()
		sch.mu.Unlock()
	}()
}

func (s *headsSource) list() (heads [][]types.Datum, err error) {
	for i := range s.scan.scan.Objects {
		if s.scan.scan.Objects[i].Data != nil {
			continue
		}
		if _, err := s.scan.eachGroup(i, func(it fetchItem, meta *block.RowGroupMeta) (bool, error) {
			if s.scan.headed(&it, meta) {
				heads = append(heads, s.head(meta))
			}
			return true, s.g.q.ctx.Err()
		}); err != nil {
			return nil, err
		}
	}
	return heads, nil
}

// head is a row of the source.
func (s *headsSource) head(meta *block.RowGroupMeta) []types.Datum {
	row := make([]types.Datum, len(s.g.prog.Source.Cols))
	for i, c := range s.g.prog.Source.Cols {
		switch c.Head {
		case program.HeadRows:
			row[i] = types.Int(int64(meta.Rows))
		case program.HeadValues:
			row[i] = types.Int(int64(meta.Rows - meta.Cols[c.ColNo].Nulls))
		case program.HeadMin:
			row[i] = meta.Cols[c.ColNo].Min
		case program.HeadMax:
			row[i] = meta.Cols[c.ColNo].Max
		}
	}
	return row
}

func (s *headsSource) next(in *inst) (feed, bool) {
	if len(s.heads) == 0 {
		return nil, false
	}
	l := s.g.layout()
	n := min(len(s.heads), l.Rows)
	rows := s.heads[:n]
	s.heads = s.heads[n:]
	in.seg.rowsIn += int64(n)
	return func(x Instance) (bool, func() error, error) {
		if x == nil {
			return false, nil, nil
		}
		c, err := chunk.OfDatums(s.g.q.acct, l, n, func(row, col int) types.Datum { return rows[row][col] })
		if err != nil {
			return false, nil, err
		}
		x.SetChunk(c)
		return true, nil, nil
	}, true
}

func (s *headsSource) over(*inst) bool { return s.listed && len(s.heads) == 0 }

func (s *headsSource) stop() { s.heads = nil }

// wait waits for the goroutine. Called without the lock, after stop.
func (s *headsSource) wait() { s.wg.Wait() }
