package subop

import (
	"fmt"

	"github.com/llir/llvm/ir"
	"github.com/llir/llvm/ir/constant"
	"github.com/llir/llvm/ir/enum"
	lt "github.com/llir/llvm/ir/types"
	"github.com/llir/llvm/ir/value"

	"slipher/catalog/fn"
	"slipher/catalog/types"
	"slipher/runtime/abi"
)

// val is the builder's fn.Value: one SSA value, or the two words of a string.
type val struct {
	v, w1 value.Value
	p     types.Phys
	bit   bool // an i1; p is I8
}

var (
	i1, i8, i16, i32, i64 = lt.I1, lt.I8, lt.I16, lt.I32, lt.I64
	i128                  = lt.I128
	bytePtr               = lt.NewPointer(lt.I8)
)

func irType(p types.Phys) lt.Type {
	switch p {
	case types.I8:
		return i8
	case types.I16:
		return i16
	case types.I32:
		return i32
	case types.I64:
		return i64
	case types.I128:
		return i128
	case types.F32:
		return lt.Float
	case types.F64:
		return lt.Double
	}
	panic(fmt.Sprintf("BUG: no IR type for %v", p))
}

// builder writes one function. It implements fn.Builder for emitters of scalar
// operations and offers raw IR to the structural ones of this package.
type builder struct {
	mod   *module
	f     *ir.Func
	entry *ir.Block // allocas and loads of offsets; branches to the body when finished
	cur   *ir.Block
	names map[string]int
	label string // prefix of block names: "L3.hjoin"
	state value.Value

	err   value.Value // alloca i64: code | op<<32, 0 none; made when first needed
	errOp value.Value // i64: op<<32
	mask  value.Value // i1: failures count only where it is true; nil: everywhere
	arena value.Value // i8*
	outs  map[int]value.Value
}

func newBuilder(m *module, f *ir.Func) *builder {
	b := &builder{mod: m, f: f, names: map[string]int{}, outs: map[int]value.Value{}}
	for _, p := range f.Params {
		b.name(p.Name())
	}
	b.entry = b.block("entry")
	b.state = f.Params[0]
	return b
}

// name makes hint unique within the function.
func (b *builder) name(hint string) string {
	n := b.names[hint]
	b.names[hint] = n + 1
	if n == 0 {
		return hint
	}
	return fmt.Sprintf("%s.%d", hint, n)
}

func (b *builder) block(hint string) *ir.Block {
	if b.label != "" {
		hint = b.label + "." + hint
	}
	return b.f.NewBlock(b.name(hint))
}

type namer interface{ SetName(string) }

func named[T namer](b *builder, hint string, x T) T {
	x.SetName(b.name(hint))
	return x
}

func c64(n int64) value.Value { return constant.NewInt(i64, n) }

// --- raw helpers of the structural emitters ---

func (b *builder) load(t lt.Type, p value.Value, hint string) value.Value {
	return named(b, hint, b.cur.NewLoad(t, b.cast(p, lt.NewPointer(t))))
}

func (b *builder) store(x, p value.Value) {
	b.cur.NewStore(x, b.cast(p, lt.NewPointer(x.Type())))
}

// cast makes p a pointer of type t.
func (b *builder) cast(p value.Value, t lt.Type) value.Value {
	if p.Type().Equal(t) {
		return p
	}
	return named(b, "ptr", b.cur.NewBitCast(p, t))
}

// gep is p + off bytes.
func (b *builder) gep(p, off value.Value, hint string) value.Value {
	g := b.cur.NewGetElementPtr(i8, b.cast(p, bytePtr), off)
	return named(b, hint, g)
}

func (b *builder) field(p value.Value, off int64, hint string) value.Value {
	if off == 0 {
		return b.cast(p, bytePtr)
	}
	return b.gep(p, c64(off), hint)
}

// scaled is base + row*width.
func (b *builder) scaled(base, row value.Value, width int, hint string) value.Value {
	return b.gep(base, b.mul(row, c64(int64(width))), hint)
}

func (b *builder) mul(x, y value.Value) value.Value {
	return named(b, "off", b.cur.NewMul(x, y))
}
func (b *builder) add(x, y value.Value) value.Value {
	return named(b, "sum", b.cur.NewAdd(x, y))
}
func (b *builder) icmp(p enum.IPred, x, y value.Value) value.Value {
	return named(b, "cmp", b.cur.NewICmp(p, x, y))
}
func (b *builder) toPtr(x value.Value) value.Value {
	return named(b, "addr", b.cur.NewIntToPtr(x, bytePtr))
}
func (b *builder) toInt(x value.Value) value.Value {
	return named(b, "addr", b.cur.NewPtrToInt(x, i64))
}

// alloca makes a local variable in the entry block.
func (b *builder) alloca(t lt.Type, hint string) value.Value {
	return named(b, hint, b.entry.NewAlloca(t))
}

// inEntry runs f with the entry block as the current one.
func (b *builder) inEntry(f func()) {
	saved := b.cur
	b.cur = b.entry
	f()
	b.cur = saved
}

