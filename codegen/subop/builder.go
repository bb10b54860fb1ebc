package subop

import (
	"fmt"

	"github.com/llir/llvm/ir"
	"github.com/llir/llvm/ir/constant"
	"github.com/llir/llvm/ir/enum"
	lt "github.com/llir/llvm/ir/types"
	"github.com/llir/llvm/ir/value"

	"slipher/catalog/types"
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

func (b *builder) load(t lt.Type, p value.Value, hint string) value.Value {
	return named(b, hint, b.cur.NewLoad(t, b.cast(p, lt.NewPointer(t))))
}

// loadVolatile is load of a word that others write.
func (b *builder) loadVolatile(t lt.Type, p value.Value, hint string) value.Value {
	l := b.cur.NewLoad(t, b.cast(p, lt.NewPointer(t)))
	l.Volatile = true
	return named(b, hint, l)
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
