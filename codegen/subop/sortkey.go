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

// KeySize adds the bytes a string key needs.
type KeySize struct {
	SoFar, String, Size Operand
}

func (*KeySize) op() Op { return Op{Kind: keySize} }

var keySize = kindOf(Kind{Name: "sksize", Elementwise: true}, emitter[KeySize]{
	row: func(c *Ctx, o *KeySize) {
		n := named(c.builder, "len", c.cur.NewZExt(c.StrLen(c.In(o.String)).(val).v, i64))
		twice := c.add(c.add(n, n), c64(2))
		if c.Has(o.SoFar) {
			twice = c.add(twice, c.In(o.SoFar).v)
		}
		c.Set(o.Size, word(twice))
	},
	variants: func(*fn.Table) []KeySize {
		var vs []KeySize
		for _, soFar := range []Operand{{}, vec(types.I64, 1)} {
			vs = append(vs, KeySize{SoFar: soFar, String: vec(types.Str, 2), Size: written(types.I64, 3)})
		}
		return vs
	},
})

// KeyAlloc takes the key's bytes from the instance's arena.
type KeyAlloc struct {
	Strings Operand // bytes for strings, if there are any
	Fixed   Number  // bytes for all else
	Begin   Operand
}

func (*KeyAlloc) op() Op { return Op{Kind: keyAlloc} }

var keyAlloc = kindOf(Kind{Name: "skalloc"}, emitter[KeyAlloc]{
	before: func(c *Ctx, o *KeyAlloc) {
		c.base = c.arenaPtr()
		if !c.Has(o.Strings) { // all at once
			c.base2 = c.Call("slp_arena_take", val{v: c.base}, word(c.mul(c.count, c.Imm(o.Fixed)))).(val).v
		}
	},
	row: func(c *Ctx, o *KeyAlloc) {
		if !c.Has(o.Strings) {
			c.Set(o.Begin, word(c.add(c.base2, c.mul(c.I, c.Imm(o.Fixed)))))
			return
		}
		n := c.add(c.Imm(o.Fixed), c.In(o.Strings).v)
		c.Set(o.Begin, c.Call("slp_arena_take", val{v: c.base}, word(n)).(val))
	},
	variants: func(*fn.Table) []KeyAlloc {
		var vs []KeyAlloc
		for _, strings := range []Operand{{}, vec(types.I64, 1)} {
			vs = append(vs, KeyAlloc{Strings: strings, Begin: written(types.I64, 3)})
		}
		return vs
	},
})

// KeyOrder says how a key is ordered.
type KeyOrder struct {
	NullByte, ValueByte Number // what stands before a NULL, before a value
	Flip                Number // -1 for descending, else 0
}

// OrderOf makes the operands of an order.
func OrderOf(desc, nullsFirst bool) KeyOrder {
	o := KeyOrder{NullByte: Num(2), ValueByte: Num(1)}
	if nullsFirst {
		o.NullByte = Num(0)
	}
	if desc {
		o.Flip = Num(-1)
	}
	return o
}

// KeyPut appends one value to a key.
type KeyPut struct {
	At          Operand // where to write
	Value, Null Operand
	Order       KeyOrder
	Next        Operand // where to go on
}

func (*KeyPut) op() Op { return Op{Kind: keyPut} }

