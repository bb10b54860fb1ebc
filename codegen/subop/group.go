package subop

import (
	"github.com/llir/llvm/ir"
	"github.com/llir/llvm/ir/constant"
	"github.com/llir/llvm/ir/enum"
	"github.com/llir/llvm/ir/value"

	"slipher/catalog/fn"
	"slipher/catalog/types"
	"slipher/runtime/abi"
)

const (
	addressMask = 1<<48 - 1
	maxUnroll   = 16 // words of a key compared or copied without a loop
)

// find finds each row's group by its packed key, or makes it:
//
//	for slot = h & mask; ; slot++ {
//		d = dir[slot]
//		if d == 0 { copy template and key to a new entry; dir[slot] = entry | tag; break }
//		if tag(d) == tag(h) && key(d) == key { break }
//	}
//
// Operands: hash, packed key, slot of the table's address, entry size, key
// offset in the entry, key size, mask of key words that begin a string, entry.
var find = &Kind{
	Name: "find",
	Before: func(c *Ctx) {
		c.base = c.load(bytePtr, c.Ptr(2), "tab")
		c.base2 = c.load(bytePtr, c.field(c.base, tableDir, "dir.at"), "dir")
		c.store(c.load(i64, c.field(c.base, tableMask, "mask.at"), "mask"), c.Var("mask"))
		c.store(c.load(i64, c.field(c.base, tableNext, "next.at"), "next"), c.Var("next"))
		c.store(c.load(i64, c.field(c.base, tableCount, "used.at"), "used"), c.Var("used"))
	},
	Row: func(c *Ctx) {
		h := c.In(0).v
		key := c.toPtr(c.In(1).v)
		mask := c.load(i64, c.Var("mask"), "mask")
		start := named(c.builder, "slot", c.cur.NewAnd(h, mask))
		head, check, compare, miss, create, done := c.block("find"), c.block("find.check"), c.block("find.compare"), c.block("find.next"), c.block("find.create"), c.block("find.done")
		pre := c.cur
		pre.NewBr(head)
		c.cur = head
		slot := named(c.builder, "slot", head.NewPhi(ir.NewIncoming(start, pre)))
		at := c.scaled(c.base2, slot, 8, "dir.at")
		d := c.load(i64, at, "d")
		head.NewCondBr(c.icmp(enum.IPredEQ, d, c64(0)), create, check)

		c.cur = check
		x := named(c.builder, "tags", c.cur.NewLShr(named(c.builder, "x", c.cur.NewXor(d, h)), c64(48)))
		c.cur.NewCondBr(c.icmp(enum.IPredEQ, x, c64(0)), compare, miss)

		c.cur = compare
		ent := named(c.builder, "ent", c.cur.NewAnd(d, c64(addressMask)))
		eq := c.keysEqual(c.gep(c.toPtr(ent), c.Imm(4), "ent.key"), key, 5, 6)
		found := c.cur
		found.NewCondBr(eq, done, miss)

		c.cur = miss
		n := c.add(slot, c64(1))
		n = named(c.builder, "slot", c.cur.NewAnd(n, mask))
		slot.Incs = append(slot.Incs, ir.NewIncoming(n, c.cur))
		c.cur.NewBr(head)

		c.cur = create
		fresh := c.load(i64, c.Var("next"), "fresh")
		c.cur.NewStore(c.add(fresh, c.Imm(3)), c.Var("next"))
		c.inc(c.Var("used"), c64(1))
		fp := c.toPtr(fresh)
		c.copyWords(fp, c.load(bytePtr, c.field(c.base, tableInit, "init.at"), "init"), 3)
		c.store(h, fp)
		kp := c.gep(fp, c.Imm(4), "ent.key")
		c.copyWords(kp, key, 5)
		c.ifThen("find.own", c.icmp(enum.IPredNE, c.Imm(6), c64(0)), func() {
			c.Call("slp_own_keys", val{v: c.field(c.base, tableArena, "arena")}, val{v: kp}, word(c.Imm(6)))
		})
		tag := named(c.builder, "tag", c.cur.NewAnd(h, c64(^addressMask)))
		c.store(named(c.builder, "d.new", c.cur.NewOr(fresh, tag)), at)
		created := c.cur
		created.NewBr(done)

		c.cur = done
		g := named(c.builder, "group", done.NewPhi(ir.NewIncoming(ent, found), ir.NewIncoming(fresh, created)))
		c.Set(7, word(g))
	},
	After: func(c *Ctx) {
		c.store(c.load(i64, c.Var("next"), "next"), c.field(c.base, tableNext, "next.at"))
		c.store(c.load(i64, c.Var("used"), "used"), c.field(c.base, tableCount, "used.at"))
	},
	Variants: func(*fn.Table) []Op {
		return []Op{*Find(Operand{Mode: Vec, P: types.I64, Val: 1}, Operand{Mode: Vec, P: types.I64, Val: 2}, 0, KeyShape{}, Operand{Mode: Out, P: types.I64, Val: 3})}
	},
}

