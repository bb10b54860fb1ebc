package exec

import (
	"slipher/runtime/abi"
	"slipher/runtime/block"
	"slipher/runtime/chunk"
	"slipher/runtime/offheap"
	"slipher/runtime/page"
	"slipher/runtime/program"
)

// unit is a stretch of rows generated code is called for.
type unit struct {
	from, to int
	base     offheap.View // SourceTable: first entry or address array
}

// choose picks variant and tier for the next input.
func (in *Instance) choose(s *state) {
	in.cur, in.fused = s, nil
	if in.q.opt.Tier != Primitives {
		in.fused = s.v.fused.Load()
	}
	if s == in.states[0] {
		in.nSpecial++
	}
	if in.fused != nil {
		in.nFused++
	}
}

// SetScan gives rows [from, to) of an opened row group, beginning at a section.
// Guards decide on the variant. Errors of blocks surface in Run.
func (in *Instance) SetScan(rg *block.RowGroup, from, to int) error {
	s := in.states[1]
	if sp := in.states[0]; sp != nil && holds(sp.v.seg, rg.Meta()) {
		s = sp
	}
	in.choose(s)
	for _, c := range s.v.seg.Source.Cols {
		if c.Cursor == 0 {
			continue
		}
		if err := rg.FillCursor(c.ColNo, s.view().From(c.Cursor)); err != nil {
			return err
		}
	}
	in.units = in.units[:0]
	if abi.VectorRows%in.q.mostRows(s.v) == 0 {
		in.units = append(in.units, unit{from: from, to: to})
		return nil
	}
	// Odd vector sizes (tests): no vector may reach into the next section.
	for at := from; at < to; at += abi.VectorRows {
		in.units = append(in.units, unit{from: at, to: min(at+abi.VectorRows, to)})
	}
	return nil
}

// holds checks a program's guards against a row group.
func holds(p *program.Segment, m *block.RowGroupMeta) bool {
	for _, g := range p.Guards {
		b := &m.Cols[p.Source.Cols[g.Col].ColNo]
		if g.NoNulls && b.Nulls > 0 || g.Bits > 0 && b.Bits > g.Bits || g.NoBlanks && b.TrailingBlanks {
			return false
		}
	}
	return true
}

// SetChunk gives a chunk; the instance frees it once consumed.
func (in *Instance) SetChunk(c *chunk.Chunk) {
	in.choose(in.states[1])
	in.input = c
	in.cur.view().SetView(in.cur.v.seg.Source.Base, c.View())
	in.units = append(in.units[:0], unit{from: 0, to: c.Rows()})
}

// SetPage gives a page of rows; the instance frees it once consumed, also if there is an error: 53200.
func (in *Instance) SetPage(p *page.Page) error {
	in.choose(in.states[1])
	if in.cur.v.seg.Source.Adopts {
		in.adopted += int64(p.Rows())
		return p.Adopt(in.part.tab, in.acct)
	}
	in.input = p
	in.units = append(in.units[:0], unit{from: 0, to: p.Rows(), base: p.View()})
	return nil
}

// SetPart gives a part of a table of the query.
func (in *Instance) SetPart(p *Part) {
	in.choose(in.states[1])
	in.units = in.units[:0]
	if p.shape.Kind == program.SinkSort {
		if t := in.cur.v.seg.Source.Total; t != 0 {
			offheap.Set(in.cur.view(), t, int64(p.rows))
		}
		in.units = append(in.units, unit{to: p.rows, base: p.order})
		return
	}
	if p.join != nil {
		in.units = append(in.units, unit{to: p.rows, base: p.join.Entries().From(int64(p.from * p.shape.EntrySize))})
		return
	}
	for i := range p.tab.Pages() {
		base, n := p.tab.Page(i)
		in.units = append(in.units, unit{to: n, base: base})
	}
}

// SetValues lets the program make its literal rows.
func (in *Instance) SetValues() {
	in.choose(in.states[1])
	if b := in.cur.v.seg.Source.Base; b != 0 {
		in.cur.view().SetView(b, in.cur.view())
	}
	in.units = append(in.units[:0], unit{to: in.cur.v.seg.Source.Rows})
}
