package subop

import (
	"github.com/llir/llvm/ir/constant"
	"github.com/llir/llvm/ir/enum"
	lt "github.com/llir/llvm/ir/types"
	"github.com/llir/llvm/ir/value"

	"slipher/catalog/fn"
	"slipher/catalog/types"
	"slipher/runtime/abi"
)

// A normalised sort key is a string whose bytewise order is the order asked
// for: per key one byte that places NULLs, then the value big endian with its
// sign bit turned, strings with 0 escaped as 0 255 and ended by 0 0; descending keys
// have all value bytes inverted. Values under NULL are written as zeros.

// keySize adds the bytes a string key needs. Operands: size so far, string, size.
var keySize = &Kind{
	Name:        "sksize",
	Elementwise: true,
	Row: func(c *Ctx) {
		n := named(c.builder, "len", c.cur.NewZExt(c.StrLen(c.In(1)).(val).v, i64))
		twice := c.add(c.add(n, n), c64(2))
		if c.Has(0) {
			twice = c.add(twice, c.In(0).v)
		}
		c.Set(2, word(twice))
	},
	Variants: func(*fn.Table) []Op {
		s, out := Operand{Mode: Vec, P: types.Str, Val: 2}, Operand{Mode: Out, P: types.I64, Val: 3}
		return []Op{*KeySize(Operand{Mode: None}, s, out), *KeySize(Operand{Mode: Vec, P: types.I64, Val: 1}, s, out)}
	},
}

// KeySize makes the op.
func KeySize(so, s, out Operand) *Op { return &Op{Kind: kind("sksize"), Args: []Operand{so, s, out}} }

// keyAlloc takes the key's bytes from the table's arena. Operands: bytes for strings
// (None: none), bytes for all else, slot of the table's address, where the key begins.
var keyAlloc = &Kind{
	Name:   "skalloc",
	Before: func(c *Ctx) { c.base = c.field(c.load(bytePtr, c.Ptr(2), "tab"), tableArena, "arena") },
	Row: func(c *Ctx) {
		n := c.Imm(1)
		if c.Has(0) {
			n = c.add(n, c.In(0).v)
		}
		c.Set(3, c.Call("slp_arena_take", val{v: c.base}, word(n)).(val))
	},
	Variants: func(*fn.Table) []Op {
		out := Operand{Mode: Out, P: types.I64, Val: 3}
		return []Op{*KeyAlloc(Operand{Mode: None}, 0, 0, out), *KeyAlloc(Operand{Mode: Vec, P: types.I64, Val: 1}, 0, 0, out)}
	},
}

// KeyAlloc makes the op.
func KeyAlloc(size Operand, fixed int, tableSlot int64, out Operand) *Op {
	return &Op{Kind: kind("skalloc"), Args: []Operand{size, imm(int64(fixed)), imm(tableSlot), out}}
}

// keyPut appends one value to a key. Operands: write position, value, null flag,
// byte before a NULL, byte before a value, -1 for descending (else 0), next write position.
var keyPut = &Kind{
	Name: "skput",
	Row: func(c *Ctx) {
		b := c.builder
		at := c.toPtr(c.In(0).v)
		v := c.orZero(1, 2)
		marker := named(b, "marker", c.cur.NewTrunc(c.Imm(4), i8))
		if c.Has(2) {
			nb := named(b, "marker", c.cur.NewTrunc(c.Imm(3), i8))
			marker2 := named(b, "marker", c.cur.NewSelect(c.asBit(c.In(2)).v, nb, marker))
			c.store(marker2, at)
		} else {
			c.store(marker, at)
		}
		body := c.field(at, 1, "body")
		if v.p == types.Str {
			c.Set(6, c.Call("slp_key_str", val{v: body}, v, word(c.Imm(5))).(val))
			return
		}
		for _, w := range c.orderedWords(v) {
			flip := value.Value(c.Imm(5))
			t := w.Type().(*lt.IntType)
			switch {
			case t.BitSize < 64:
				flip = named(b, "flip", c.cur.NewTrunc(flip, t))
			}
			x := value.Value(named(b, "w", c.cur.NewXor(w, flip)))
			if t.BitSize > 8 {
				f := c.mod.declare("llvm.bswap.i"+itoa(int(t.BitSize)), t, t)
				x = named(b, "be", c.cur.NewCall(f, x))
			}
			c.store(x, body)
			body = c.field(body, int64(t.BitSize/8), "body")
		}
		c.Set(6, word(c.toInt(body)))
	},
	Variants: func(*fn.Table) []Op {
		var out []Op
		for _, p := range allClasses {
			for _, null := range []Mode{None, Vec} {
				out = append(out, *KeyPut(Operand{Mode: Vec, P: types.I64, Val: 1}, Operand{Mode: Vec, P: p, Val: 2},
					Operand{Mode: null, P: types.I8, Val: 3}, false, false, Operand{Mode: Out, P: types.I64, Val: 4}))
			}
		}
		return out
	},
}

// KeyPut makes the op.
func KeyPut(at, v, null Operand, desc, nullsFirst bool, out Operand) *Op {
	nullByte, flip := int64(2), int64(0)
	if nullsFirst {
		nullByte = 0
	}
	if desc {
		flip = -1
	}
	return &Op{Kind: kind("skput"), Args: []Operand{at, v, null, imm(nullByte), imm(1), imm(flip), out}}
}

// FixedKeySize is the number of key bytes a value of class p takes, marker
// included; strings add their own.
func FixedKeySize(p types.Phys) int {
	switch p {
	case types.Str:
		return 1
	}
	return 1 + p.Width()
}