// KeyShape says where the packed key lies in an entry.
type KeyShape struct {
	EntrySize, KeyOff, KeySize int
	StrMask                    int64 // bit i: word i of the key begins a string
}

// Find makes the op.
func Find(h, key Operand, tableSlot int64, k KeyShape, out Operand) *Op {
	return &Op{Kind: kind("find"), Args: []Operand{h, key, imm(tableSlot), imm(int64(k.EntrySize)), imm(int64(k.KeyOff)), imm(int64(k.KeySize)), imm(k.StrMask), out}}
}

// copyWords copies operand k's number of bytes, a multiple of 8.
func (c *Ctx) copyWords(dst, src value.Value, k int) {
	if n, ok := c.ImmConst(k); ok && n <= 8*maxUnroll {
		for off := int64(0); off < n; off += 8 {
			c.store(c.load(i64, c.field(src, off, "w.at"), "w"), c.field(dst, off, "w.at"))
		}
		return
	}
	c.forRange("copy", c64(0), named(c.builder, "words", c.cur.NewLShr(c.Imm(k), c64(3))), func(i value.Value) {
		c.store(c.load(i64, c.scaled(src, i, 8, "w.at"), "w"), c.scaled(dst, i, 8, "w.at"))
	})
}

// keysEqual compares two packed keys: word for word first; where that fails and
// there are string keys, a kernel compares bytes behind addresses.
func (c *Ctx) keysEqual(p, q value.Value, size, strs int) value.Value {
	diff := func(acc, off value.Value) value.Value {
		x := c.load(i64, c.gep(p, off, "a.at"), "a")
		y := c.load(i64, c.gep(q, off, "b.at"), "b")
		return named(c.builder, "diff", c.cur.NewOr(acc, named(c.builder, "x", c.cur.NewXor(x, y))))
	}
	var acc value.Value = c64(0)
	if n, ok := c.ImmConst(size); ok && n <= 8*maxUnroll {
		for off := int64(0); off < n; off += 8 {
			acc = diff(acc, c64(off))
		}
	} else {
		v := c.Var("diff")
		c.cur.NewStore(c64(0), v)
		c.forRange("compare", c64(0), named(c.builder, "words", c.cur.NewLShr(c.Imm(size), c64(3))), func(i value.Value) {
			old := c.load(i64, v, "diff")
			c.cur.NewStore(diff(old, c.mul(i, c64(8))), v)
		})
		acc = c.load(i64, v, "diff")
	}
	same := c.icmp(enum.IPredEQ, acc, c64(0))
	if n, ok := c.ImmConst(strs); ok && n == 0 {
		return same
	}
	again := c.andNot(c.icmp(enum.IPredNE, c.Imm(strs), c64(0)), same)
	r := c.If(bit(again), func() []fn.Value {
		return []fn.Value{c.Call("slp_keys_equal", val{v: p}, val{v: q}, word(c.Imm(size)), word(c.Imm(strs)))}
	}, func() []fn.Value { return []fn.Value{bit(same)} })
	return r[0].(val).v
}

// probeMode is what a probe yields.
type probeMode int

