package fntest

import (
	"fmt"
	"math"
	"math/big"

	"slipher/catalog/fn"
	"slipher/catalog/types"
)

// V is an evaluated Value. Class NoPhys is an i1 (in I).
type V struct {
	P types.Phys
	I *big.Int // integers and i1, in range of the class, signed
	F float64
	W [2]uint64 // strings
	// Null: a result is NULL.
	Null bool
}

// CallKernel runs a kernel: what the tests that have C at hand provide.
type CallKernel func(k *fn.Kernel, args []V) (V, fn.Code)

// Builder evaluates; Code is the first error raised.
type Builder struct {
	Table *fn.Table
	Call_ CallKernel
	Code  fn.Code
}

// Eval runs op for one row of non-NULL arguments.
func Eval(t *fn.Table, call CallKernel, op *fn.Op, sh fn.Shape, args []V) (V, fn.Code) {
	b := &Builder{Table: t, Call_: call}
	in := make([]fn.Value, len(args))
	for i, a := range args {
		if a.P == types.I8 {
			a = bit(a.I.Sign() != 0)
		}
		in[i] = a
	}
	var r V
	if op.EmitNull != nil {
		v, null := op.EmitNull(b, sh, in, make([]fn.Value, len(in)))
		r = v.(V)
		r.Null = null != nil && null.(V).I.Sign() != 0
	} else {
		r = op.Emit(b, sh, in).(V)
	}
	if sh.Out == types.I8 {
		must(r.P == types.NoPhys, "a BOOL result must be an i1")
		r.P = types.I8
	}
	must(r.P == sh.Out, "result of class %v, shape says %v", r.P, sh.Out)
	return r, b.Code
}

func must(ok bool, format string, args ...any) {
	if !ok {
		panic("emitter: " + fmt.Sprintf(format, args...))
	}
}

func width(p types.Phys) uint {
	if p == types.NoPhys {
		return 1
	}
	return uint(8 * p.Width())
}

// wrap brings i into the range of class p.
func wrap(p types.Phys, i *big.Int) V {
	n := width(p)
	m := new(big.Int).Lsh(big.NewInt(1), n)
	r := new(big.Int).Mod(i, m)
	if p != types.NoPhys && r.Bit(int(n)-1) == 1 {
		r.Sub(r, m)
	}
	return V{P: p, I: r}
}

func bit(v bool) V {
	if v {
		return V{I: big.NewInt(1)}
	}
	return V{I: big.NewInt(0)}
}

// Int, Float and Str make arguments.
func Int(p types.Phys, v *big.Int) V { return wrap(p, v) }

// Float is an argument of class F32 or F64.
func Float(p types.Phys, f float64) V { return round(p, f) }

func round(p types.Phys, f float64) V {
	if p == types.F32 {
		f = float64(float32(f))
	}
	return V{P: p, F: f}
}

func isInt(v V) bool { return v.P == types.NoPhys || v.P.IsInt() }

func pair(x, y fn.Value) (V, V) {
	a, b := x.(V), y.(V)
	must(a.P == b.P, "operands of classes %v and %v", a.P, b.P)
	return a, b
}

func (b *Builder) Const(p types.Phys, v int64) fn.Value {
	must(p.IsInt() && p != types.I8, "Const of class %v", p)
	return wrap(p, big.NewInt(v))
}

func (b *Builder) ConstF(p types.Phys, v float64) fn.Value {
	must(p.IsFloat(), "ConstF of class %v", p)
	return round(p, v)
}
func (b *Builder) Bool(v bool) fn.Value { return bit(v) }

func (b *Builder) arith(x, y fn.Value, i func(z, x, y *big.Int) *big.Int, f func(x, y float64) float64) fn.Value {
	u, v := pair(x, y)
	if u.P.IsFloat() {
		must(f != nil, "no such float operation")
		return round(u.P, f(u.F, v.F))
	}
	must(isInt(u) && u.P != types.NoPhys, "arithmetic on class %v", u.P)
	return wrap(u.P, i(new(big.Int), u.I, v.I))
}

func (b *Builder) Add(x, y fn.Value) fn.Value {
	return b.arith(x, y, (*big.Int).Add, func(x, y float64) float64 { return x + y })
}
func (b *Builder) Sub(x, y fn.Value) fn.Value {
	return b.arith(x, y, (*big.Int).Sub, func(x, y float64) float64 { return x - y })
}
func (b *Builder) Mul(x, y fn.Value) fn.Value {
	return b.arith(x, y, (*big.Int).Mul, func(x, y float64) float64 { return x * y })
}
func (b *Builder) Neg(x fn.Value) fn.Value {
	v := x.(V)
	if v.P.IsFloat() {
		return V{P: v.P, F: -v.F}
	}
	return wrap(v.P, new(big.Int).Neg(v.I))
}

