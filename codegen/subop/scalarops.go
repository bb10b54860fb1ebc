package subop

import (
	"github.com/llir/llvm/ir/constant"
	"github.com/llir/llvm/ir/enum"
	lt "github.com/llir/llvm/ir/types"
	"github.com/llir/llvm/ir/value"

	"slipher/catalog/fn"
	"slipher/catalog/types"
)

// Arithmetic, comparisons and choices of fn.Builder; convert.go and call.go have the rest.
var _ fn.Builder = (*builder)(nil)

func (b *builder) Const(p types.Phys, v int64) fn.Value {
	return val{v: constant.NewInt(irType(p).(*lt.IntType), v), p: p}
}

func (b *builder) ConstF(p types.Phys, v float64) fn.Value {
	return val{v: constant.NewFloat(irType(p).(*lt.FloatType), v), p: p}
}

func (b *builder) Bool(v bool) fn.Value {
	return val{v: constant.NewBool(v), p: types.I8, bit: true}
}

func is(x fn.Value) val { return x.(val) }

// bin applies the integer or the float form of an operation.
func (b *builder) bin(hint string, x, y fn.Value, fi func(a, c value.Value) namedValue,
	ff func(a, c value.Value) namedValue) fn.Value {
	a, c := is(x), is(y)
	a, c = b.sameWidth(a, c)
	f := fi
	if a.p.IsFloat() {
		f = ff
	}
	r := f(a.v, c.v)
	r.SetName(b.name(hint))
	return val{v: r, p: a.p, bit: a.bit}
}

type namedValue interface {
	value.Value
	SetName(string)
}

// sameWidth lets an emitter mix an i1 with a stored boolean.
func (b *builder) sameWidth(a, c val) (val, val) {
	if a.bit != c.bit && a.p == types.I8 && c.p == types.I8 {
		return b.asBit(a), b.asBit(c)
	}
	return a, c
}

func (b *builder) asBit(a val) val {
	if a.bit {
		return a
	}
	return val{v: b.icmp(enum.IPredNE, a.v, constant.NewInt(i8, 0)), p: types.I8, bit: true}
}

func (b *builder) Add(x, y fn.Value) fn.Value {
	return b.bin("add", x, y, func(a, c value.Value) namedValue { return b.cur.NewAdd(a, c) },
		func(a, c value.Value) namedValue { return b.cur.NewFAdd(a, c) })
}

func (b *builder) Sub(x, y fn.Value) fn.Value {
	return b.bin("sub", x, y, func(a, c value.Value) namedValue { return b.cur.NewSub(a, c) },
		func(a, c value.Value) namedValue { return b.cur.NewFSub(a, c) })
}

func (b *builder) Mul(x, y fn.Value) fn.Value {
	return b.bin("mul", x, y, func(a, c value.Value) namedValue { return b.cur.NewMul(a, c) },
		func(a, c value.Value) namedValue { return b.cur.NewFMul(a, c) })
}

func (b *builder) SDiv(x, y fn.Value) fn.Value {
	return b.bin("div", x, y, func(a, c value.Value) namedValue { return b.cur.NewSDiv(a, c) }, nil)
}

func (b *builder) SRem(x, y fn.Value) fn.Value {
	return b.bin("rem", x, y, func(a, c value.Value) namedValue { return b.cur.NewSRem(a, c) }, nil)
}

func (b *builder) FDiv(x, y fn.Value) fn.Value {
	return b.bin("div", x, y, nil, func(a, c value.Value) namedValue { return b.cur.NewFDiv(a, c) })
}

func (b *builder) And(x, y fn.Value) fn.Value {
	return b.bin("and", x, y, func(a, c value.Value) namedValue { return b.cur.NewAnd(a, c) }, nil)
}

func (b *builder) Or(x, y fn.Value) fn.Value {
	return b.bin("or", x, y, func(a, c value.Value) namedValue { return b.cur.NewOr(a, c) }, nil)
}

func (b *builder) Xor(x, y fn.Value) fn.Value {
	return b.bin("xor", x, y, func(a, c value.Value) namedValue { return b.cur.NewXor(a, c) }, nil)
}

func (b *builder) Shl(x, y fn.Value) fn.Value {
	return b.bin("shl", x, y, func(a, c value.Value) namedValue { return b.cur.NewShl(a, c) }, nil)
}

func (b *builder) AShr(x, y fn.Value) fn.Value {
	return b.bin("sar", x, y, func(a, c value.Value) namedValue { return b.cur.NewAShr(a, c) }, nil)
}