const (
	probeInner  probeMode = iota
	probeLeft             // rows without a match come once with the null row
	probeMarked           // as probeLeft, but what matched is known only behind a residual condition: a second pass yields the rest
)

// newProbe makes a probe kind:
//
//	for each row i (going on where the cursor says) {
//		d = dir[h >> shift]; e = address(dir[slot-1]), end = address(d)
//		if !Bloom(d, h) || key is NULL { e = end }
//		for ; e < end; e += size {
//			if output full { save cursor; more = 1; return }
//			if hash(e) == h && key(e) == key { pos[k], ent[k] = row, e; k++ }
//		}
//		left: if nothing matched { pos[k], ent[k] = row, null row; k++ }
//	}
//	more = 0
//
// Operands: hash, packed key, key is NULL, slot of the table's address, entry
// size, key offset, key size, string mask, offset of the cursor (4 words: row,
// entry, matched, pass), offset of the more word, new count, position, entry, matched flags.
func newProbe(name string, mode probeMode) *Kind {
	k := &Kind{Name: name, Ends: true, Walks: true}
	k.Before = func(c *Ctx) { emitProbe(c, mode) }
	k.Variants = func(*fn.Table) []Op {
		var out []Op
		for _, null := range []Mode{None, Vec} {
			o := *probeOp(k, Operand{Mode: Vec, P: types.I64, Val: 1}, Operand{Mode: Vec, P: types.I64, Val: 2}, Operand{Mode: null, P: types.I8, Val: 3}, 0, KeyShape{}, 0, 0, 0,
				Operand{Mode: Out, P: types.I32, Val: 4}, Operand{Mode: Out, P: types.I64, Val: 5}, Operand{Mode: Vec, P: types.I8, Val: 6})
			if mode != probeMarked {
				o.Args[13].Mode = None
			}
			out = append(out, o)
		}
		return out
	}
	return k
}

var (
	probe       = newProbe("probe", probeInner)
	probeOuter  = newProbe("probe_left", probeLeft)
	probeMark   = newProbe("probe_mark", probeMarked)
	probeNoMark = Operand{Mode: None}
)

func probeOp(k *Kind, h, key, null Operand, tableSlot int64, ks KeyShape, cursor, more, count int64, pos, ent, matched Operand) *Op {
	return &Op{Kind: k, Args: []Operand{h, key, null, imm(tableSlot), imm(int64(ks.EntrySize)), imm(int64(ks.KeyOff)), imm(int64(ks.KeySize)), imm(ks.StrMask),
		imm(cursor), imm(more), imm(count), pos, ent, matched}}
}

// Probe makes the op of an inner join.
func Probe(h, key, null Operand, tableSlot int64, ks KeyShape, cursor, more, count int64, pos, ent Operand) *Op {
	return probeOp(kind("probe"), h, key, null, tableSlot, ks, cursor, more, count, pos, ent, probeNoMark)
}

// ProbeLeft makes the op of a left join; with matched flags, the op of one with a residual condition.
func ProbeLeft(h, key, null Operand, tableSlot int64, ks KeyShape, cursor, more, count int64, pos, ent, matched Operand) *Op {
	k := kind("probe_left")
	if matched.Mode != None {
		k = kind("probe_mark")
	}
	return probeOp(k, h, key, null, tableSlot, ks, cursor, more, count, pos, ent, matched)
}

