package lower

import (
	"fmt"

	"slipher/catalog/types"
	"slipher/codegen/subop"
	"slipher/compiler/plan"
	"slipher/runtime/abi"
	"slipher/runtime/program"
)

// source sets up the columns the source yields; each is fetched when a step first reads it.
func (l *lowerer) source() {
	s := &l.seg.Source
	base := l.newPositions(nil)
	l.dom = domain{Domain: subop.Domain{Count: base.count}, at: base}
	l.out.Source = program.Source{Kind: s.Kind, Count: base.count, Exchange: s.Exchange, Table: s.TableID}
	l.step = "scan"
	l.cols = make([]column, len(s.Cols))
	for i := range s.Cols {
		l.cols[i].typ = s.Cols[i].Type
	}
	switch s.Kind {
	case program.SourceScan:
		l.scan(s)
	case program.SourceTable:
		l.tableSource(l.q.Tables[s.TableID], s.Cols, base)
	case program.SourceReceive: // pages are like those of a saved table
		l.out.Source.Shape = l.tableSource(sentTable(s.Cols), s.Cols, base)
	case program.SourceValues:
		l.values(s, base)
	default:
		l.chunkSource(s, base)
	}
}

func (l *lowerer) scan(s *plan.Source) {
	guarded := map[int]bool{}
	for i, c := range s.Cols {
		l.out.Source.Cols = append(l.out.Source.Cols, program.SourceCol{ColNo: s.ColNos[i], Type: c.Type,
			Nullable: c.Nullable})
		var f Facts
		if l.opt.Facts != nil {
			f = l.opt.Facts(s.Table, s.ColNos[i])
			if f.Bits > 0 {
				f.Bits = uint8(quantise(int(f.Bits)))
			}
		}
		l.cols[i].fetch = func() result {
			cur := l.word("col."+c.Name, abi.ColCursorSize)
			l.out.Source.Cols[i].Cursor = cur
			r := result{at: l.basePositions(), bits: typeBits(c.Type), noBlanks: c.Type.Kind != types.Varchar, null: none}
			v, null := l.vec(c.Type.Phys()), none
			g := program.Guard{Col: i}
			if c.Nullable {
				if f.NoNulls {
					g.NoNulls = true
				} else {
					null = l.vec(types.I8)
				}
			}
			if f.Bits > 0 && int(f.Bits) < r.bits {
				g.Bits, r.bits = f.Bits, int(f.Bits)
			}
			if f.NoBlanks && c.Type.Kind == types.Varchar {
				g.NoBlanks, r.noBlanks = true, true
			}
			if g != (program.Guard{Col: i}) && !guarded[i] {
				guarded[i] = true
				l.out.Guards = append(l.out.Guards, g)
			}
			l.emit(&subop.Decode{Cursor: subop.Num(cur), Count: subop.Num(l.basePositions().count), Values: v, Nulls: null})
			r.v, r.null = read(v), read(null)
			return r
		}
	}
}

// basePositions are the source's own.
func (l *lowerer) basePositions() *positions {
	p := l.dom.at
	for p.parent != nil {
		p = p.parent
	}
	return p
}

// chunkSource reads catalog rows, split text, heads of row groups.
func (l *lowerer) chunkSource(s *plan.Source, base *positions) {
	cols := program.ChunkCols(s.Cols)
	program.LayoutChunk(cols)
	slot := l.word("chunk", 8)
	l.out.Source.Base = slot
	for i, c := range s.Cols {
		col := program.SourceCol{Type: c.Type, Nullable: c.Nullable, Values: cols[i].Values, Nulls: cols[i].Nulls}
		if s.Kind == program.SourceHeads {
			col.ColNo, col.Head = s.ColNos[i], s.Heads[i]
		}
		l.out.Source.Cols = append(l.out.Source.Cols, col)
		l.cols[i].fetch = func() result {
			v, null := l.vec(c.Type.Phys()), none
			l.emit(&subop.ChunkColumn{Chunk: subop.Num(slot), Column: subop.Num(cols[i].Values), Count: subop.Num(base.count),
				Values: v})
			if c.Nullable {
				null = l.vec(types.I8)
				l.emit(&subop.ChunkColumn{Chunk: subop.Num(slot), Column: subop.Num(cols[i].Nulls), Count: subop.Num(base.count),
					Values: null})
			}
			return result{v: read(v), null: read(null), at: base, bits: typeBits(c.Type), noBlanks: c.Type.IsBare()}
		}
	}
}

