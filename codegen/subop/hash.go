package subop

import (
	"github.com/llir/llvm/ir/constant"
	"github.com/llir/llvm/ir/enum"
	"github.com/llir/llvm/ir/value"

	"slipher/catalog/fn"
	"slipher/catalog/types"
	"slipher/runtime/abi"
)

// Hash seeds. TableSeed is free to change; DistSeed and the arithmetic below
// are DistHash version 1: rows on disk lie where it put them.
const (
	TableSeed int64 = 0x2545F4914F6CDD1D
	DistSeed  int64 = 0x1B873593CC9E2D51
	hashMul1  int64 = -0x61c8864680b583eb // 2^64 / golden ratio
	hashMul2  int64 = -0x3b314601e57a13ad // MurmurHash3's second multiplier
	nullHash  int64 = 0x5bd1e9955bd1e995
)

// Hash mixes a value into a running hash. Canonical per comparison class: all
// integers and decimals of one scale hash as their 128-bit value, -0 as 0, REAL as its DOUBLE; strings come
// without trailing blanks.
type Hash struct {
	Value, Null Operand
	SoFar       Operand // absent for the first key
	Seed        Number  // if none so far
	Hash        Operand
}

func (*Hash) op() Op { return Op{Kind: hash} }

var hash = kindOf(Kind{Name: "hash", Elementwise: true}, emitter[Hash]{
	row: func(c *Ctx, o *Hash) {
		var h value.Value
		if c.Has(o.SoFar) {
			h = c.In(o.SoFar).v
		} else {
			h = c.Imm(o.Seed)
		}
		x := c.canonicalWord(c.In(o.Value))
		if c.Has(o.Null) {
			x = named(c.builder, "word", c.cur.NewSelect(c.asBit(c.In(o.Null)).v, c64(nullHash), x))
		}
		c.Set(o.Hash, word(c.mix(h, x)))
	},
	variants: func(*fn.Table) []Hash {
		var vs []Hash
		for _, p := range allClasses {
			for _, null := range nullable(2) {
				for _, soFar := range []Operand{{}, vec(types.I64, 3)} {
					vs = append(vs, Hash{Value: vec(p, 1), Null: null, SoFar: soFar, Hash: written(types.I64, 4)})
				}
			}
		}
		return vs
	},
})

// mix is one round: (h ^ x) * m1, fold, * m2, fold.
func (b *builder) mix(h, x value.Value) value.Value {
	fold := func(v value.Value, by int64) value.Value {
		s := named(b, "h.up", b.cur.NewLShr(v, c64(by)))
		return named(b, "h.fold", b.cur.NewXor(v, s))
	}
	v := value.Value(named(b, "h.in", b.cur.NewXor(h, x)))
	v = fold(named(b, "h.mul", b.cur.NewMul(v, c64(hashMul1))), 32)
	v = fold(named(b, "h.mul", b.cur.NewMul(v, c64(hashMul2))), 29)
	return named(b, "h", b.cur.NewMul(v, c64(hashMul1)))
}

// canonicalWord maps a value to 64 bits, equal for values that compare equal.
func (b *builder) canonicalWord(x val) value.Value {
	switch x.p {
	case types.Str:
		return b.hashStr(x)
	case types.I128:
		// Folds to the low word for everything that fits 64 bits.
		lo := named(b, "lo", b.cur.NewTrunc(x.v, i64))
		hi := named(b, "hi", b.cur.NewTrunc(named(b, "up", b.cur.NewLShr(x.v, constant.NewInt(i128, 64))), i64))
		sign := named(b, "sign", b.cur.NewAShr(lo, c64(63)))
		rest := named(b, "rest", b.cur.NewXor(hi, sign))
		return named(b, "word", b.cur.NewXor(lo, named(b, "spread", b.cur.NewMul(rest, c64(hashMul1)))))
	case types.F32, types.F64:
		if x.p == types.F32 {
			x = b.FPExt(x).(val)
		}
		plus := val{v: named(b, "plus", b.cur.NewFAdd(x.v, constant.NewFloat(f64Type, 0))), p: types.F64} // -0 + 0 = 0
		nan := named(b, "nan", b.cur.NewFCmp(enum.FPredUNO, x.v, x.v))
		bits := b.FloatBits(plus).(val).v
		return named(b, "word", b.cur.NewSelect(nan, c64(0x7ff8000000000000), bits))
	case types.I8:
		return named(b, "word", b.cur.NewZExt(b.asBit(x).v, i64))
	}
	return b.SExt(x, types.I64).(val).v
}

// shortMul mixes the words of a short string: xxHash's second 64-bit prime.
const shortMul int64 = -0x3d4d51c2d82b14b1

// hashStr is a 64-bit word of a string's bytes. Short strings are all in their
// header: (w0 ^ w1 * m1) * m2, folded; the kernel reads the bytes of long ones.
func (b *builder) hashStr(x val) value.Value {
	long := b.icmp(enum.IPredUGT, b.StrLen(x).(val).v, constant.NewInt(i32, abi.StrInline))
	r := b.If(bit(long), func() []fn.Value { return []fn.Value{b.Call("slp_hash_long", x)} }, func() []fn.Value {
		w1 := named(b, "h.mul", b.cur.NewMul(x.w1, c64(hashMul1)))
		h := named(b, "h.mul", b.cur.NewMul(named(b, "h.in", b.cur.NewXor(x.v, w1)), c64(shortMul)))
		up := named(b, "h.up", b.cur.NewLShr(h, c64(31)))
		return []fn.Value{word(named(b, "h.fold", b.cur.NewXor(h, up)))}
	})
	return r[0].(val).v
}

// Prefetch asks for the directory word a hash leads to, one loop ahead of its use.
type Prefetch struct {
	Hash  Operand
	Table Number  // slot of its address
	Join  Operand // there if the directory is a join table's
}

func (*Prefetch) op() Op { return Op{Kind: prefetch} }

var prefetch = kindOf(Kind{Name: "prefetch"}, emitter[Prefetch]{
	before: func(c *Ctx, o *Prefetch) {
		tab := c.load(bytePtr, c.Ptr(o.Table), "tab")
		c.base = c.load(bytePtr, tab, "dir")
		c.base2 = c.load(i64, c.field(tab, tableMask, "mask.at"), "mask")
	},
	row: func(c *Ctx, o *Prefetch) {
		h := c.In(o.Hash).v
		var slot value.Value
		if o.Join.Mode == None {
			slot = named(c.builder, "slot", c.cur.NewAnd(h, c.base2))
		} else {
			slot = named(c.builder, "slot", c.cur.NewLShr(h, c.base2))
		}
		f := c.mod.declare("llvm.prefetch.p0i8", voidType, bytePtr, i32, i32, i32)
		c.cur.NewCall(f, c.scaled(c.base, slot, 8, "dir.at"), constant.NewInt(i32, 0), constant.NewInt(i32, 3),
			constant.NewInt(i32, 1))
	},
	variants: func(*fn.Table) []Prefetch {
		return []Prefetch{{Hash: vec(types.I64, 1)}, {Hash: vec(types.I64, 1), Join: Optional(1)}}
	},
})
