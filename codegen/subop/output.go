package subop

import (
	"github.com/llir/llvm/ir/enum"
	"github.com/llir/llvm/ir/value"

	"slipher/catalog/fn"
	"slipher/catalog/types"
	"slipher/runtime/abi"
)

// room leaves with OUTPUT_FULL unless every destination's chunk has room for
// the whole vector. Operands: slot of the array of chunk addresses, slot of its length.
var room = &Kind{
	Name: "room",
	Ends: true,
	Before: func(c *Ctx) {
		arr := c.load(bytePtr, c.Ptr(0), "chunks")
		n := c.load(i64, c.Ptr(1), "dests")
		c.forRange("room", c64(0), n, func(i value.Value) {
			ch := c.load(bytePtr, c.scaled(arr, i, 8, "chunk.at"), "chunk")
			rows := c.load(i64, c.field(ch, abi.ChunkRows, "rows.at"), "rows")
			c.Leave(c.icmp(enum.IPredSGT, c.add(rows, c.count), c64(abi.ChunkCapRows)), abi.OutputFull)
		})
	},
	Variants: func(*fn.Table) []Op { return []Op{*Room(0, 0)} },
}

// Room makes the op.
func Room(dests, n int64) *Op { return &Op{Kind: kind("room"), Args: []Operand{imm(dests), imm(n)}} }

// slot gives each row its place in its destination's chunk. Operands: slot of the
// array of chunk addresses, destination (None: the only one), chunk, row in the chunk.
var slot = &Kind{
	Name:   "slot",
	Before: func(c *Ctx) { c.base = c.load(bytePtr, c.Ptr(0), "chunks") },
	Row: func(c *Ctx) {
		var d value.Value = c64(0)
		if c.Has(1) {
			d = c.In(1).v
		}
		ch := c.load(i64, c.scaled(c.base, d, 8, "chunk.at"), "chunk")
		at := c.field(c.toPtr(ch), abi.ChunkRows, "rows.at")
		n := c.load(i64, at, "rows")
		c.store(c.add(n, c64(1)), at)
		c.Set(2, word(ch))
		c.Set(3, word(n))
	},
	Variants: func(*fn.Table) []Op {
		ch, row := Operand{Mode: Out, P: types.I64, Val: 2}, Operand{Mode: Out, P: types.I64, Val: 3}
		return []Op{*Slot(0, Operand{Mode: None}, ch, row), *Slot(0, Operand{Mode: Vec, P: types.I64, Val: 1}, ch, row)}
	},
}

// Slot makes the op.
func Slot(dests int64, dest, chunk, row Operand) *Op {
	return &Op{Kind: kind("slot"), Args: []Operand{imm(dests), dest, chunk, row}}
}

// destination maps a distribution hash to 0..n-1 by its upper half: part of
// DistHash version 1. Operands: hash, slot of n, destination.
var destination = &Kind{
	Name:   "dest",
	Before: func(c *Ctx) { c.base = c.load(i64, c.Ptr(1), "dests") },
	Row: func(c *Ctx) {
		up := named(c.builder, "up", c.cur.NewLShr(c.In(0).v, c64(32)))
		c.Set(2, word(named(c.builder, "dest", c.cur.NewLShr(c.mul(up, c.base), c64(32)))))
	},
	Variants: func(*fn.Table) []Op {
		return []Op{*Destination(Operand{Mode: Vec, P: types.I64, Val: 1}, 0, Operand{Mode: Out, P: types.I64, Val: 2})}
	},
}

// Destination makes the op.
func Destination(h Operand, n int64, out Operand) *Op {
	return &Op{Kind: kind("dest"), Args: []Operand{h, imm(n), out}}
}

// rotate deals rows round robin. Operands: slot of the address of the running number, slot of n, destination.
var rotate = &Kind{
	Name: "rotate",
	Before: func(c *Ctx) {
		c.base = c.load(i64, c.Ptr(1), "dests")
		c.base2 = c.load(bytePtr, c.Ptr(0), "seq.at")
		c.store(c.load(i64, c.base2, "seq"), c.Var("seq"))
	},
	Row: func(c *Ctx) {
		n := c.load(i64, c.Var("seq"), "seq")
		next := c.add(n, c64(1))
		next = named(c.builder, "seq.next", c.cur.NewSelect(c.icmp(enum.IPredSGE, next, c.base), c64(0), next))
		c.cur.NewStore(next, c.Var("seq"))
		c.Set(2, word(n))
	},
	After: func(c *Ctx) { c.store(c.load(i64, c.Var("seq"), "seq"), c.base2) },
	Variants: func(*fn.Table) []Op {
		return []Op{*Rotate(0, 0, Operand{Mode: Out, P: types.I64, Val: 2})}
	},
}

// Rotate makes the op.
func Rotate(seq, n int64, out Operand) *Op {
	return &Op{Kind: kind("rotate"), Args: []Operand{imm(seq), imm(n), out}}
}

// output stores a value into the row's place in its chunk. Operands: chunk, row
// in the chunk, value, null flag (the value is then zero), column's offset in the chunk.
var output = &Kind{
	Name: "out",
	Row: func(c *Ctx) {
		ch := c.toPtr(c.In(0).v)
		v := c.orZero(2, 3)
		if v.p == types.Str {
			v = c.own(v, c.field(ch, abi.ChunkArena, "arena"))
		}
		col := c.gep(ch, c.Imm(4), "col.at")
		c.storeVal(v, c.scaled(col, c.In(1).v, c.Arg(2).P.Width(), "cell.at"))
	},
	Variants: func(*fn.Table) []Op {
		var out []Op
		for _, p := range allClasses {
			for _, m := range []Mode{Vec, Par} {
				for _, null := range []Mode{None, Vec} {
					out = append(out, *Output(Operand{Mode: Vec, P: types.I64, Val: 1}, Operand{Mode: Vec, P: types.I64, Val: 2},
						Operand{Mode: m, P: p, Val: 3}, Operand{Mode: null, P: types.I8, Val: 4}, 0))
				}
			}
		}
		return out
	},
}

