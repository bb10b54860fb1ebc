package lower

import (
	"slices"

	"slipher/catalog/types"
	"slipher/codegen/subop"
	"slipher/compiler/expr"
	"slipher/compiler/plan"
	"slipher/runtime/abi"
	"slipher/runtime/program"
)

func (l *lowerer) sink() {
	s := &l.seg.Sink
	l.out.Sink = program.Sink{Kind: s.Kind, Table: s.TableID, Exchange: s.Exchange, Dist: s.Dist, LimitParam: -1,
		OffsetParam: -1}
	l.step = s.Kind.Label()
	if s.Kind == program.SinkDist && s.Dist == program.DistBroadcast {
		l.step = "bcast"
	}
	if fill := fillers[s.Kind]; fill != nil {
		f := fills(l.q.Tables[s.TableID])
		f.slot = l.table(s.TableID, f.e, true)
		f.entry = func() subop.Operand { return l.newEntry(f.slot, s.TableID, f.e) }
		fill(l, s, f)
		return
	}
	if s.Kind == program.SinkDist {
		l.send(s)
		return
	}
	if s.Kind == program.SinkEnd {
		return
	}
	l.out.Sink.RowIDs = s.RowIDs
	l.output(s)
}

// fillers lower the sinks whose rows become entries of a table.
var fillers = map[program.SinkKind]func(*lowerer, *plan.Sink, *filled){
	program.SinkHash: (*lowerer).build,
	program.SinkAggr: (*lowerer).aggregate,
	program.SinkSort: (*lowerer).sortRun,
	program.SinkSave: (*lowerer).save,
}

// filled is the table that a sink fills.
type filled struct {
	t    *plan.Table
	e    *entry
	slot int64 // of its address
	// entry takes an entry for each row, here or in a page for another's table.
	entry func() subop.Operand
}

func fills(t *plan.Table) *filled { return &filled{t: t, e: entryOf(t)} }

// build fills a join table. Rows with a NULL key match nothing and are left out.
func (l *lowerer) build(s *plan.Sink, f *filled) {
	t, e := f.t, f.e
	rs := make([]result, len(s.Keys))
	for i, k := range s.Keys {
		rs[i] = l.expr(k)
		if rs[i].null.Mode != subop.None {
			l.keep(result{v: l.logicOp("bool_not", types.I8, rs[i].null), null: none})
		}
	}
	for i, k := range s.Keys {
		rs[i] = l.trim(k, rs[i])
		rs[i].v = l.spread(l.widen(rs[i], l.keyClass(rs[i], t.Keys[i].Type.Phys())))
		if rs[i].v.P.IsFloat() {
			rs[i].v = l.logicOp("canonical_float", rs[i].v.P, rs[i].v)
		}
		rs[i].null = none
	}
	h := l.hash(rs, subop.TableSeed)
	pay := l.exprs(s.Payload)
	ent := f.entry()
	l.emit(&subop.Put{Entry: ent, Value: h})
	for i, r := range rs {
		off := keyStart + e.keyOff[i]
		switch {
		case r.v.P == types.Str:
			l.emit(&subop.PutOwned{Entry: ent, Value: r.v, Field: subop.Num(off)})
		case r.v.P == types.F32:
			// A key's word is compared as a whole: its upper half must not be left as it was.
			l.emit(&subop.Put{Entry: ent, Value: l.constSlot(types.I64, types.Int(0)), Field: subop.Num(off)})
			l.emit(&subop.Put{Entry: ent, Value: r.v, Field: subop.Num(off)})
		case r.v.P == types.I128 || r.v.P == types.F64:
			l.emit(&subop.Put{Entry: ent, Value: r.v, Field: subop.Num(off)})
		default:
			l.emit(&subop.PutInt{Entry: ent, Value: r.v, Field: subop.Num(off)})
		}
	}
	l.putPayload(ent, pay, t, e)
	if e.mark >= 0 {
		l.emit(&subop.Put{Entry: ent, Value: l.constSlot(types.I8, types.Int(0)), Field: subop.Num(e.mark)})
	}
}

func (l *lowerer) exprs(es []*plan.Expr) []result {
	out := make([]result, len(es))
	for i, e := range es {
		l.outCol = i + 1
		out[i] = l.expr(e)
	}
	l.outCol = 0
	return out
}