// loadVal reads a value of class p from memory.
func (b *builder) loadVal(p types.Phys, at value.Value, hint string) val {
	switch p {
	case types.Str:
		w0 := b.load(i64, at, hint)
		w1 := b.load(i64, b.field(at, 8, "p"), hint)
		return val{v: w0, w1: w1, p: p}
	case types.I8:
		x := b.load(i8, at, hint)
		return val{v: named(b, hint, b.cur.NewTrunc(x, i1)), p: p, bit: true}
	}
	return val{v: b.load(irType(p), at, hint), p: p}
}

// storeVal writes x to memory in its class's form.
func (b *builder) storeVal(x val, at value.Value) {
	switch {
	case x.p == types.Str:
		b.store(x.v, at)
		b.store(x.w1, b.field(at, 8, "p"))
	case x.bit:
		b.store(named(b, "byte", b.cur.NewZExt(x.v, i8)), at)
	default:
		b.store(x.v, at)
	}
}

// zero is the zero of class p.
func (b *builder) zero(p types.Phys) val {
	switch {
	case p == types.Str:
		return val{v: c64(0), w1: c64(0), p: p}
	case p == types.I8:
		return val{v: constant.False, p: p, bit: true}
	case p.IsFloat():
		return b.ConstF(p, 0).(val)
	}
	return b.Const(p, 0).(val)
}