func emitProbe(c *Ctx, mode probeMode) {
	b := c.builder
	tab := c.load(bytePtr, c.Ptr(3), "join")
	dir := c.load(bytePtr, tab, "dir")
	shift := c.load(i64, c.field(tab, abi.JoinShift, "shift.at"), "shift")
	vec := c.load(i64, c.field(c.state, abi.StateVector, "vec.at"), "vec")
	cur := c.Ptr(8)
	at := func(i int64) value.Value { return c.field(cur, 8*i, "cursor.at") }
	kv, iv, ev, mv := c.Var("out"), c.Var("row"), c.Var("ent"), c.Var("hit")
	c.cur.NewStore(c64(0), kv)
	c.cur.NewStore(c.load(i64, at(0), "row"), iv)
	c.cur.NewStore(c.load(i64, at(1), "ent"), ev)
	c.cur.NewStore(c.load(i64, at(2), "hit"), mv)

	rows, row, scan, test, full, finish := c.block("probe"), c.block("probe.row"), c.block("probe.scan"), c.block("probe.test"), c.block("probe.full"), c.block("probe.finish")
	nextRow, pass1, cleared := c.block("probe.next"), c.block("probe.pass1"), c.block("probe.begin")

	if mode == probeMarked {
		second := c.block("probe.rest")
		c.cur.NewCondBr(c.icmp(enum.IPredNE, c.load(i64, at(3), "pass"), c64(0)), second, pass1)
		c.cur = second
		c.forRange("rest", c64(0), c.count, func(i value.Value) {
			r := c.rowAt(i)
			hit := c.load(i8, c.gep(c.Ptr(13), r, "hit.at"), "hit")
			c.ifThen("rest.row", c.icmp(enum.IPredEQ, hit, constant.NewInt(i8, 0)), func() { c.emitPair(kv, r, nil) })
		})
		c.store(c64(0), at(3))
		c.store(c64(0), c.Ptr(9))
		c.store(c.load(i64, kv, "k"), c.Ptr(10))
		c.cur.NewBr(finish)
		c.cur = pass1
		first := named(b, "first", c.cur.NewOr(c.load(i64, iv, "row"), c.load(i64, ev, "ent")))
		clear := c.block("probe.clear")
		c.cur.NewCondBr(c.icmp(enum.IPredEQ, first, c64(0)), clear, cleared)
		c.cur = clear
		c.forRange("clear", c64(0), c.count, func(i value.Value) {
			c.store(constant.NewInt(i8, 0), c.gep(c.Ptr(13), c.rowAt(i), "hit.at"))
		})
		c.cur.NewBr(cleared)
	} else {
		c.cur.NewBr(pass1)
		c.cur = pass1
		c.cur.NewBr(cleared)
	}
	c.cur = cleared
	c.cur.NewBr(rows)

	c.cur = rows
	i := c.load(i64, iv, "i")
	ended := c.block("probe.ended")
	c.cur.NewCondBr(c.icmp(enum.IPredSLT, i, c.count), row, ended)

	c.cur = row
	r := c.rowAt(i)
	c.R = r
	h := c.InAt(0, r).v
	key := c.toPtr(c.InAt(1, r).v)
	slot := named(b, "slot", c.cur.NewLShr(h, shift))
	dp := c.scaled(dir, slot, 8, "dir.at")
	d := c.load(i64, dp, "d")
	end := named(b, "end", c.cur.NewAnd(d, c64(addressMask)))
	prev := c.load(i64, c.gep(dp, c64(-8), "dir.at"), "d.prev")
	begin := value.Value(named(b, "begin", c.cur.NewAnd(prev, c64(addressMask))))
	tagBit := named(b, "tag.no", c.cur.NewAdd(named(b, "low", c.cur.NewAnd(h, c64(15))), c64(48)))
	tag := named(b, "tag", c.cur.NewAnd(named(b, "d.tag", c.cur.NewLShr(d, tagBit)), c64(1)))
	maybe := c.icmp(enum.IPredNE, tag, c64(0))
	if c.Has(2) {
		maybe = c.andNot(maybe, c.asBit(c.InAt(2, r)).v)
	}
	begin = named(b, "begin", c.cur.NewSelect(maybe, begin, end))
	saved := c.load(i64, ev, "saved")
	e0 := named(b, "e", c.cur.NewSelect(c.icmp(enum.IPredEQ, saved, c64(0)), begin, saved))
	c.cur.NewStore(e0, ev)
	c.cur.NewBr(scan)

	c.cur = scan
	e := c.load(i64, ev, "e")
	rest := c.block("probe.rowend")
	c.cur.NewCondBr(c.icmp(enum.IPredULT, e, end), test, rest)
	c.cur = test
	ep := c.toPtr(e)
	eh := c.load(i64, ep, "e.hash")
	same, step, room, hit := c.block("probe.same"), c.block("probe.step"), c.block("probe.room"), c.block("probe.hit")
	c.cur.NewCondBr(c.icmp(enum.IPredEQ, eh, h), same, step)
	c.cur = same
	c.cur.NewCondBr(c.keysEqual(c.gep(ep, c.Imm(5), "e.key"), key, 6, 7), room, step)
	c.cur = room
	c.cur.NewCondBr(c.icmp(enum.IPredSGE, c.load(i64, kv, "k"), vec), full, hit)
	c.cur = hit
	c.emitPair(kv, r, e)
	c.cur.NewStore(c64(1), mv)
	c.cur.NewBr(step)
	c.cur = step
	c.cur.NewStore(c.add(e, c.Imm(4)), ev)
	c.cur.NewBr(scan)

	c.cur = rest
	if mode == probeLeft {
		none, alone := c.block("probe.none"), c.block("probe.alone")
		c.cur.NewCondBr(c.icmp(enum.IPredEQ, c.load(i64, mv, "hit"), c64(0)), none, nextRow)
		c.cur = none
		c.cur.NewCondBr(c.icmp(enum.IPredSGE, c.load(i64, kv, "k"), vec), full, alone)
		c.cur = alone
		c.emitPair(kv, r, nil)
	}
	c.cur.NewBr(nextRow)
	c.cur = nextRow
	c.cur.NewStore(c.add(i, c64(1)), iv)
	c.cur.NewStore(c64(0), ev)
	c.cur.NewStore(c64(0), mv)
	c.cur.NewBr(rows)

	save := func(more value.Value) {
		c.store(c.load(i64, iv, "row"), at(0))
		c.store(c.load(i64, ev, "ent"), at(1))
		c.store(c.load(i64, mv, "hit"), at(2))
		c.store(more, c.Ptr(9))
		c.store(c.load(i64, kv, "k"), c.Ptr(10))
		c.cur.NewBr(finish)
	}
	c.cur = full
	save(c64(1))
	c.cur = ended
	c.cur.NewStore(c64(0), iv)
	if mode == probeMarked {
		c.store(c64(1), at(3))
		save(c64(1))
	} else {
		save(c64(0))
	}
	c.cur = finish
}