// newEntry reserves and takes one entry a row.
func (l *lowerer) newEntry(slot int64, table int, e *entry) subop.Operand {
	l.emit(&subop.Reserve{Table: subop.Num(slot), Number: subop.Num(table)})
	out := l.vec(types.I64)
	l.emit(&subop.Alloc{Table: subop.Num(slot), EntrySize: subop.Num(e.size), Entries: out})
	return read(out)
}

func (l *lowerer) putPayload(ent subop.Operand, pay []result, t *plan.Table, e *entry) {
	for i, r := range pay {
		v := l.widen(r, t.Payload[i].Type.Phys())
		if v.P == types.Str {
			l.emit(&subop.PutOwned{Entry: ent, Value: v, Null: r.null, Field: subop.Num(e.pay[i])})
		} else {
			l.emit(&subop.Put{Entry: ent, Value: v, Null: r.null, Field: subop.Num(e.pay[i])})
		}
		if n := e.payNull[i]; n >= 0 {
			flag := r.null
			if flag.Mode == subop.None {
				flag = l.constSlot(types.I8, types.Int(0))
			}
			l.emit(&subop.Put{Entry: ent, Value: flag, Field: subop.Num(n)})
		}
	}
}

func (l *lowerer) aggregate(s *plan.Sink, f *filled) {
	t, e, slot := f.t, f.e, f.slot
	args := make([]result, len(s.Aggs))
	for i, a := range s.Aggs {
		if a.Arg != nil {
			args[i] = l.expr(a.Arg)
			args[i].v = l.spread(args[i].v)
		}
	}
	var group subop.Operand
	if len(s.Keys) == 0 {
		at := l.word("group", 8)
		l.out.Sink.Group = at
		group = subop.Operand{Mode: subop.Par, P: types.I64, Off: at}
	} else {
		k := l.pack(s.Keys, t, e, true)
		l.prefetch(t, k.hash, slot, false)
		l.emit(&subop.Reserve{Table: subop.Num(slot), Number: subop.Num(s.TableID)})
		out := l.vec(types.I64)
		l.emit(&subop.Find{Hash: k.hash, Key: k.addr, Table: subop.Num(slot), Shape: e.key, Group: out})
		group = read(out)
		for i := range s.Keys {
			if x, ok := e.shown[i]; ok {
				if r := l.expr(s.Keys[i]); !r.noBlanks {
					l.emit(x.add(group, l.spread(r.v), r.null))
				}
			}
		}
	}
	for i, a := range s.Aggs {
		x := e.aggs[i]
		x.fn = a.Fn // another than the table's, if what it puts together is partly counted already
		switch {
		case a.Arg == nil:
			l.emit(&subop.Count{Entry: group, State: subop.Num(x.off)})
		case a.Fn.In == nil:
			l.emit(&subop.Count{Entry: group, Null: args[i].null, State: subop.Num(x.off)})
		default:
			v := args[i].v // in fewer bits than its type has, if the state is the same
			if x.fn.State(v.P) != x.p || !slices.Contains(x.fn.In, v.P) {
				v = l.widen(args[i], a.Arg.Type.Phys())
			}
			l.emit(x.add(group, v, args[i].null))
		}
	}
}

// add adds v to the accumulator in each row's group.
func (x *accumulator) add(group, v, null subop.Operand) subop.Suboperator {
	a := &subop.Accumulate{Fn: x.fn, Entry: group, Value: v, Null: null, State: subop.Num(x.off)}
	if x.none >= 0 {
		a.None = subop.Optional(x.none)
	}
	return a
}

// keyLength is where an entry says how long some leading keys are.
type keyLength struct {
	off  int
	size subop.Operand
}