// orderedWords are unsigned words, most significant first, that order as v does.
func (c *Ctx) orderedWords(v val) []value.Value {
	b := c.builder
	turn := func(x value.Value) value.Value { // sign bit
		t := x.Type().(*lt.IntType)
		return named(b, "turn", c.cur.NewXor(x, constant.NewInt(t, -1<<(t.BitSize-1))))
	}
	switch {
	case v.p == types.I8:
		return []value.Value{named(b, "byte", c.cur.NewZExt(c.asBit(v).v, i8))}
	case v.p == types.I128:
		ws := c.words128(v.v)
		return []value.Value{turn(ws[1]), ws[0]}
	case v.p.IsFloat():
		// -0 equals 0, NaN is the largest: canonical bits, then the usual trick.
		x := c.canonicalFloat(v)
		bits := c.FloatBits(x).(val).v
		t := bits.Type().(*lt.IntType)
		sign := named(b, "sign", c.cur.NewAShr(bits, constant.NewInt(t, int64(t.BitSize-1))))
		m := named(b, "m", c.cur.NewOr(sign, constant.NewInt(t, -1<<(t.BitSize-1))))
		return []value.Value{named(b, "ordered", c.cur.NewXor(bits, m))}
	}
	return []value.Value{turn(v.v)}
}

// canonicalFloat is x with -0 as 0 and every NaN as the positive quiet one.
func (b *builder) canonicalFloat(x val) val {
	t := irType(x.p).(*lt.FloatType)
	plus := named(b, "plus", b.cur.NewFAdd(x.v, constant.NewFloat(t, 0)))
	isNaN := named(b, "nan", b.cur.NewFCmp(enum.FPredUNO, x.v, x.v))
	bits := constant.NewInt(i64, 0x7ff8000000000000)
	if x.p == types.F32 {
		bits = constant.NewInt(i32, 0x7fc00000)
	}
	quiet := named(b, "quiet", b.cur.NewBitCast(bits, t))
	return val{v: named(b, "canon", b.cur.NewSelect(isNaN, quiet, plus)), p: x.p}
}

// keyCut keeps rows that may still be among the first of a sort: those whose
// first key does not begin above the cut that the runtime leaves when it drops
// the rest. Operands: value, null flag, byte before a NULL, byte before a value,
// -1 for descending, slot of the table's address, new count, new selection.
var keyCut = &Kind{
	Name: "skcut",
	Ends: true,
	Before: func(c *Ctx) {
		c.store(c64(0), c.Var("kept"))
		c.base = c.load(i64, c.field(c.load(bytePtr, c.Ptr(5), "tab"), abi.TableCut, "cut.at"), "cut")
	},
	Row: func(c *Ctx) {
		b := c.builder
		marker := c.Imm(3)
		if c.Has(1) {
			marker = named(b, "marker", c.cur.NewSelect(c.asBit(c.In(1)).v, c.Imm(2), marker))
		}
		w := c.orderedWords(c.orZero(0, 1))[0]
		t := w.Type().(*lt.IntType)
		flip := c.Imm(4)
		if t.BitSize < 64 {
			w = named(b, "w", c.cur.NewZExt(w, i64))
			w = named(b, "w", c.cur.NewShl(w, c64(int64(64-t.BitSize))))
			flip = named(b, "flip", c.cur.NewShl(flip, c64(int64(64-t.BitSize))))
		}
		w = named(b, "w", c.cur.NewLShr(named(b, "w", c.cur.NewXor(w, flip)), c64(8)))
		prefix := named(b, "prefix", c.cur.NewOr(w, named(b, "top", c.cur.NewShl(marker, c64(56)))))
		c.keepRow(c.icmp(enum.IPredULE, prefix, c.base), 7)
	},
	After: func(c *Ctx) { c.store(c.load(i64, c.Var("kept"), "kept"), c.Ptr(6)) },
	Variants: func(*fn.Table) []Op {
		var out []Op
		for _, p := range allClasses {
			if p == types.Str {
				continue
			}
			for _, null := range []Mode{None, Vec} {
				out = append(out, *KeyCut(Operand{Mode: Vec, P: p, Val: 2}, Operand{Mode: null, P: types.I8, Val: 3}, false, false, 0, Domain{}))
			}
		}
		return out
	},
}

// KeyCut makes the op for a first key that is no string.
func KeyCut(v, null Operand, desc, nullsFirst bool, tableSlot int64, out Domain) *Op {
	p := KeyPut(Operand{}, v, null, desc, nullsFirst, Operand{})
	return &Op{Kind: kind("skcut"), Args: []Operand{v, null, p.Args[3], p.Args[4], p.Args[5], imm(tableSlot), imm(out.Count), imm(out.Sel)}}
}

// keyEnd makes a string of the bytes written. Operands: begin, end, key.
var keyEnd = &Kind{
	Name: "skend",
	Row: func(c *Ctx) {
		c.Set(2, c.Call("slp_make_str", c.In(0), c.In(1)).(val))
	},
	Variants: func(*fn.Table) []Op {
		return []Op{*KeyEnd(Operand{Mode: Vec, P: types.I64, Val: 1}, Operand{Mode: Vec, P: types.I64, Val: 2}, Operand{Mode: Out, P: types.Str, Val: 3})}
	},
}

// KeyEnd makes the op.
func KeyEnd(begin, end, out Operand) *Op {
	return &Op{Kind: kind("skend"), Args: []Operand{begin, end, out}}
}
