package lower

import (
	"math/bits"

	"slipher/catalog/fn"
	"slipher/catalog/types"
	"slipher/codegen/subop"
	"slipher/compiler/plan"
)

// Range analysis in bits: a value v is known to have |v| < 2^bits. Types bound
// their values, zone maps (through guards) bound columns more tightly, literals bound
// themselves. Where 63 bits hold the result, decimals are computed in 64 bits and unchecked:
// TPC-H's products are DECIMAL(31,4) and DECIMAL(38,6) and fit.

const unknownBits = 127

// typeBits bounds the values of an integer class by their type.
func typeBits(t types.Type) int {
	switch p := t.Phys(); {
	case t.Kind == types.Decimal:
		return min(int(t.Prec)*3322/1000+1, unknownBits)
	case p == types.I8:
		return 1
	case p.IsInt() && p != types.I128:
		return 8 * p.Width()
	}
	return unknownBits
}

// valueBits is the least n with |v| < 2^n.
func valueBits(d types.Datum) int {
	if d.Hi != d.Lo>>63 {
		return unknownBits
	}
	v := uint64(d.Lo)
	if d.Lo < 0 {
		v = -v
	}
	return bits.Len64(v)
}

// quantise rounds up to few classes, so that programs of similar literals are the same.
func quantise(n int) int {
	if n > 56 {
		return max(n, 63)
	}
	return (n + 7) / 8 * 8
}

// narrowCall lowers a call of f in 64 bits, or unchecked, where the ranges allow it.
func (l *lowerer) narrowCall(e *plan.Expr, f *fn.Op, args []result) (result, bool) {
	switch {
	case f.Compares != fn.NoComparison: // two narrow values are compared in 64 bits
		if e.Args[0].Type.Phys() != types.I128 || args[0].bits > 63 || args[1].bits > 63 {
			return result{}, false
		}
		sh := fn.Shape{In: []types.Phys{types.I64, types.I64}, Out: types.I8}
		return l.plain(f, sh, 1, l.as64(args[0]), l.as64(args[1])), true
	case f.Narrow == nil:
		return result{}, false
	case f.Narrow.To == "":
		return result{v: args[0].v, at: args[0].at, bits: args[0].bits}, args[0].v.P == types.I64
	}
	if !args[0].v.P.IsInt() || !args[1].v.P.IsInt() {
		return result{}, false
	}
	n, to := f.Narrow.Bits(args[0].bits, args[1].bits), l.opt.Fns.Op(f.Narrow.To)
	switch p := e.Type.Phys(); {
	case e.Type.IsInteger(): // in its own class, where that provably holds the result
		if n < 8*p.Width() && args[0].v.P == p && args[1].v.P == p {
			return l.plain(to, fn.Shape{In: []types.Phys{p, p}, Out: p}, n, args[0].v, args[1].v), true
		}
	case e.Type.Kind == types.Decimal: // in 64 bits, whatever the SQL type's class
		if n <= 63 && args[0].bits <= 63 && args[1].bits <= 63 {
			sh := fn.Shape{In: []types.Phys{types.I64, types.I64}, Out: types.I64}
			return l.plain(to, sh, n, l.as64(args[0]), l.as64(args[1])), true
		}
	}
	return result{}, false
}

// plain emits an op that cannot fail.
func (l *lowerer) plain(f *fn.Op, sh fn.Shape, bits int, args ...subop.Operand) result {
	out := l.vec(sh.Out)
	l.emit(&subop.Scalar{Fn: f, Shape: sh, Args: l.legalModes(args), Result: out})
	return result{v: read(out), at: l.dom.at, bits: bits}
}

// as64 is an integer result of at most 63 bits as an I64.
func (l *lowerer) as64(r result) subop.Operand {
	switch {
	case r.v.P == types.I64:
		return r.v
	case r.v.P == types.I128:
		return l.logicOp("narrow", types.I64, r.v)
	}
	return l.logicOp("widen", types.I64, r.v)
}