func (b *Builder) trapping(x, y fn.Value, f func(z, x, y *big.Int) *big.Int) fn.Value {
	u, v := pair(x, y)
	must(u.P != types.I128, "division of I128 would call a library: use a kernel")
	must(v.I.Sign() != 0, "division by zero would trap")
	minusOne := v.I.IsInt64() && v.I.Int64() == -1
	must(!(minusOne && new(big.Int).Neg(u.I).Cmp(wrap(u.P, new(big.Int).Neg(u.I)).I) != 0), "MIN / -1 would trap")
	return wrap(u.P, f(new(big.Int), u.I, v.I))
}
func (b *Builder) SDiv(x, y fn.Value) fn.Value { return b.trapping(x, y, (*big.Int).Quo) }
func (b *Builder) SRem(x, y fn.Value) fn.Value { return b.trapping(x, y, (*big.Int).Rem) }
func (b *Builder) FDiv(x, y fn.Value) fn.Value {
	u, v := pair(x, y)
	must(u.P.IsFloat(), "FDiv of class %v", u.P)
	return round(u.P, u.F/v.F)
}

func (b *Builder) bitwise(x, y fn.Value, f func(z, x, y *big.Int) *big.Int) fn.Value {
	u, v := pair(x, y)
	must(isInt(u), "bitwise on class %v", u.P)
	return wrap(u.P, f(new(big.Int), u.I, v.I))
}
func (b *Builder) And(x, y fn.Value) fn.Value { return b.bitwise(x, y, (*big.Int).And) }
func (b *Builder) Or(x, y fn.Value) fn.Value  { return b.bitwise(x, y, (*big.Int).Or) }
func (b *Builder) Xor(x, y fn.Value) fn.Value { return b.bitwise(x, y, (*big.Int).Xor) }
func (b *Builder) Not(x fn.Value) fn.Value {
	v := x.(V)
	must(isInt(v), "Not of class %v", v.P)
	return wrap(v.P, new(big.Int).Not(v.I))
}

func (b *Builder) shift(x, y fn.Value, f func(v V, n uint) *big.Int) fn.Value {
	u, v := pair(x, y)
	must(v.I.Sign() >= 0 && v.I.Cmp(big.NewInt(int64(width(u.P)))) < 0, "shift by %v", v.I)
	return wrap(u.P, f(u, uint(v.I.Int64())))
}
func (b *Builder) Shl(x, y fn.Value) fn.Value {
	return b.shift(x, y, func(v V, n uint) *big.Int { return new(big.Int).Lsh(v.I, n) })
}
func (b *Builder) AShr(x, y fn.Value) fn.Value {
	return b.shift(x, y, func(v V, n uint) *big.Int { return new(big.Int).Rsh(v.I, n) })
}
func (b *Builder) LShr(x, y fn.Value) fn.Value {
	return b.shift(x, y, func(v V, n uint) *big.Int { return new(big.Int).Rsh(unsigned(v), n) })
}

func unsigned(v V) *big.Int {
	if v.I.Sign() >= 0 {
		return v.I
	}
	return new(big.Int).Add(v.I, new(big.Int).Lsh(big.NewInt(1), width(v.P)))
}

func (b *Builder) ovf(x, y fn.Value, f func(z, x, y *big.Int) *big.Int) (fn.Value, fn.Value) {
	u, v := pair(x, y)
	must(u.P.IsInt() && u.P != types.I8, "checked arithmetic on class %v", u.P)
	exact := f(new(big.Int), u.I, v.I)
	r := wrap(u.P, exact)
	return r, bit(r.I.Cmp(exact) != 0)
}
func (b *Builder) AddOvf(x, y fn.Value) (r, o fn.Value) { return b.ovf(x, y, (*big.Int).Add) }
func (b *Builder) SubOvf(x, y fn.Value) (r, o fn.Value) { return b.ovf(x, y, (*big.Int).Sub) }
func (b *Builder) MulOvf(x, y fn.Value) (r, o fn.Value) { return b.ovf(x, y, (*big.Int).Mul) }

func decide(p fn.Pred, c int) V {
	switch p {
	case fn.EQ:
		return bit(c == 0)
	case fn.NE:
		return bit(c != 0)
	case fn.LT, fn.ULT:
		return bit(c < 0)
	case fn.LE, fn.ULE:
		return bit(c <= 0)
	case fn.GT, fn.UGT:
		return bit(c > 0)
	}
	return bit(c >= 0)
}

func (b *Builder) ICmp(p fn.Pred, x, y fn.Value) fn.Value {
	u, v := pair(x, y)
	must(isInt(u), "ICmp of class %v", u.P)
	if p >= fn.ULT {
		return decide(p, unsigned(u).Cmp(unsigned(v)))
	}
	return decide(p, u.I.Cmp(v.I))
}

func (b *Builder) FCmp(p fn.Pred, x, y fn.Value) fn.Value {
	u, v := pair(x, y)
	must(u.P.IsFloat() && p <= fn.GE, "FCmp of class %v", u.P)
	nx, ny := math.IsNaN(u.F), math.IsNaN(v.F)
	switch {
	case nx && ny, u.F == v.F:
		return decide(p, 0)
	case nx, u.F > v.F:
		return decide(p, 1)
	}
	return decide(p, -1)
}