// rowAt is the row number at place i of the domain.
func (c *Ctx) rowAt(i value.Value) value.Value {
	if c.sel == nil {
		return i
	}
	r := c.load(i32, c.scaled(c.sel, i, 4, "sel.at"), "row")
	return named(c.builder, "row", c.cur.NewZExt(r, i64))
}

// emitPair appends (row, entry) to a probe's output; nil is the null row.
func (c *Ctx) emitPair(kv, row, ent value.Value) {
	if ent == nil {
		ent = c.load(i64, c.field(c.state, abi.StateNull, "null.at"), "nullrow")
	}
	k := c.load(i64, kv, "k")
	c.store(named(c.builder, "row32", c.cur.NewTrunc(row, i32)), c.scaled(c.Ptr(11), k, 4, "pos.at"))
	c.store(ent, c.scaled(c.Ptr(12), k, 8, "ent.at"))
	c.cur.NewStore(c.add(k, c64(1)), kv)
}

// mark notes for a left join's second pass which probe rows found a match.
// Operands: position, entry, matched flags (by probe row).
var mark = &Kind{
	Name: "mark",
	Row: func(c *Ctx) {
		pos := named(c.builder, "pos", c.cur.NewZExt(c.In(0).v, i64))
		c.store(constant.NewInt(i8, 1), c.gep(c.Ptr(1), pos, "hit.at"))
	},
	Variants: func(*fn.Table) []Op {
		return []Op{*Mark(Operand{Mode: Vec, P: types.I32, Val: 1}, Operand{Mode: Vec, P: types.I8, Val: 2})}
	},
}

// Mark makes the op.
func Mark(pos, matched Operand) *Op { return &Op{Kind: kind("mark"), Args: []Operand{pos, matched}} }