// sortRun collects rows with a normalised key; the runtime sorts them at the end.
func (l *lowerer) sortRun(s *plan.Sink, f *filled) {
	t, e := f.t, f.e
	l.out.Sink.LimitParam, l.out.Sink.OffsetParam = s.LimitParam, s.OffsetParam
	keys := make([]result, len(s.Order))
	size, fixed := none, 0
	if o, k := s.Order[0], &keys[0]; s.LimitParam >= 0 && o.Expr.Type.Phys() != types.Str {
		*k = l.expr(o.Expr)
		l.out.Sink.Top = l.top(o)
		d := l.newSelection()
		l.emit(&subop.KeyCut{Value: l.spread(l.widen(*k, o.Expr.Type.Phys())), Null: k.null,
			Order: subop.OrderOf(o.Desc, o.NullsFirst),
			Table: subop.Num(f.slot), Kept: subop.Keep(d.Domain)})
		l.enter(d)
	}
	for i, o := range s.Order {
		if keys[i].at == nil {
			keys[i] = l.expr(o.Expr)
		}
		keys[i] = l.trim(o.Expr, keys[i])
		keys[i].v = l.spread(l.widen(keys[i], o.Expr.Type.Phys()))
		fixed += subop.FixedKeySize(keys[i].v.P)
		if keys[i].v.P == types.Str {
			out := l.vec(types.I64)
			l.emit(&subop.KeySize{SoFar: size, String: keys[i].v, Size: out})
			size = read(out)
		}
	}
	pay := l.exprs(s.Payload)
	ent := f.entry()
	var lengths []keyLength
	begin := l.vec(types.I64)
	l.emit(&subop.KeyAlloc{Strings: size, Fixed: subop.Num(fixed), Begin: begin})
	at := read(begin)
	for i, o := range s.Order {
		next := l.vec(types.I64)
		l.emit(&subop.KeyPut{At: at, Value: keys[i].v, Null: keys[i].null, Order: subop.OrderOf(o.Desc, o.NullsFirst),
			Next: next})
		at = read(next)
		if off, ok := e.prefix[i+1]; ok {
			n := l.vec(types.I64)
			l.emit(&subop.KeyPrefix{Begin: read(begin), At: at, Size: n})
			lengths = append(lengths, keyLength{off, read(n)})
		}
	}
	key := l.vec(types.Str)
	l.emit(&subop.KeyEnd{Begin: read(begin), End: at, Key: key})
	l.emit(&subop.PutOwned{Entry: ent, Value: read(key), Field: subop.Num(e.sortKey)})
	for _, n := range lengths {
		l.emit(&subop.Put{Entry: ent, Value: n.size, Field: subop.Num(n.off)})
	}
	l.putPayload(ent, pay, t, e)
}

// top is how the keys of a sort begin, if by a column of the source.
func (l *lowerer) top(o plan.SortKey) program.Top {
	p := o.Expr.Type.Phys()
	if l.seg.Source.Kind != program.SourceScan || len(l.seg.Straight()) < len(l.seg.Steps) {
		return program.Top{}
	}
	if o.Expr.Kind != expr.Column || int(o.Expr.Col) >= len(l.seg.Source.Cols) || !p.IsInt() || p == types.I128 ||
		p == types.I8 {
		return program.Top{}
	}
	for _, st := range l.seg.Steps {
		if j, ok := st.(*plan.HashJoin); ok && j.Kind.MarksEntries() {
			return program.Top{} // marks are of all rows
		}
	}
	order := subop.OrderOf(o.Desc, o.NullsFirst)
	return program.Top{Is: true, Col: int(o.Expr.Col), Desc: o.Desc, ValueByte: uint8(order.ValueByte.N),
		NullByte: uint8(order.NullByte.N)}
}

// save keeps rows as they come.
func (l *lowerer) save(s *plan.Sink, f *filled) {
	pay := l.exprs(s.Payload)
	l.putPayload(f.entry(), pay, f.t, f.e)
}

// sentTable is what the rows of an exchange are like: those of a saved table of these columns.
func sentTable(cols []plan.Column) *plan.Table {
	return &plan.Table{Kind: program.SinkSave, Payload: cols}
}