func (b *Builder) Select(c, x, y fn.Value) fn.Value {
	must(c.(V).P == types.NoPhys, "Select on class %v", c.(V).P)
	u, v := pair(x, y)
	if c.(V).I.Sign() != 0 {
		return u
	}
	return v
}

func (b *Builder) SExt(x fn.Value, to types.Phys) fn.Value {
	v := x.(V)
	must(v.P.IsInt() && to.Width() > v.P.Width(), "SExt from %v to %v", v.P, to)
	return V{P: to, I: v.I}
}
func (b *Builder) ZExt(x fn.Value, to types.Phys) fn.Value {
	v := x.(V)
	must(isInt(v) && width(to) > width(v.P), "ZExt from %v to %v", v.P, to)
	return V{P: to, I: unsigned(v)}
}
func (b *Builder) Trunc(x fn.Value, to types.Phys) fn.Value {
	v := x.(V)
	must(v.P.IsInt() && width(to) < width(v.P), "Trunc from %v to %v", v.P, to)
	return wrap(to, v.I)
}
func (b *Builder) SIToFP(x fn.Value, to types.Phys) fn.Value {
	v := x.(V)
	must(v.P.IsInt() && v.P != types.I128, "SIToFP of class %v", v.P)
	if to == types.F32 {
		return V{P: to, F: float64(float32(v.I.Int64()))}
	}
	return V{P: to, F: float64(v.I.Int64())}
}
func (b *Builder) FPToSI(x fn.Value, to types.Phys) fn.Value {
	v := x.(V)
	i, _ := big.NewFloat(v.F).Int(nil)
	r := wrap(to, i)
	must(r.I.Cmp(i) == 0 && to != types.I128, "FPToSI of %v to %v", v.F, to)
	return r
}
func (b *Builder) FPExt(x fn.Value) fn.Value {
	must(x.(V).P == types.F32, "FPExt of class %v", x.(V).P)
	return V{P: types.F64, F: x.(V).F}
}
func (b *Builder) FPTrunc(x fn.Value) fn.Value {
	must(x.(V).P == types.F64, "FPTrunc of class %v", x.(V).P)
	return round(types.F32, x.(V).F)
}
func (b *Builder) FloatBits(x fn.Value) fn.Value {
	v := x.(V)
	if v.P == types.F32 {
		return wrap(types.I32, big.NewInt(int64(math.Float32bits(float32(v.F)))))
	}
	return wrap(types.I64, new(big.Int).SetUint64(math.Float64bits(v.F)))
}

func word(u uint64) V { return wrap(types.I64, new(big.Int).SetUint64(u)) }

func (b *Builder) StrWords(s fn.Value) (w0, w1 fn.Value) {
	v := s.(V)
	must(v.P == types.Str, "StrWords of class %v", v.P)
	return word(v.W[0]), word(v.W[1])
}
func (b *Builder) MakeStr(w0, w1 fn.Value) fn.Value {
	u, v := pair(w0, w1)
	return V{P: types.Str, W: [2]uint64{unsigned(u).Uint64(), unsigned(v).Uint64()}}
}
func (b *Builder) StrLen(s fn.Value) fn.Value {
	return wrap(types.I32, new(big.Int).SetUint64(s.(V).W[0]&0xffffffff))
}

func (b *Builder) If(c fn.Value, then, els func() []fn.Value) []fn.Value {
	// Both arms are built, as a code generator would, so that both are checked; only one counts.
	if c.(V).I.Sign() != 0 {
		return then()
	}
	return els()
}

func (b *Builder) Fail(code fn.Code, cond fn.Value) {
	must(cond.(V).P == types.NoPhys, "Fail on class %v", cond.(V).P)
	if b.Code == fn.OK && cond.(V).I.Sign() != 0 {
		b.Code = code
	}
}

func (b *Builder) call(name string, args []fn.Value, err bool) fn.Value {
	k := b.Table.Kernel(name)
	must(k != nil, "no kernel %s", name)
	must(k.Err == err, "kernel %s: Call and CallErr differ", name)
	must(len(k.Args) == len(args), "kernel %s: %d arguments", name, len(args))
	in := make([]V, len(args))
	for i, a := range args {
		in[i] = a.(V)
		must(in[i].P == k.Args[i], "kernel %s: argument %d of class %v, wants %v", name, i, in[i].P, k.Args[i])
	}
	r, code := b.Call_(k, in)
	if b.Code == fn.OK {
		b.Code = code
	}
	must(r.P == k.Result, "kernel %s: result of class %v", name, r.P)
	return r
}
func (b *Builder) Call(name string, args ...fn.Value) fn.Value    { return b.call(name, args, false) }
func (b *Builder) CallErr(name string, args ...fn.Value) fn.Value { return b.call(name, args, true) }

// CallTry raises nothing.
func (b *Builder) CallTry(name string, args ...fn.Value) (r, failed fn.Value) {
	before := b.Code
	b.Code = fn.OK
	r = b.call(name, args, true)
	failed = bit(b.Code != fn.OK)
	b.Code = before
	return r, failed
}
