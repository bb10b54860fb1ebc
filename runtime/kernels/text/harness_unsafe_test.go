package text_test

import (
	"fmt"
	"math"
	"math/big"
	"slices"
	"testing"
	"unsafe"

	"slipher/catalog/fn"
	"slipher/catalog/fn/fntest"
	"slipher/catalog/int128"
	"slipher/catalog/sqlerr"
	"slipher/catalog/types"
	"slipher/catalog/zone"
	"slipher/runtime/kernels/heap"
	"slipher/runtime/kernels/kerneltest"
	tables "slipher/runtime/kernels/table"
	"slipher/runtime/kernels/text"
)

// addresses are the kernels by name.
var addresses = func() map[string]uintptr {
	m := map[string]uintptr{}
	for _, s := range append(tables.Symbols[:len(tables.Symbols):len(tables.Symbols)], text.Symbols...) {
		m[s.Name] = s.Addr
	}
	return m
}()

var table = fn.Default()

// arena and out live outside the Go heap: kernels keep pointers to them.
var (
	arena = heap.AllocZero(64)
	out   = heap.AllocZero(64)
)

// newStr makes a string header whose bytes end at the end of their allocation.
func newStr(s string) fntest.V {
	var w [2]uint64
	n := len(s)
	if n <= 12 {
		b := (*[16]byte)(unsafe.Pointer(&w))
		copy(b[4:], s)
	} else {
		p := heap.Alloc(n)
		copy(unsafe.Slice((*byte)(p), n), s)
		copy((*[16]byte)(unsafe.Pointer(&w))[4:8], s)
		w[1] = uint64(uintptr(p))
	}
	w[0] |= uint64(n)
	return fntest.V{P: types.Str, W: w}
}

// goStr reads a string header and checks its invariants.
func goStr(v fntest.V) string {
	n := int(v.W[0] & 0xffffffff)
	b := (*[16]byte)(unsafe.Pointer(&v.W))
	if n <= 12 {
		for _, c := range b[4+n:] {
			if c != 0 {
				panic("unused header bytes are not zero")
			}
		}
		return string(b[4 : 4+n])
	}
	s := string(unsafe.Slice(*(**byte)(unsafe.Pointer(&v.W[1])), n))
	if s[:4] != string(b[4:8]) {
		panic("prefix differs from the bytes")
	}
	return s
}

func callKernel(k *fn.Kernel, args []fntest.V) (fntest.V, fn.Code) {
	addr, ok := addresses[k.Name]
	if !ok {
		panic("no symbol " + k.Name)
	}
	var ints []uint64
	var floats []float64
	hidden := k.Err || k.Result == types.Str || k.Result == types.I128
	if hidden {
		ints = append(ints, uint64(uintptr(out)))
	}
	if k.Arena {
		ints = append(ints, uint64(uintptr(arena)))
	}
	for _, a := range args {
		switch {
		case a.P == types.Str:
			ints = append(ints, a.W[0], a.W[1])
		case a.P.IsFloat():
			floats = append(floats, a.F)
		case a.P == types.I128:
			d := toDatum(a)
			ints = append(ints, uint64(d.Lo), uint64(d.Hi))
		default:
			ints = append(ints, uint64(a.I.Int64()))
		}
	}
	words := (*[2]uint64)(out)
	var r uint64
	var code fn.Code
	switch {
	case k.Err:
		words[0], words[1] = 0xdeadbeef, 0xdeadbeef
		code = fn.Code(int32(kerneltest.Int(addr, ints, floats)))
		if k.Result == types.F64 {
			return fntest.Float(types.F64, math.Float64frombits(words[0])), code
		}
		r = words[0]
	case k.Result == types.F64:
		return fntest.Float(types.F64, kerneltest.Float(addr, ints, floats)), fn.OK
	default:
		r = kerneltest.Int(addr, ints, floats)
	}
	switch k.Result {
	case types.Str:
		return fntest.V{P: types.Str, W: *words}, code
	case types.I128:
		return fntest.Int(types.I128, int128.Int{Hi: int64(words[1]), Lo: words[0]}.Big()), code
	}
	return fntest.Int(k.Result, new(big.Int).SetUint64(r)), code
}

// fromDatum is a datum as an operand of class p.
func fromDatum(p types.Phys, d types.Datum) fntest.V {
	switch {
	case p == types.Str:
		return newStr(d.S)
	case p.IsFloat():
		return fntest.Float(p, d.Float())
	}
	if p != types.I128 {
		return fntest.Int(p, big.NewInt(d.Lo))
	}
	return fntest.Int(p, d.I128().Big())
}

// toDatum is a result as a datum.
func toDatum(v fntest.V) types.Datum {
	switch {
	case v.Null:
		return types.Datum{Null: true}
	case v.P == types.Str:
		return types.String(goStr(v))
	case v.P.IsFloat():
		return types.Float(v.F)
	}
	return types.Wide(int128.From(v.I))
}

// hostError is the error behind the code -1 of a host op.
var hostError error

// run evaluates a bound call on datums of the bound's argument types.
func run(b fn.Bound, args []types.Datum) (types.Datum, fn.Code) {
	if b.Op == nil {
		return args[0], fn.OK
	}
	b = fntest.InZone(b, zone.UTC.Table)
	if b.Keyed {
		b.Keyed, b.Args, args = false, slices.Clone(b.Args), slices.Clone(args)
		for i, t := range b.Args {
			args[i], _ = run(fn.Bound{Op: table.KeyOf(t), Args: []types.Type{t}, Ret: t.KeyType()}, args[i:i+1])
			b.Args[i] = t.KeyType()
		}
	}
	if b.Op.Host != nil {
		for _, e := range b.Extra {
			args = append(args, e.V)
		}
		d, err := fntest.EvalHost(b.Op, args)
		if err != nil {
			hostError = err
			return d, -1
		}
		return d, fn.OK
	}
	var sh fn.Shape
	var in []fntest.V
	for i, t := range b.Args {
		sh.In = append(sh.In, t.Phys())
		in = append(in, fromDatum(t.Phys(), args[i]))
	}
	for _, e := range b.Extra {
		sh.In = append(sh.In, e.Phys)
		in = append(in, fromDatum(e.Phys, e.V))
	}
	sh.Out = b.Ret.Phys()
	if !hasShape(b.Op, sh) {
		panic(fmt.Sprintf("op %s has no shape %v", b.Op.Name, sh))
	}
	v, code := fntest.Eval(table, callKernel, b.Op, sh, in)
	if code != fn.OK {
		return types.Datum{}, code
	}
	return toDatum(v), fn.OK
}

func hasShape(op *fn.Op, sh fn.Shape) bool {
	for _, s := range op.Shapes {
		if s.Out == sh.Out && slices.Equal(s.In, sh.In) {
			return true
		}
	}
	return false
}

// cast evaluates a cast.
func cast(t *testing.T, d types.Datum, from, to types.Type, ctx fn.CastContext) (types.Datum, fn.Code) {
	t.Helper()
	b, ok := table.Cast(from, to, ctx)
	if !ok {
		t.Fatalf("no %v cast from %v to %v", ctx, from, to)
	}
	return run(b, []types.Datum{d})
}

// errCode is the SQLSTATE of an error.
func errCode(err error) sqlerr.Code { return sqlerr.From(err).Code }
