package lower

import (
	"slipher/catalog/types"
	"slipher/codegen/subop"
	"slipher/compiler/plan"
)

func (l *lowerer) hashJoin(j *plan.HashJoin) {
	t := l.q.Tables[j.Table]
	e := entryOf(t)
	slot := l.table(j.Table, e, false)
	if j.Kind.LeftOnly() && j.Residual == nil && j.Kind != plan.FindJoin {
		l.existsJoin(j, t, e, slot)
		return
	}
	k := l.pack(j.Keys, t, e, false)
	l.prefetch(t, k.hash, slot, true)
	cursor, more := l.word("probe.cursor", 32), l.word("probe.more", 8)
	pos, ent := l.vec(types.I32), l.vec(types.I64)
	p := read(pos)
	before, own := l.dom.at, len(l.cols)
	after := l.newPositions(&p)
	probe := subop.Probe{Hash: k.hash, Key: k.addr, Null: k.null, Table: subop.Num(slot), Shape: e.key,
		Cursor: subop.Num(cursor), More: subop.Num(more), Pairs: subop.Num(after.count), Row: pos, Entry: ent}
	var op subop.Suboperator = &probe
	unknown := none // flags by row, of a mark that may be NULL
	passes, twice := secondPass[j.Kind]
	switch {
	case twice && j.Residual != nil:
		probe.Matched = read(l.vec(types.I8))
		if j.Unknown {
			unknown = read(l.vec(types.I8))
		}
		op = &subop.ProbeMarked{Probe: probe, Unknown: unknown, Yield: subop.Num(passes)}
	case j.Kind.Pads():
		op = (*subop.ProbeLeft)(&probe)
	}
	l.emitIn(op, l.dom.Domain, more)
	l.enter(domain{Domain: subop.Domain{Count: after.count}, at: after})
	from := read(ent)
	lone := none // rows without an entry
	if twice {
		o := l.vec(types.I8)
		l.emit(&subop.Unmatched{Entry: from, Lone: o})
		lone = read(o)
	}
	l.payload(t, e, from, after, lone)
	if j.Kind.MarksEntries() && j.Kind.Drops() {
		l.findEntries(j, e, from)
		return
	}
	if j.Residual == nil {
		l.markEntries(j, e, from, lone)
		return
	}
	if lone.Mode != subop.None && l.mayFail(j.Residual) {
		// Rows of the second pass are not pairs: the condition is not evaluated for them.
		pairs := l.logicOp("bool_not", types.I8, lone)
		l.mask = &pairs
		defer func() { l.mask = nil }()
	}
	r := l.expr(j.Residual)
	if j.Kind == plan.InnerJoin {
		l.keep(r)
		return
	}
	truth := l.truth(r)
	if !j.Kind.LeftOnly() { // rows of the second pass always pass
		l.keep(result{v: l.logicOp("bool_or", types.I8, truth, lone), null: none})
		l.emit(&subop.Mark{Row: p, Marks: probe.Matched})
		l.markEntries(j, e, from, lone)
		return
	}
	// Pairs leave marks, rows of the second pass go on with what the marks say.
	l.emit(&subop.Mark{Row: p, Flag: l.logicOp("bool_andnot", types.I8, truth, lone), Marks: probe.Matched})
	if j.Unknown && r.null.Mode != subop.None {
		l.emit(&subop.Mark{Row: p, Flag: l.logicOp("bool_andnot", types.I8, r.null, lone), Marks: unknown})
	}
	l.keep(result{v: lone, null: none})
	l.cols = l.cols[:own]
	l.cache = map[cacheKey]result{} // of columns that are no more
	if j.Kind == plan.MarkJoin {
		m := l.bring(result{v: probe.Matched, null: unknown, at: before}, after)
		if j.Unknown {
			m.null = l.logicOp("bool_andnot", types.I8, m.null, m.v)
		}
		l.cols = append(l.cols, column{typ: types.TBool, res: m})
	}
}

// secondPass says, of kinds of joins, which rows go on behind the pairs if there is a condition beside the keys.
var secondPass = map[plan.JoinKind]int{
	plan.LeftJoin: subop.YieldUnmarked,
	plan.FullJoin: subop.YieldUnmarked,
	plan.SemiJoin: subop.YieldMarked,
	plan.AntiJoin: subop.YieldUnmarked,
	plan.MarkJoin: subop.YieldMarked | subop.YieldUnmarked,
}

// markEntries notes in the entries of a full join's pairs that they have a match.
func (l *lowerer) markEntries(j *plan.HashJoin, e *entry, from, lone subop.Operand) {
	if j.Kind == plan.FullJoin {
		l.emit(&subop.MarkEntry{Entry: from, Flag: l.logicOp("bool_not", types.I8, lone), Field: subop.Num(e.mark)})
	}
}

// findEntries keeps the pairs that match and marks their entries.
func (l *lowerer) findEntries(j *plan.HashJoin, e *entry, from subop.Operand) {
	if j.Residual != nil {
		l.keep(l.expr(j.Residual))
	}
	l.emit(&subop.MarkEntry{Entry: from, Field: subop.Num(e.mark)})
}

// payload adds the columns of the entries from, fetched when first read; of lone rows they are NULL.
func (l *lowerer) payload(t *plan.Table, e *entry, from subop.Operand, after *positions, lone subop.Operand) {
	field := func(p types.Phys, off int) subop.Operand {
		v := l.vec(p)
		l.emitAt(&subop.Get{Entry: from, Field: subop.Num(off), Value: v}, after)
		return read(v)
	}
	for i, get := range l.payFields(t, e, field) {
		c := t.Payload[i]
		l.cols = append(l.cols, column{typ: c.Type, fetch: func() result {
			r := get()
			r.at, r.bits, r.noBlanks = after, typeBits(c.Type), c.Type.IsBare()
			if lone.Mode != subop.None {
				l.among(after, func() { r.null = l.orNull(lone, r.null) })
			}
			return r
		}})
	}
}

// existsJoin knows of each row whether it has a match: it keeps those that have one (semi), that have none (anti), or
// all of them with the answer as a column (mark).
func (l *lowerer) existsJoin(j *plan.HashJoin, t *plan.Table, e *entry, slot int64) {
	k := l.pack(j.Keys, t, e, false)
	l.prefetch(t, k.hash, slot, true)
	hit := l.vec(types.I8)
	l.emit(&subop.Exists{Hash: k.hash, Key: k.addr, Null: k.null, Table: subop.Num(slot), Shape: e.key, Found: hit})
	v := read(hit)
	switch j.Kind {
	case plan.MarkJoin:
		l.cols = append(l.cols, column{typ: types.TBool, res: result{v: v, null: none, at: l.dom.at}})
		return
	case plan.AntiJoin:
		v = l.logicOp("bool_not", types.I8, v)
	}
	l.keep(result{v: v, null: none})
}
