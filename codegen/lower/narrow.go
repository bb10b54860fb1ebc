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
	switch t.Kind {
	case types.Bool:
		return 1
	case types.Int2:
		return 16
	case types.Int4, types.Date:
		return 32
	case types.Decimal:
		return min(int(t.Prec)*3322/1000+1, unknownBits)
	case types.Int8, types.Timestamp, types.OID:
		return 64
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

// narrowRule says how an op can be computed in 64 bits.
type narrowRule struct {
	op string // the unchecked op on i64
	// args is the number of arguments that are values; the rest are dropped
	// (limits) — constants among the values are factors.
	args int
	bits func(a []int) int
}

func sumBits(a []int) int     { return max(a[0], a[1]) + 1 }
func productBits(a []int) int { return a[0] + a[1] }

// narrowRules by op. The result's class is I64 whatever the SQL type's.
var narrowRules = map[string]narrowRule{
	"add_nc":     {"add_nc", 2, sumBits},
	"sub_nc":     {"sub_nc", 2, sumBits},
	"dec_add38":  {"add_nc", 2, sumBits},
	"dec_sub38":  {"sub_nc", 2, sumBits},
	"mul_nc":     {"mul_nc", 2, productBits},
	"dec_mul38":  {"mul_nc", 2, productBits},
	"dec_up_nc":  {"mul_nc", 2, productBits},
	"int_to_dec": {"mul_nc", 2, productBits},
}

// checkedRules: integer ops whose result provably fits their own class.
var checkedRules = map[string]narrowRule{
	"add": {"add_nc", 2, sumBits},
	"sub": {"sub_nc", 2, sumBits},
	"mul": {"mul_nc", 2, productBits},
}

// comparisons of two narrow values are done in 64 bits.
var comparisons = map[string]bool{"eq": true, "ne": true, "lt": true, "le": true, "gt": true, "ge": true}

// narrowCall lowers a call in 64 bits where the ranges allow it.
func (l *lowerer) narrowCall(e *plan.Expr, args []result) (result, bool) {
	if e.Op == "dec_widen" && args[0].v.P == types.I64 {
		return result{v: args[0].v, at: args[0].at, bits: args[0].bits}, true
	}
	if r, ok := checkedRules[e.Op]; ok && e.Type.IsInteger() {
		n := r.bits([]int{args[0].bits, args[1].bits})
		p := e.Type.Phys()
		if n < 8*p.Width() && args[0].v.P == p && args[1].v.P == p {
			return l.plain(r.op, fn.Shape{In: []types.Phys{p, p}, Out: p}, n, args[0].v, args[1].v), true
		}
		return result{}, false
	}
	if comparisons[e.Op] && len(args) == 2 {
		if e.Args[0].Type.Phys() != types.I128 || args[0].bits > 63 || args[1].bits > 63 {
			return result{}, false
		}
		sh := fn.Shape{In: []types.Phys{types.I64, types.I64}, Out: types.I8}
		return l.plain(e.Op, sh, 1, l.as64(args[0]), l.as64(args[1])), true
	}
	r, ok := narrowRules[e.Op]
	if !ok || e.Type.Kind != types.Decimal {
		return result{}, false
	}
	var bs []int
	for _, a := range args[:r.args] {
		if !a.v.P.IsInt() {
			return result{}, false
		}
		bs = append(bs, a.bits)
	}
	n := r.bits(bs)
	if n > 63 || bs[0] > 63 || bs[1] > 63 {
		return result{}, false
	}
	sh := fn.Shape{In: []types.Phys{types.I64, types.I64}, Out: types.I64}
	return l.plain(r.op, sh, n, l.as64(args[0]), l.as64(args[1])), true
}

func (l *lowerer) plain(op string, sh fn.Shape, bits int, args ...subop.Operand) result {
	f := l.opt.Fns.Op(op)
	out := l.vec(sh.Out)
	l.emit(subop.Scalar(f, sh, l.legalModes(args), none, out))
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
