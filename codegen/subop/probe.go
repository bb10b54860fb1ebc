package subop

import (
	"github.com/llir/llvm/ir"
	"github.com/llir/llvm/ir/enum"
	"github.com/llir/llvm/ir/value"

	"slipher/catalog/fn"
	"slipher/catalog/types"
	"slipher/runtime/abi"
)

// Probe finds for each row the entries of a join table with its key, and yields the pairs:
//
//	for each row i (going on where the cursor says) {
//		d = dir[h >> shift]; e = address(dir[slot-1]), end = address(d)
//		if !Bloom(d, h) || key is NULL { e = end }
//		for ; e < end; e += size {
//			if output full { save cursor; more = 1; return }
//			if hash(e) == h && key(e) == key { pos[k], ent[k] = row, e; k++ }
//		}
//	}
//	more = 0
//
// What else the joins that keep rows without a match do stands in probe_left.go and probe_marked.go.
type Probe struct {
	Hash, Key, Null Operand // Key: address of the packed key; Null: is it NULL?
	Table           Number  // slot of its address
	Shape           KeyShape
	Cursor          Number // offset of 4 words: row, entry, matched, pass
	More            Number // offset of the word that says whether there are more pairs
	Pairs           Number // offset of their count
	Row, Entry      Operand
	Matched         Operand // flags by row; of a probe in two passes
}

func (*Probe) op() Op { return Op{Kind: probe} }

var probe = kindOf(Kind{Name: "probe", Ends: true, Walks: true}, emitter[Probe]{
	before:   func(c *Ctx, o *Probe) { (&walk{Ctx: c, o: o}).emit(walkHooks{}) },
	variants: func(*fn.Table) []Probe { return probeVariants(Operand{}) },
})

func probeVariants(matched Operand) []Probe {
	var vs []Probe
	for _, null := range nullable(3) {
		vs = append(vs, Probe{Hash: vec(types.I64, 1), Key: vec(types.I64, 2), Null: null,
			Row: written(types.I32, 4), Entry: written(types.I64, 5), Matched: matched})
	}
	return vs
}

// walk is the emission of a probe's way through the rows and the entries of each.
type walk struct {
	*Ctx
	o *Probe
	// Variables: pairs so far, row, entry (0: the row's first), whether the row has matched.
	pairs, row, entry, hit value.Value
	cursor                 value.Value
	vec                    value.Value // room for pairs
	rows, full, finish     *ir.Block
}

// walkHooks are what the kinds of probes do beside walking. Each may be nil.
type walkHooks struct {
	// begin runs before the first row, may lead to w.finish.
	begin func(w *walk)
	// rowEnd runs behind the entries of row r; next is the block of the next row.
	rowEnd func(w *walk, r value.Value, next *ir.Block)
	// last says, behind the last row, whether there will be more.
	last func(w *walk) (more value.Value)
}

// at is word i of the cursor.
func (w *walk) at(i int64) value.Value { return w.field(w.cursor, 8*i, "cursor.at") }