var keyPut = kindOf(Kind{Name: "skput"}, emitter[KeyPut]{
	row: func(c *Ctx, o *KeyPut) {
		b := c.builder
		at := c.toPtr(c.In(o.At).v)
		v := c.orZero(o.Value, o.Null)
		marker := named(b, "marker", c.cur.NewTrunc(c.Imm(o.Order.ValueByte), i8))
		if c.Has(o.Null) {
			nb := named(b, "marker", c.cur.NewTrunc(c.Imm(o.Order.NullByte), i8))
			marker2 := named(b, "marker", c.cur.NewSelect(c.asBit(c.In(o.Null)).v, nb, marker))
			c.store(marker2, at)
		} else {
			c.store(marker, at)
		}
		body := c.field(at, 1, "body")
		if v.p == types.Str {
			c.Set(o.Next, c.Call("slp_key_str", val{v: body}, v, word(c.Imm(o.Order.Flip))).(val))
			return
		}
		for _, w := range c.orderedWords(v) {
			flip := value.Value(c.Imm(o.Order.Flip))
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
		c.Set(o.Next, word(c.toInt(body)))
	},
	variants: func(*fn.Table) []KeyPut {
		var vs []KeyPut
		for _, p := range allClasses {
			for _, null := range nullable(3) {
				vs = append(vs, KeyPut{At: vec(types.I64, 1), Value: vec(p, 2), Null: null, Next: written(types.I64, 4)})
			}
		}
		return vs
	},
})

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

// KeyCut keeps rows that may still be among the first of a sort: those whose
// first key does not begin above the cut that the runtime leaves when it drops
// the rest.
type KeyCut struct {
	Value, Null Operand
	Order       KeyOrder
	Table       Number // slot of its address
	Kept
}

func (*KeyCut) op() Op { return Op{Kind: keyCut} }

var keyCut = kindOf(Kind{Name: "skcut", Ends: true}, emitter[KeyCut]{
	before: func(c *Ctx, o *KeyCut) {
		c.store(c64(0), c.Var("kept"))
		c.base = c.load(i64, c.field(c.load(bytePtr, c.Ptr(o.Table), "tab"), abi.TableCut, "cut.at"), "cut")
	},
	row: func(c *Ctx, o *KeyCut) {
		b := c.builder
		marker := c.Imm(o.Order.ValueByte)
		if c.Has(o.Null) {
			marker = named(b, "marker", c.cur.NewSelect(c.asBit(c.In(o.Null)).v, c.Imm(o.Order.NullByte), marker))
		}
		w := c.orderedWords(c.orZero(o.Value, o.Null))[0]
		t := w.Type().(*lt.IntType)
		flip := c.Imm(o.Order.Flip)
		if t.BitSize < 64 {
			w = named(b, "w", c.cur.NewZExt(w, i64))
			w = named(b, "w", c.cur.NewShl(w, c64(int64(64-t.BitSize))))
			flip = named(b, "flip", c.cur.NewShl(flip, c64(int64(64-t.BitSize))))
		}
		w = named(b, "w", c.cur.NewLShr(named(b, "w", c.cur.NewXor(w, flip)), c64(8)))
		prefix := named(b, "prefix", c.cur.NewOr(w, named(b, "top", c.cur.NewShl(marker, c64(56)))))
		c.keepRow(c.icmp(enum.IPredULE, prefix, c.base), o.Kept.Rows)
	},
	after: func(c *Ctx, o *KeyCut) { c.store(c.load(i64, c.Var("kept"), "kept"), c.Ptr(o.Kept.Count)) },
	variants: func(*fn.Table) []KeyCut {
		var vs []KeyCut
		for _, p := range allClasses[:len(allClasses)-1] {
			for _, null := range nullable(3) {
				vs = append(vs, KeyCut{Value: vec(p, 2), Null: null})
			}
		}
		return vs
	},
})

// KeyEnd makes a string of the bytes written.
type KeyEnd struct {
	Begin, End, Key Operand
}

func (*KeyEnd) op() Op { return Op{Kind: keyEnd} }

var keyEnd = kindOf(Kind{Name: "skend"}, emitter[KeyEnd]{
	row: func(c *Ctx, o *KeyEnd) {
		c.Set(o.Key, c.Call("slp_make_str", c.In(o.Begin), c.In(o.End)).(val))
	},
	variants: func(*fn.Table) []KeyEnd {
		return []KeyEnd{{Begin: vec(types.I64, 1), End: vec(types.I64, 2), Key: written(types.Str, 3)}}
	},
})
