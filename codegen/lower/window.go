package lower

import (
	"slipher/catalog/types"
	"slipher/codegen/subop"
	"slipher/compiler/plan"
	"slipher/runtime/abi"
)

// placeBits bounds places: no part of a table has more rows.
const placeBits = 48

// sorted is the sort table that the segment reads, for windows.
type sorted struct {
	t     *plan.Table
	e     *entry
	order int64 // slot of the order's address
	total int64 // slot of the number of rows
	// Where ops keep lists over all rows: by field, by number of keys.
	counts map[plan.Position]subop.Number
	runs   map[int]subop.Number
}

func (l *lowerer) sortedRows() (*sorted, subop.Sorted) {
	s := l.sorted
	if s.total == 0 {
		s.total = l.word("total", 8)
		l.out.Source.Total = s.total
	}
	return s, subop.Sorted{Order: subop.Num(s.order), Total: subop.Num(s.total), KeyOff: subop.Num(s.e.sortKey)}
}

// prefix says how long the first n keys of a row are.
func (s *sorted) prefix(n int) subop.Prefix {
	if off, ok := s.e.prefix[n]; ok {
		return subop.Prefix{Off: subop.Num(off)}
	}
	return subop.Prefix{Fixed: subop.Num(fixedPrefix(s.t.Keys[:n]))}
}

// fixedPrefix is the bytes of keys none of which is a string.
func fixedPrefix(keys []plan.Column) int {
	n := 0
	for _, k := range keys {
		n += subop.FixedKeySize(k.Type.Phys())
	}
	return n
}

// prefixes lays out the lengths of leading keys that windows ask for, if they are not the same for all rows.
func (e *entry) prefixes(t *plan.Table, place func(types.Phys) int) {
	e.prefix = map[int]int{}
	for _, n := range t.Prefixes {
		if _, known := e.prefix[n]; known {
			continue
		}
		for _, k := range t.Keys[:n] {
			if k.Type.Phys() == types.Str {
				e.prefix[n] = place(types.I64)
				break
			}
		}
	}
}

// add appends a column that has been computed.
func (l *lowerer) add(t types.Type, r result) {
	r.at = l.dom.at
	l.cols = append(l.cols, column{typ: t, res: r})
}

func (l *lowerer) addPlace(v, null subop.Operand) {
	l.add(types.TInt8, result{v: read(v), null: read(null), bits: placeBits})
}

// place is a place as a vector; null says where it is NULL.
func (l *lowerer) place(e *plan.Expr) (v, null subop.Operand) { return l.vector(l.expr(e), types.I64) }

// arena is the slot of an arena that lives as long as the instance.
func (l *lowerer) arena() subop.Number {
	at := l.slot("arena", abi.ArenaSize)
	l.out.Arenas = append(l.out.Arenas, at)
	return subop.Num(at)
}

func (l *lowerer) kept(words int64) subop.Number { return subop.Num(l.slot("window", 8*words)) }

func (s steps) WindowRow() {
	l := s.l
	v := l.vec(types.I64)
	l.emit(&subop.WindowRow{Place: v})
	l.addPlace(v, none)
}

func (s steps) WindowRun(w *plan.WindowRun) {
	l := s.l
	t, rows := l.sortedRows()
	op := &subop.WindowRun{Sorted: rows, Prefix: t.prefix(w.Keys), Keep: l.kept(4), Begin: l.vec(types.I64),
		End: l.vec(types.I64), Number: l.vec(types.I64), Dense: l.vec(types.I64)}
	if w.Within >= 0 {
		op.Within = l.spread(l.col(int(w.Within)).v)
	}
	l.emit(op)
	for _, v := range []subop.Operand{op.Begin, op.End, op.Number, op.Dense} {
		l.addPlace(v, none)
	}
}

func (s steps) WindowAt(w *plan.WindowAt) {
	l := s.l
	t, rows := l.sortedRows()
	place, null := l.place(w.Place)
	ent := l.vec(types.I64)
	l.emit(&subop.WindowEntry{Sorted: rows, Place: place, Null: null, Entry: ent})
	c := t.t.Payload[w.Field]
	v := l.vec(c.Type.Phys())
	l.emit(pagedGet(read(ent), t.e.pay[w.Field], v))
	r := result{v: read(v), null: null, bits: typeBits(c.Type), noBlanks: c.Type.IsBare()}
	if off := t.e.payNull[w.Field]; off >= 0 {
		n := l.vec(types.I8)
		l.emit(&subop.Get{Entry: read(ent), Field: subop.Num(off), Value: n})
		r.null = l.orNull(null, read(n))
	}
	l.add(c.Type, r)
}

// counts is where the op keeps the list of how many values of a field stand in front of a row.
func (l *lowerer) counts(field plan.Position) subop.Number {
	if keep, ok := l.sorted.counts[field]; ok {
		return keep
	}
	t, rows := l.sortedRows()
	keep := l.kept(subop.ListWords)
	l.emit(&subop.WindowCounts{Sorted: rows, FieldNull: subop.Num(t.e.payNull[field]), Keep: keep, Arena: l.arena()})
	l.sorted.counts[field] = keep
	return keep
}