func (w *walk) emit(h walkHooks) {
	b, c, o := w.builder, w.Ctx, w.o
	tab := c.load(bytePtr, c.Ptr(o.Table), "join")
	dir := c.load(bytePtr, tab, "dir")
	shift := c.load(i64, c.field(tab, abi.JoinShift, "shift.at"), "shift")
	w.vec = c.load(i64, c.field(c.state, abi.StateVector, "vec.at"), "vec")
	w.cursor = c.Ptr(o.Cursor)
	w.pairs, w.row, w.entry, w.hit = c.Var("out"), c.Var("row"), c.Var("ent"), c.Var("hit")
	c.cur.NewStore(c64(0), w.pairs)
	c.cur.NewStore(c.load(i64, w.at(0), "row"), w.row)
	c.cur.NewStore(c.load(i64, w.at(1), "ent"), w.entry)
	c.cur.NewStore(c.load(i64, w.at(2), "hit"), w.hit)

	w.rows = c.block("probe")
	row, scan, test := c.block("probe.row"), c.block("probe.scan"), c.block("probe.test")
	w.full, w.finish = c.block("probe.full"), c.block("probe.finish")
	nextRow := c.block("probe.next")
	if h.begin != nil {
		h.begin(w)
	}
	c.cur.NewBr(w.rows)

	c.cur = w.rows
	i := c.load(i64, w.row, "i")
	ended := c.block("probe.ended")
	c.cur.NewCondBr(c.icmp(enum.IPredSLT, i, c.count), row, ended)

	c.cur = row
	r := c.rowAt(i)
	h64 := c.InAt(o.Hash, r).v
	key := c.toPtr(c.InAt(o.Key, r).v)
	slot := named(b, "slot", c.cur.NewLShr(h64, shift))
	dp := c.scaled(dir, slot, 8, "dir.at")
	d := c.load(i64, dp, "d")
	end := named(b, "end", c.cur.NewAnd(d, c64(addressMask)))
	prev := c.load(i64, c.gep(dp, c64(-8), "dir.at"), "d.prev")
	begin := value.Value(named(b, "begin", c.cur.NewAnd(prev, c64(addressMask))))
	tagBit := named(b, "tag.no", c.cur.NewAdd(named(b, "low", c.cur.NewAnd(h64, c64(15))), c64(48)))
	tag := named(b, "tag", c.cur.NewAnd(named(b, "d.tag", c.cur.NewLShr(d, tagBit)), c64(1)))
	maybe := c.icmp(enum.IPredNE, tag, c64(0))
	if c.Has(o.Null) {
		maybe = c.andNot(maybe, c.asBit(c.InAt(o.Null, r)).v)
	}
	begin = named(b, "begin", c.cur.NewSelect(maybe, begin, end))
	saved := c.load(i64, w.entry, "saved")
	e0 := named(b, "e", c.cur.NewSelect(c.icmp(enum.IPredEQ, saved, c64(0)), begin, saved))
	c.cur.NewStore(e0, w.entry)
	c.cur.NewBr(scan)

	c.cur = scan
	e := c.load(i64, w.entry, "e")
	rest := c.block("probe.rowend")
	c.cur.NewCondBr(c.icmp(enum.IPredULT, e, end), test, rest)
	c.cur = test
	ep := c.toPtr(e)
	eh := c.load(i64, ep, "e.hash")
	same, step, room, hit := c.block("probe.same"), c.block("probe.step"), c.block("probe.room"), c.block("probe.hit")
	c.cur.NewCondBr(c.icmp(enum.IPredEQ, eh, h64), same, step)
	c.cur = same
	c.cur.NewCondBr(c.keysEqual(c.gep(ep, c.Imm(o.Shape.KeyOff), "e.key"), key, o.Shape, "slp_keys_equal"), room, step)
	c.cur = room
	c.cur.NewCondBr(c.icmp(enum.IPredSGE, c.load(i64, w.pairs, "k"), w.vec), w.full, hit)
	c.cur = hit
	w.pair(r, e)
	c.cur.NewStore(c64(1), w.hit)
	c.cur.NewBr(step)
	c.cur = step
	c.cur.NewStore(c.add(e, c.Imm(o.Shape.EntrySize)), w.entry)
	c.cur.NewBr(scan)

	c.cur = rest
	if h.rowEnd != nil {
		h.rowEnd(w, r, nextRow)
	}
	c.cur.NewBr(nextRow)
	c.cur = nextRow
	c.cur.NewStore(c.add(i, c64(1)), w.row)
	c.cur.NewStore(c64(0), w.entry)
	c.cur.NewStore(c64(0), w.hit)
	c.cur.NewBr(w.rows)

	c.cur = w.full
	w.save(c64(1))
	c.cur = ended
	c.cur.NewStore(c64(0), w.row)
	more := c64(0)
	if h.last != nil {
		more = h.last(w)
	}
	w.save(more)
	c.cur = w.finish
}

// save saves the cursor and ends the call.
func (w *walk) save(more value.Value) {
	w.store(w.load(i64, w.row, "row"), w.at(0))
	w.store(w.load(i64, w.entry, "ent"), w.at(1))
	w.store(w.load(i64, w.hit, "hit"), w.at(2))
	w.yield(more)
}

// yield says how many pairs there are, and whether there are more.
func (w *walk) yield(more value.Value) {
	w.store(more, w.Ptr(w.o.More))
	w.store(w.load(i64, w.pairs, "k"), w.Ptr(w.o.Pairs))
	w.cur.NewBr(w.finish)
}

// pair appends (row, entry) to the output; nil is the null row.
func (w *walk) pair(row, ent value.Value) {
	if ent == nil {
		ent = w.load(i64, w.field(w.state, abi.StateNull, "null.at"), "nullrow")
	}
	k := w.load(i64, w.pairs, "k")
	w.store(named(w.builder, "row32", w.cur.NewTrunc(row, i32)), w.scaled(w.Ptr(w.o.Row), k, 4, "pos.at"))
	w.store(ent, w.scaled(w.Ptr(w.o.Entry), k, 8, "ent.at"))
	w.cur.NewStore(w.add(k, c64(1)), w.pairs)
}

// rowAt is the row number at place i of the domain.
func (c *Ctx) rowAt(i value.Value) value.Value {
	if c.sel == nil {
		return i
	}
	r := c.load(i32, c.scaled(c.sel, i, 4, "sel.at"), "row")
	return named(c.builder, "row", c.cur.NewZExt(r, i64))
}