// Output makes the op.
func Output(chunk, row, v, null Operand, colOff int64) *Op {
	return &Op{Kind: kind("out"), Args: []Operand{chunk, row, v, null, imm(colOff)}}
}

// exists says whether a row's key is in a join table: semi and anti joins.
// Operands as probe's first eight, then the flag.
var exists = &Kind{
	Name: "exists",
	Before: func(c *Ctx) {
		tab := c.load(bytePtr, c.Ptr(3), "join")
		c.base = c.load(bytePtr, tab, "dir")
		c.base2 = c.load(i64, c.field(tab, abi.JoinShift, "shift.at"), "shift")
	},
	Row: func(c *Ctx) {
		b := c.builder
		h := c.In(0).v
		key := c.toPtr(c.In(1).v)
		dp := c.scaled(c.base, named(b, "slot", c.cur.NewLShr(h, c.base2)), 8, "dir.at")
		end := named(b, "end", c.cur.NewAnd(c.load(i64, dp, "d"), c64(addressMask)))
		begin := value.Value(named(b, "begin", c.cur.NewAnd(c.load(i64, c.gep(dp, c64(-8), "dir.at"), "d.prev"), c64(addressMask))))
		if c.Has(2) {
			begin = named(b, "begin", c.cur.NewSelect(c.asBit(c.In(2)).v, end, begin))
		}
		v, hit := c.Var("ent"), c.Var("hit")
		c.cur.NewStore(begin, v)
		c.cur.NewStore(c64(0), hit)
		head, test, sameHash, found, step, done := c.block("exists"), c.block("exists.test"), c.block("exists.same"), c.block("exists.found"), c.block("exists.step"), c.block("exists.done")
		c.cur.NewBr(head)
		c.cur = head
		e := c.load(i64, v, "e")
		c.cur.NewCondBr(c.icmp(enum.IPredULT, e, end), test, done)
		c.cur = test
		ep := c.toPtr(e)
		c.cur.NewCondBr(c.icmp(enum.IPredEQ, c.load(i64, ep, "e.hash"), h), sameHash, step)
		c.cur = sameHash
		c.cur.NewCondBr(c.keysEqual(c.gep(ep, c.Imm(5), "e.key"), key, 6, 7), found, step)
		c.cur = step
		c.cur.NewStore(c.add(e, c.Imm(4)), v)
		c.cur.NewBr(head)
		c.cur = found
		c.cur.NewStore(c64(1), hit)
		c.cur.NewBr(done)
		c.cur = done
		c.Set(8, bit(c.icmp(enum.IPredNE, c.load(i64, hit, "hit"), c64(0))))
	},
	Variants: func(*fn.Table) []Op {
		var out []Op
		for _, null := range []Mode{None, Vec} {
			out = append(out, *Exists(Operand{Mode: Vec, P: types.I64, Val: 1}, Operand{Mode: Vec, P: types.I64, Val: 2},
				Operand{Mode: null, P: types.I8, Val: 3}, 0, KeyShape{}, Operand{Mode: Out, P: types.I8, Val: 4}))
		}
		return out
	},
}

// Exists makes the op.
func Exists(h, key, null Operand, tableSlot int64, ks KeyShape, out Operand) *Op {
	return &Op{Kind: kind("exists"), Args: []Operand{h, key, null, imm(tableSlot), imm(int64(ks.EntrySize)), imm(int64(ks.KeyOff)), imm(int64(ks.KeySize)), imm(ks.StrMask), out}}
}

// inList says whether a value is in a sorted list parameter. Operands: value, slot of the list's address, flag.
var inList = &Kind{
	Name:        "inlist",
	Elementwise: false,
	Before:      func(c *Ctx) { c.base = c.load(bytePtr, c.Ptr(1), "list") },
	Row: func(c *Ctx) {
		x := c.In(0)
		l := val{v: c.base}
		var r fn.Value
		switch {
		case x.p == types.Str:
			r = c.Call("slp_in_str", l, x)
		case x.p.IsFloat():
			if x.p == types.F32 {
				x = c.FPExt(x).(val)
			}
			r = c.Call("slp_in_f64", l, x)
		case x.p == types.I128:
			r = c.Call("slp_in_i128", l, x)
		case x.p == types.I8:
			r = c.Call("slp_in_i64", l, c.ZExt(c.asBit(x), types.I64))
		default:
			r = c.Call("slp_in_i64", l, c.SExt(x, types.I64))
		}
		c.Set(2, r.(val))
	},
	Variants: func(*fn.Table) []Op {
		var out []Op
		for _, p := range allClasses {
			out = append(out, *InList(Operand{Mode: Vec, P: p, Val: 1}, 0, Operand{Mode: Out, P: types.I8, Val: 2}))
		}
		return out
	},
}

// InList makes the op.
func InList(v Operand, list int64, out Operand) *Op {
	return &Op{Kind: kind("inlist"), Args: []Operand{v, imm(list), out}}
}