// --- fn.Builder ---

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
func (b *builder) bin(hint string, x, y fn.Value, fi func(a, c value.Value) namedValue, ff func(a, c value.Value) namedValue) fn.Value {
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
	return b.bin("add", x, y, func(a, c value.Value) namedValue { return b.cur.NewAdd(a, c) }, func(a, c value.Value) namedValue { return b.cur.NewFAdd(a, c) })
}
func (b *builder) Sub(x, y fn.Value) fn.Value {
	return b.bin("sub", x, y, func(a, c value.Value) namedValue { return b.cur.NewSub(a, c) }, func(a, c value.Value) namedValue { return b.cur.NewFSub(a, c) })
}
func (b *builder) Mul(x, y fn.Value) fn.Value {
	return b.bin("mul", x, y, func(a, c value.Value) namedValue { return b.cur.NewMul(a, c) }, func(a, c value.Value) namedValue { return b.cur.NewFMul(a, c) })
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

func (b *builder) SExt(x fn.Value, to types.Phys) fn.Value {
	a := is(x)
	if a.p == to && !a.bit {
		return a
	}
	return val{v: named(b, "sext", b.cur.NewSExt(a.v, irType(to))), p: to}
}

func (b *builder) ZExt(x fn.Value, to types.Phys) fn.Value {
	a := is(x)
	if a.p == to && !a.bit {
		return a
	}
	return val{v: named(b, "zext", b.cur.NewZExt(a.v, irType(to))), p: to}
}

func (b *builder) Trunc(x fn.Value, to types.Phys) fn.Value {
	a := is(x)
	if a.p == to {
		return a
	}
	return val{v: named(b, "trunc", b.cur.NewTrunc(a.v, irType(to))), p: to}
}

func (b *builder) SIToFP(x fn.Value, to types.Phys) fn.Value {
	if is(x).p == types.I128 {
		r := b.Call("slp_i128_to_f64", x)
		if to == types.F32 {
			return b.FPTrunc(r)
		}
		return r
	}
	if is(x).bit {
		x = b.ZExt(x, types.I32)
	}
	return val{v: named(b, "fp", b.cur.NewSIToFP(is(x).v, irType(to))), p: to}
}

func (b *builder) FPToSI(x fn.Value, to types.Phys) fn.Value {
	if to == types.I128 {
		if is(x).p == types.F32 {
			x = b.FPExt(x)
		}
		return b.Call("slp_f64_to_i128", x)
	}
	return val{v: named(b, "int", b.cur.NewFPToSI(is(x).v, irType(to))), p: to}
}

func (b *builder) FPExt(x fn.Value) fn.Value {
	return val{v: named(b, "fpext", b.cur.NewFPExt(is(x).v, lt.Double)), p: types.F64}
}

func (b *builder) FPTrunc(x fn.Value) fn.Value {
	return val{v: named(b, "fptrunc", b.cur.NewFPTrunc(is(x).v, lt.Float)), p: types.F32}
}

func (b *builder) FloatBits(x fn.Value) fn.Value {
	a := is(x)
	to := types.I64
	if a.p == types.F32 {
		to = types.I32
	}
	return val{v: named(b, "bits", b.cur.NewBitCast(a.v, irType(to))), p: to}
}

func (b *builder) StrWords(s fn.Value) (w0, w1 fn.Value) {
	a := is(s)
	return val{v: a.v, p: types.I64}, val{v: a.w1, p: types.I64}
}

func (b *builder) MakeStr(w0, w1 fn.Value) fn.Value {
	return val{v: is(w0).v, w1: is(w1).v, p: types.Str}
}

func (b *builder) StrLen(s fn.Value) fn.Value {
	return val{v: named(b, "len", b.cur.NewTrunc(is(s).v, i32)), p: types.I32}
}

func (b *builder) If(c fn.Value, then, els func() []fn.Value) []fn.Value {
	k := b.asBit(is(c))
	tb, eb, join := b.block("then"), b.block("else"), b.block("join")
	b.cur.NewCondBr(k.v, tb, eb)
	b.cur = tb
	tv := then()
	tend := b.cur
	b.cur = eb
	ev := els()
	eend := b.cur
	out := make([]fn.Value, len(tv))
	type pair struct{ t, e val }
	ps := make([]pair, len(tv))
	for i := range tv {
		t, e := is(tv[i]), is(ev[i])
		if t.bit != e.bit {
			b.cur = tend
			t = b.asBit(t)
			b.cur = eend
			e = b.asBit(e)
		}
		ps[i] = pair{t, e}
	}
	tend.NewBr(join)
	eend.NewBr(join)
	b.cur = join
	for i, p := range ps {
		r := val{v: named(b, "phi", join.NewPhi(ir.NewIncoming(p.t.v, tend), ir.NewIncoming(p.e.v, eend))), p: p.t.p, bit: p.t.bit}
		if p.t.p == types.Str {
			r.w1 = named(b, "phi", join.NewPhi(ir.NewIncoming(p.t.w1, tend), ir.NewIncoming(p.e.w1, eend)))
		}
		out[i] = r
	}
	return out
}

func (b *builder) Fail(code fn.Code, cond fn.Value) {
	b.fail(constant.NewInt(i64, int64(code)), b.asBit(is(cond)).v)
}

func (b *builder) fail(code, cond value.Value) {
	if b.err == nil {
		b.err = b.alloca(i64, "err")
		b.entry.NewStore(c64(0), b.err)
	}
	if b.mask != nil {
		cond = named(b, "and", b.cur.NewAnd(cond, b.mask))
	}
	full := code
	if b.errOp != nil {
		full = named(b, "code", b.cur.NewOr(code, b.errOp))
	}
	old := b.load(i64, b.err, "err.old")
	b.cur.NewStore(named(b, "err.new", b.cur.NewSelect(cond, full, old)), b.err)
}

func (b *builder) Call(kernel string, args ...fn.Value) fn.Value {
	r, _ := b.callKernel(kernel, args)
	return r
}

func (b *builder) CallErr(kernel string, args ...fn.Value) fn.Value {
	r, code := b.callKernel(kernel, args)
	c := named(b, "code", b.cur.NewZExt(code, i64))
	b.fail(c, b.icmp(enum.IPredNE, c, c64(0)))
	return r
}

// callKernel passes strings and I128 as two words, results of those classes
// (and all results of kernels that may fail) through a slot in the frame.
func (b *builder) callKernel(name string, args []fn.Value) (fn.Value, value.Value) {
	k := b.mod.kernel(name)
	var av []value.Value
	hidden := k.Err || k.Result == types.Str || k.Result == types.I128
	var slot value.Value
	if hidden {
		if slot = b.outs[0]; slot == nil {
			a := b.entry.NewAlloca(lt.NewArray(2, i64))
			a.Align = 16 // an i128 is read from it
			slot = named(b, "out", a)
			b.outs[0] = slot
		}
		av = append(av, b.cast(slot, bytePtr))
	}
	if k.Arena {
		av = append(av, b.arenaPtr())
	}
	for i, x := range args {
		a := is(x)
		switch {
		case k.Args[i] == types.Str:
			av = append(av, a.v, a.w1)
		case k.Args[i] == types.I128:
			av = append(av, b.words128(a.v)...)
		case a.bit:
			av = append(av, named(b, "byte", b.cur.NewZExt(a.v, i8)))
		default:
			av = append(av, a.v)
		}
	}
	call := b.cur.NewCall(b.mod.kernelFunc(k), av...)
	if !call.Type().Equal(lt.Void) {
		call.SetName(b.name("call"))
	}
	if !hidden {
		r := val{v: call, p: k.Result}
		if k.Result == types.I8 {
			r = val{v: b.icmp(enum.IPredNE, call, constant.NewInt(i8, 0)), p: types.I8, bit: true}
		}
		return r, nil
	}
	return b.loadVal(k.Result, b.cast(slot, bytePtr), "out"), call
}

func (b *builder) arenaPtr() value.Value {
	if b.arena == nil {
		b.inEntry(func() { b.arena = b.load(bytePtr, b.field(b.state, abi.StateArena, "arena.at"), "arena") })
	}
	return b.arena
}

// words128 splits an i128 into low and high word.
func (b *builder) words128(x value.Value) []value.Value {
	lo := named(b, "lo", b.cur.NewTrunc(x, i64))
	sh := named(b, "up", b.cur.NewLShr(x, constant.NewInt(i128, 64)))
	return []value.Value{lo, named(b, "hi", b.cur.NewTrunc(sh, i64))}
}