// destinations are the slots of the addresses of what rows go into, one a destination, and of their number; dest is
// where each row goes, none if there is one place alone.
func (l *lowerer) destinations(s *plan.Sink) (outs, n subop.Number, dest subop.Operand) {
	l.out.Sink.Dests, l.out.Sink.NDests = l.word("outs", 8), l.word("dests", 8)
	outs, n, dest = subop.Num(l.out.Sink.Dests), subop.Num(l.out.Sink.NDests), none
	switch { // a sink with one place alone has no keys, and a Dist that means nothing
	case len(s.Keys) > 0 && s.Dist == program.DistHash:
		rs := make([]result, len(s.Keys))
		for i, k := range s.Keys {
			rs[i] = l.trim(k, l.expr(k))
			rs[i].v = l.widen(rs[i], k.Type.Phys())
		}
		out := l.vec(types.I64)
		l.emit(&subop.Destination{Hash: l.hash(rs, subop.DistSeed), Dests: n, Dest: out})
		dest = read(out)
	case s.Dist == program.DistRoundRobin:
		out := l.vec(types.I64)
		l.emit(&subop.Rotate{Sequence: subop.Num(l.counter()), Dests: n, Dest: out})
		dest = read(out)
	}
	return outs, n, dest
}

// send puts rows into pages, of one table a destination: as what a segment that adopts them has in its table, else as
// they come.
func (l *lowerer) send(s *plan.Sink) {
	k, t := kept(l.q, s)
	f := fills(t)
	l.out.Sink.Shape = f.e.shape
	f.entry = func() subop.Operand {
		outs, n, dest := l.destinations(s)
		l.emit(&subop.Room{Outs: outs, Dests: n, Rows: subop.Num(abi.TableCount), Most: subop.Num(abi.TableLimit)})
		ent := l.vec(types.I64)
		l.emit(&subop.RowSlot{Tables: outs, Dest: dest, EntrySize: subop.Num(f.e.size), Entry: ent})
		return read(ent)
	}
	fillers[k.Kind](l, k, f)
}

// kept is how what s, an exchange's, sends is kept where it goes: as if s itself filled a table there.
func kept(q *plan.Query, s *plan.Sink) (*plan.Sink, *plan.Table) {
	r := q.Receiver(s)
	if r == nil || !r.Adopts() {
		return &plan.Sink{Kind: program.SinkSave, Payload: s.Cols, LimitParam: -1, OffsetParam: -1}, sentTable(q.Sent(s))
	}
	k := r.Sink
	sent := func(es []*plan.Expr) []*plan.Expr {
		out := make([]*plan.Expr, len(es))
		for i, e := range es {
			out[i] = s.Cols[e.Col]
		}
		return out
	}
	k.Keys, k.Payload, k.Order = sent(k.Keys), sent(k.Payload), slices.Clone(k.Order)
	for i := range k.Order {
		k.Order[i].Expr = s.Cols[k.Order[i].Expr.Col]
	}
	return &k, q.Tables[k.TableID]
}

// adopt lowers a segment whose senders have made the entries of the table that it fills.
func (l *lowerer) adopt() {
	s := &l.seg.Sink
	e := entryOf(l.q.Tables[s.TableID])
	l.out.Source = program.Source{Kind: program.SourceReceive, Exchange: l.seg.Source.Exchange, Shape: e.shape,
		Adopts: true}
	l.out.Sink = program.Sink{Kind: s.Kind, Table: s.TableID, LimitParam: -1, OffsetParam: -1}
	l.table(s.TableID, e, true)
}

// output puts rows into chunks, one a destination: what leaves the query is by column.
func (l *lowerer) output(s *plan.Sink) {
	vals := l.exprs(s.Cols)
	cols := s.Output()
	program.LayoutChunk(cols)
	l.out.Sink.Cols = cols
	outs, n, dest := l.destinations(s)
	l.emit(&subop.Room{Outs: outs, Dests: n, Rows: subop.Num(abi.ChunkRows), Most: subop.Num(abi.ChunkCap)})
	ch, row := l.vec(types.I64), l.vec(types.I64)
	l.emit(&subop.Slot{Chunks: outs, Dest: dest, Chunk: ch, Row: row})
	for i, r := range vals {
		l.emit(&subop.Output{Chunk: read(ch), Row: read(row), Value: l.widen(r, s.Cols[i].Type.Phys()), Null: r.null,
			Column: subop.Num(cols[i].Values)})
		if cols[i].Nullable {
			flag := r.null
			if flag.Mode == subop.None {
				flag = l.constSlot(types.I8, types.Int(0))
			}
			l.emit(&subop.Output{Chunk: read(ch), Row: read(row), Value: flag, Column: subop.Num(cols[i].Nulls)})
		}
	}
}
