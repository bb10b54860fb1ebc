package subop

import (
	"github.com/llir/llvm/ir"
	"github.com/llir/llvm/ir/constant"
	"github.com/llir/llvm/ir/enum"
	lt "github.com/llir/llvm/ir/types"
	"github.com/llir/llvm/ir/value"

	"slipher/catalog/fn"
	"slipher/catalog/types"
	"slipher/runtime/abi"
)

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
		r := val{v: named(b, "phi", join.NewPhi(ir.NewIncoming(p.t.v, tend), ir.NewIncoming(p.e.v, eend))), p: p.t.p,
			bit: p.t.bit}
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
	// The first operation that fails says so: what those behind it make of its result means nothing. That is the
	// least number, as in primitives, of which each looks at all rows before the next one runs.
	old := b.load(i64, b.err, "err.old")
	before := b.icmp(enum.IPredULT, b.add(full, c64(-1)), b.add(old, c64(-1))) // 0 is none
	cond = named(b, "first", b.cur.NewAnd(cond, before))
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

func (b *builder) CallTry(kernel string, args ...fn.Value) (r, failed fn.Value) {
	r, code := b.callKernel(kernel, args)
	return r, val{v: b.icmp(enum.IPredNE, code, constant.NewInt(i32, 0)), p: types.I8, bit: true}
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
