package subop

import (
	lt "github.com/llir/llvm/ir/types"

	"slipher/catalog/fn"
	"slipher/catalog/types"
)

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