func (s steps) WindowRank(w *plan.WindowRank) {
	l := s.l
	keep := l.counts(w.Field)
	place, _ := l.place(w.Place)
	v := l.vec(types.I64)
	l.emit(&subop.WindowRank{Keep: keep, Place: place, Count: v})
	l.addPlace(v, none)
}

func (s steps) WindowCounted(w *plan.WindowCounted) {
	l := s.l
	keep := l.counts(w.Field)
	from, _ := l.place(w.From)
	to, _ := l.place(w.To)
	n, null := l.place(w.Rank)
	v, noneAt := l.vec(types.I64), l.vec(types.I8)
	l.emit(&subop.WindowCounted{Keep: keep, From: from, To: to, Count: n, Null: null, Place: v, None: noneAt})
	l.addPlace(v, noneAt)
}

func (s steps) WindowRunAt(w *plan.WindowRunAt) {
	l := s.l
	t, rows := l.sortedRows()
	keep, ok := l.sorted.runs[w.Keys]
	if !ok {
		keep = l.kept(subop.ListWords)
		l.emit(&subop.WindowRuns{Sorted: rows, Prefix: t.prefix(w.Keys), Keep: keep, Arena: l.arena()})
		l.sorted.runs[w.Keys] = keep
	}
	n, _ := l.place(w.Number)
	v := l.vec(types.I64)
	l.emit(&subop.WindowRunAt{Keep: keep, Number: n, Place: v})
	l.addPlace(v, none)
}

func (s steps) WindowReach(w *plan.WindowReach) {
	l := s.l
	t, rows := l.sortedRows()
	from, _ := l.place(w.From)
	to, _ := l.place(w.To)
	p := t.t.Keys[w.Key].Type.Phys()
	bound, boundNull := l.vector(l.expr(w.Order.Expr), p)
	row, begin, at := l.vec(types.I64), l.vec(types.I64), l.vec(types.I64)
	l.emit(&subop.WindowRow{Place: row})
	l.emit(&subop.BoundBegin{Sorted: rows, Prefix: t.prefix(w.Key), Room: subop.Num(subop.FixedKeySize(p)), Row: read(row),
		Begin: begin, At: at})
	end, key := l.vec(types.I64), l.vec(types.Str)
	l.emit(&subop.KeyPut{At: read(at), Value: bound, Null: boundNull,
		Order: subop.OrderOf(w.Order.Desc, w.Order.NullsFirst), Next: end})
	l.emit(&subop.KeyEnd{Begin: read(begin), End: read(end), Key: key})
	op := &subop.WindowReach{Sorted: rows, Keep: l.kept(1), Bound: read(key), From: from, To: to, Place: l.vec(types.I64)}
	if w.Behind {
		op.Upper = subop.Num(1)
	}
	l.emit(op)
	l.addPlace(op.Place, none)
}

func (s steps) WindowValue(w *plan.WindowValue) { s.l.add(w.Expr.Type, s.l.expr(w.Expr)) }

func (s steps) WindowCarry(w *plan.WindowCarry) {
	l := s.l
	fresh := l.spread(l.expr(w.New).v)
	r := l.expr(w.Value)
	p := w.Value.Type.Phys()
	v, null := l.vector(r, p)
	op := &subop.WindowCarry{New: fresh, Value: v, Null: null, Keep: l.kept(subop.CarryWords), Arena: l.arena(),
		Carried: l.vec(p)}
	if null.Mode != subop.None {
		op.CarriedNull = l.vec(types.I8)
	}
	l.emit(op)
	l.add(w.Value.Type, result{v: read(op.Carried), null: read(op.CarriedNull), bits: typeBits(w.Value.Type),
		noBlanks: r.noBlanks})
}

func (s steps) WindowFold(w *plan.WindowFold) {
	l := s.l
	t, rows := l.sortedRows()
	c := t.t.Payload[w.Field]
	p := c.Type.Phys()
	fold := subop.Folded{Sorted: rows, Field: subop.Num(t.e.pay[w.Field]),
		FieldNull: subop.Num(max(t.e.payNull[w.Field], 0)), Arena: l.arena()}
	var ends []subop.Operand
	for _, r := range w.Ranges {
		from, _ := l.place(r.From)
		to, _ := l.place(r.To)
		ends = append(ends, from, to)
	}
	state, noneAt := l.vec(w.Fn.State(p)), l.vec(types.I8)
	grow := subop.WindowGrow{Fn: w.Fn, P: p, Folded: fold, From: ends[0], To: ends[1], State: state, None: noneAt}
	switch w.Way {
	case plan.FrameAny:
		l.emit(&subop.WindowTree{Fn: w.Fn, P: p, Folded: fold, Keep: l.kept(subop.TreeWords), Ranges: ends, State: state,
			None: noneAt})
	case plan.FrameMoves:
		grow.Keep = l.kept(subop.FoldWords)
		l.emit((*subop.WindowMove)(&grow))
	default:
		grow.Keep = l.kept(subop.FoldWords)
		l.emit(&grow)
	}
	out := w.Fn.Type(c.Type)
	r := result{v: read(state), null: read(noneAt), bits: typeBits(out), noBlanks: out.IsBare()}
	if w.Fn.NeverNull {
		r.null = none
	}
	l.add(out, r)
}