func (b *builder) LShr(x, y fn.Value) fn.Value {
	return b.bin("shr", x, y, func(a, c value.Value) namedValue { return b.cur.NewLShr(a, c) }, nil)
}

func (b *builder) Neg(x fn.Value) fn.Value {
	a := is(x)
	if a.p.IsFloat() {
		return val{v: named(b, "neg", b.cur.NewFNeg(a.v)), p: a.p}
	}
	return val{v: named(b, "neg", b.cur.NewSub(constant.NewInt(irType(a.p).(*lt.IntType), 0), a.v)), p: a.p}
}

func (b *builder) Not(x fn.Value) fn.Value {
	a := is(x)
	if a.bit {
		return val{v: named(b, "not", b.cur.NewXor(a.v, constant.True)), p: a.p, bit: true}
	}
	return val{v: named(b, "not", b.cur.NewXor(a.v, constant.NewInt(irType(a.p).(*lt.IntType), -1))), p: a.p}
}

func (b *builder) ovf(op string, x, y fn.Value) (fn.Value, fn.Value) {
	a, c := is(x), is(y)
	f := b.mod.overflow(op, a.p)
	r := named(b, op, b.cur.NewCall(f, a.v, c.v))
	v := named(b, op, b.cur.NewExtractValue(r, 0))
	o := named(b, "ovf", b.cur.NewExtractValue(r, 1))
	return val{v: v, p: a.p}, val{v: o, p: types.I8, bit: true}
}

func (b *builder) AddOvf(x, y fn.Value) (r, ovf fn.Value) { return b.ovf("sadd", x, y) }
func (b *builder) SubOvf(x, y fn.Value) (r, ovf fn.Value) { return b.ovf("ssub", x, y) }
func (b *builder) MulOvf(x, y fn.Value) (r, ovf fn.Value) {
	if is(x).p == types.I128 {
		// LLVM's own expansion calls __muloti4, which no node has.
		return b.Mul(x, y), b.Call("slp_mul128_overflows", x, y)
	}
	return b.ovf("smul", x, y)
}

var ipreds = [...]enum.IPred{enum.IPredEQ, enum.IPredNE, enum.IPredSLT, enum.IPredSLE, enum.IPredSGT, enum.IPredSGE,
	enum.IPredULT, enum.IPredULE, enum.IPredUGT, enum.IPredUGE}

func (b *builder) ICmp(p fn.Pred, x, y fn.Value) fn.Value {
	a, c := b.sameWidth(is(x), is(y))
	if a.bit && p >= fn.LT && p <= fn.GE {
		p += fn.ULT - fn.LT // false < true
	}
	return val{v: b.icmp(ipreds[p], a.v, c.v), p: types.I8, bit: true}
}

// FCmp orders NaN above everything and equal to itself.
func (b *builder) FCmp(p fn.Pred, x, y fn.Value) fn.Value {
	a, c := is(x), is(y)
	cmp := func(q enum.FPred, l, r value.Value) value.Value { return named(b, "fcmp", b.cur.NewFCmp(q, l, r)) }
	or := func(l, r value.Value) value.Value { return named(b, "or", b.cur.NewOr(l, r)) }
	and := func(l, r value.Value) value.Value { return named(b, "and", b.cur.NewAnd(l, r)) }
	not := func(l value.Value) value.Value { return named(b, "not", b.cur.NewXor(l, constant.True)) }
	nan := func(l value.Value) value.Value { return cmp(enum.FPredUNO, l, l) }
	var r value.Value
	eq := func() value.Value { return or(cmp(enum.FPredOEQ, a.v, c.v), and(nan(a.v), nan(c.v))) }
	lt := func(l, r value.Value) value.Value { return or(cmp(enum.FPredOLT, l, r), and(not(nan(l)), nan(r))) }
	switch p {
	case fn.EQ:
		r = eq()
	case fn.NE:
		r = not(eq())
	case fn.LT:
		r = lt(a.v, c.v)
	case fn.GE:
		r = not(lt(a.v, c.v))
	case fn.GT:
		r = lt(c.v, a.v)
	default:
		r = not(lt(c.v, a.v))
	}
	return val{v: r, p: types.I8, bit: true}
}

func (b *builder) Select(c, x, y fn.Value) fn.Value {
	k, a, d := b.asBit(is(c)), is(x), is(y)
	a, d = b.sameWidth(a, d)
	r := val{v: named(b, "sel", b.cur.NewSelect(k.v, a.v, d.v)), p: a.p, bit: a.bit}
	if a.p == types.Str {
		r.w1 = named(b, "sel", b.cur.NewSelect(k.v, a.w1, d.w1))
	}
	return r
}