// tableSource reads groups of an aggregate table, the rows of a sorted run or saved ones. It gives their layout.
func (l *lowerer) tableSource(t *plan.Table, cols []plan.Column, base *positions) program.TableShape {
	e := entryOf(t)
	slot := l.word("entries", 8)
	l.out.Source.Base = slot
	ent := l.vec(types.I64)
	if t.Kind == program.SinkSort {
		l.sorted = &sorted{t: t, e: e, order: slot, counts: map[plan.Position]subop.Number{}, runs: map[int]subop.Number{}}
		l.emit(&subop.EntryPointers{Array: subop.Num(slot), Entries: ent})
	} else {
		l.emit(&subop.EntrySequence{First: subop.Num(slot), EntrySize: subop.Num(e.size), Entries: ent})
	}
	from := read(ent)
	field := func(p types.Phys, off int) subop.Operand {
		v := l.vec(p)
		if t.Kind == program.SinkHash { // entries of a sealed one lie in no pages
			l.emitAt(&subop.Get{Entry: from, Field: subop.Num(off), Value: v}, base)
		} else {
			l.emitAt(pagedGet(from, off, v), base)
		}
		return read(v)
	}
	var fetchers []func() result
	switch t.Kind {
	case program.SinkAggr:
		fetchers = l.groupFields(t, e, from, field)
	case program.SinkHash:
		fetchers = append(l.payFields(t, e, field), func() result { return result{v: field(types.I8, e.mark), null: none} })
	default:
		fetchers = append(l.payFields(t, e, field), func() result {
			return result{v: field(types.Str, e.sortKey), null: none, noBlanks: true}
		})
	}
	for i := range cols {
		f := fetchers[i]
		l.cols[i].fetch = func() (r result) {
			l.among(base, func() { r = f() })
			r.at = base
			r.bits = typeBits(cols[i].Type)
			r.noBlanks = r.noBlanks || cols[i].Type.IsBare()
			return r
		}
	}
	return e.shape
}

// pagedGet reads a field of an entry that lies in a page.
func pagedGet(from subop.Operand, off int, v subop.Operand) subop.Suboperator {
	if v.P == types.Str {
		return &subop.GetPaged{Entry: from, Field: subop.Num(off), Value: v}
	}
	return &subop.Get{Entry: from, Field: subop.Num(off), Value: v}
}

type fieldReader = func(p types.Phys, off int) subop.Operand

func (l *lowerer) payFields(t *plan.Table, e *entry, field fieldReader) []func() result {
	var out []func() result
	for i, c := range t.Payload {
		out = append(out, func() result {
			r := result{v: field(c.Type.Phys(), e.pay[i]), null: none}
			if e.payNull[i] >= 0 {
				r.null = field(types.I8, e.payNull[i])
			}
			return r
		})
	}
	return out
}

func (l *lowerer) groupFields(t *plan.Table, e *entry, from subop.Operand, field fieldReader) []func() result {
	var out []func() result
	for i, k := range t.Keys {
		out = append(out, func() result {
			at := keyStart + e.keyOff[i]
			p := k.Type.Phys()
			r := result{null: none}
			if p == types.Str || p == types.I128 || p.IsFloat() {
				r.v = field(p, at)
			} else {
				v := l.vec(p)
				l.emit(&subop.GetInt{Entry: from, Field: subop.Num(at), Value: v})
				r.v = read(v)
			}
			if s, ok := e.shown[i]; ok {
				// The key has no trailing blanks; if values had, the shortest of them is shown.
				r.v = l.logicOp("choose", types.Str, field(types.I8, s.none), r.v, field(types.Str, s.off))
			}
			if e.keyNull[i] >= 0 {
				n := l.vec(types.I8)
				l.emit(&subop.GetInt{Entry: from, Field: subop.Num(keyStart + e.keyNull[i]), Value: n})
				r.null = read(n)
			}
			return r
		})
	}
	for i, a := range t.Aggs {
		out = append(out, func() result {
			x := e.aggs[i]
			r := result{v: field(x.p, x.off), null: none}
			if x.none >= 0 && a.Out.Nullable {
				r.null = field(types.I8, x.none)
			}
			return r
		})
	}
	return out
}

// values evaluates literal rows: each cell by itself in a domain of one row,
// then placed into a staging area from which vectors are read.
func (l *lowerer) values(s *plan.Source, base *positions) {
	rows := len(s.Values)
	if len(s.Cols) == 0 {
		l.out.Source.Rows = rows
		return
	}
	l.out.Source.Rows = rows
	l.out.Source.Base = l.word("self", 8)
	one := l.constSlot(types.I64, types.Int(1))
	outer := l.dom
	type staged struct{ v, null int64 }
	areas := make([]staged, len(s.Cols))
	for i, c := range s.Cols {
		areas[i].v = l.slot(fmt.Sprintf("values.%s", c.Name), int64(rows*c.Type.Phys().Width()))
		if c.Nullable {
			areas[i].null = l.slot("nulls", int64(rows))
		}
	}
	cell := &positions{id: -1, count: one.Off}
	l.dom = domain{Domain: subop.Domain{Count: one.Off}, at: cell}
	for r, row := range s.Values {
		for i, e := range row {
			x := l.expr(e)
			p := s.Cols[i].Type.Phys()
			l.emit(&subop.Place{Value: l.widen(x, p), Place: subop.Num(areas[i].v + int64(r*p.Width()))})
			if s.Cols[i].Nullable && x.null.Mode != subop.None {
				l.emit(&subop.Place{Value: x.null, Place: subop.Num(areas[i].null + int64(r))})
			}
		}
	}
	l.dom = outer
	for i, c := range s.Cols {
		l.cols[i].fetch = func() result {
			v, null := l.vec(c.Type.Phys()), none
			l.emit(&subop.ChunkColumn{Chunk: subop.Num(l.out.Source.Base), Column: subop.Num(areas[i].v),
				Count: subop.Num(base.count), Values: v})
			if c.Nullable {
				null = l.vec(types.I8)
				l.emit(&subop.ChunkColumn{Chunk: subop.Num(l.out.Source.Base), Column: subop.Num(areas[i].null),
					Count: subop.Num(base.count), Values: null})
			}
			return result{v: read(v), null: read(null), at: base, bits: typeBits(c.Type), noBlanks: c.Type.IsBare()}
		}
	}
}
