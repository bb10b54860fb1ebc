package subop

import (
	"math"

	"github.com/llir/llvm/ir/constant"
	"github.com/llir/llvm/ir/enum"
	lt "github.com/llir/llvm/ir/types"
	"github.com/llir/llvm/ir/value"

	"slipher/catalog/fn"
	"slipher/catalog/types"
)

// Accumulators live in entries: grouped ones where the row's entry operand
// points, ungrouped ones (entry is a Par) in local variables that are loaded
// before the vector and stored behind it.
//
// Operands of all: entry, value, null flag, offset of the accumulator, offset of
// its "no input yet" byte (None: not kept), slot of the table's address (strings).
type accumulator struct {
	name string
	// in lists the classes of the value; width the accumulator's own class.
	in  []types.Phys
	acc func(in types.Phys) types.Phys
	// step is the new accumulator; first is an i1 that says that there was no input yet (nil: not kept).
	step func(c *Ctx, acc, x val, first value.Value) val
	// opens: the step asks for first, which must be kept then. fails: it can raise a data error.
	opens, fails bool
}

func same(p types.Phys) types.Phys { return p }

func fixed(p types.Phys) func(types.Phys) types.Phys {
	return func(types.Phys) types.Phys { return p }
}

var accumulators = []accumulator{
	// Exact sums: 128 bits hold 2^64 additions of 64-bit values.
	{name: "sum", in: []types.Phys{types.I16, types.I32, types.I64, types.I128}, acc: fixed(types.I128),
		fails: true, step: func(c *Ctx, acc, x val, _ value.Value) val {
			wide := c.SExt(x, types.I128)
			if x.p != types.I128 {
				return c.Add(acc, wide).(val)
			}
			r, o := c.AddOvf(acc, wide)
			c.Fail(fn.NumericOverflow, o)
			return r.(val)
		}},
	{name: "sumf", in: []types.Phys{types.F32, types.F64}, acc: fixed(types.F64),
		fails: true, step: func(c *Ctx, acc, x val, _ value.Value) val {
			if x.p == types.F32 {
				x = c.FPExt(x).(val)
			}
			r := c.Add(acc, x).(val)
			c.ifThen("infinite", c.infinite(r), func() { // out of finite operands: beyond the range
				inf := c.cur.NewOr(c.infinite(acc), c.infinite(x))
				c.Fail(fn.FloatOverflow, c.Not(bit(named(c.builder, "inf", inf))))
			})
			return r
		}},
	// sumn adds in 64 bits: for partial counts and where a guard proves the range.
	{name: "sumn", in: []types.Phys{types.I16, types.I32, types.I64}, acc: fixed(types.I64),
		step: func(c *Ctx, acc, x val, _ value.Value) val { return c.Add(acc, c.SExt(x, types.I64)).(val) }},
	{name: "min", in: allClasses, acc: same, opens: true, step: extreme(fn.LT)},
	{name: "max", in: allClasses, acc: same, opens: true, step: extreme(fn.GT)},
	{name: "any", in: allClasses, acc: same, opens: true,
		step: func(c *Ctx, acc, x val, first value.Value) val {
			return c.keepIf(first, x, acc)
		}},
	// What a variance is made of, in a string: runtime/kernels/table/moments.c.
	{name: "moments", in: []types.Phys{types.I64, types.I128, types.F64}, acc: fixed(types.Str), opens: true,
		step: func(c *Ctx, acc, x val, first value.Value) val {
			s := c.stateIf(first, acc, c64(int64(MomentsSize(x.p))))
			c.Call("slp_moments_"+x.p.String(), val{v: c.toPtr(s.w1)}, x)
			return s
		}},
	{name: "moments_merge", in: []types.Phys{types.Str}, acc: fixed(types.Str), opens: true,
		step: func(c *Ctx, acc, x val, first value.Value) val {
			s := c.stateIf(first, acc, named(c.builder, "bytes", c.cur.NewZExt(c.StrLen(x).(val).v, i64)))
			c.Call("slp_moments_merge", val{v: c.toPtr(s.w1)}, x)
			return s
		}},
}

// MomentsSize is the number of bytes of a variance's state over values of class p.
func MomentsSize(p types.Phys) int {
	if p.IsFloat() {
		return 40
	}
	return 72
}

// stateIf is an empty state of so many bytes, the table's, if first, else acc.
func (c *Ctx) stateIf(first value.Value, acc val, size value.Value) val {
	r := c.If(bit(first), func() []fn.Value { return []fn.Value{c.Call("slp_moments_new", val{v: c.base}, word(size))} },
		func() []fn.Value { return []fn.Value{acc} })
	return r[0].(val)
}

// infinite is an i1: x, an F64, is an infinity.
func (c *Ctx) infinite(x val) value.Value {
	bits := named(c.builder, "magnitude", c.cur.NewAnd(c.FloatBits(x).(val).v, c64(math.MaxInt64)))
	return c.icmp(enum.IPredEQ, bits, c64(0x7ff<<52))
}

// extreme keeps the smaller or larger value.
func extreme(p fn.Pred) func(c *Ctx, acc, x val, first value.Value) val {
	return func(c *Ctx, acc, x val, first value.Value) val {
		var better val
		switch {
		case x.p == types.Str:
			cmp := c.Call("slp_compare_str", x, acc).(val).v
			better = bit(c.icmp(ipreds[p], cmp, constant.NewInt(i32, 0)))
		case x.p.IsFloat():
			better = c.FCmp(p, x, acc).(val)
		default:
			better = c.ICmp(p, x, acc).(val)
		}
		return c.keepIf(named(c.builder, "better", c.cur.NewOr(better.v, first)), x, acc)
	}
}

// keepIf is x (its bytes owned by the table) if cond, else acc.
func (c *Ctx) keepIf(cond value.Value, x, acc val) val {
	if x.p != types.Str {
		return c.Select(bit(cond), x, acc).(val)
	}
	r := c.If(bit(cond), func() []fn.Value { return []fn.Value{c.own(x, c.base)} },
		func() []fn.Value { return []fn.Value{acc} })
	return r[0].(val)
}

// accumulatorKinds makes a kind of each accumulator.
func accumulatorKinds() []*Kind {
	ks := []*Kind{count}
	for _, a := range accumulators {
		ks = append(ks, a.kind())
	}
	return ks
}

func (a accumulator) kind() *Kind {
	k := &Kind{Name: a.name, Fails: a.fails}
	grouped := func(c *Ctx) bool { return c.Arg(0).Mode == Vec }
	k.Before = func(c *Ctx) {
		if a.acc(c.Arg(1).P) == types.Str {
			c.base = c.field(c.load(bytePtr, c.Ptr(5), "tab"), tableArena, "arena")
		}
		if grouped(c) {
			return
		}
		p := a.acc(c.Arg(1).P)
		ent := c.toPtr(c.In(0).v)
		c.local = c.alloca(memType(p), "acc")
		c.storeVal(c.loadVal(p, c.gep(ent, c.Imm(3), "acc.at"), "acc"), c.cast(c.local, bytePtr))
		if c.Has(4) {
			c.seen = c.alloca(i8, "none")
			c.store(c.load(i8, c.gep(ent, c.Imm(4), "none.at"), "none"), c.seen)
		}
	}
	k.Row = func(c *Ctx) {
		p := a.acc(c.Arg(1).P)
		at, none := c.local, c.seen
		if grouped(c) {
			ent := c.toPtr(c.In(0).v)
			at = c.gep(ent, c.Imm(3), "acc.at")
			if c.Has(4) {
				none = c.gep(ent, c.Imm(4), "none.at")
			}
		} else {
			at = c.cast(at, bytePtr)
		}
		old := c.loadVal(p, at, "acc")
		x := c.In(1)
		var first value.Value = constant.False
		var f val
		if none != nil {
			f = c.loadVal(types.I8, none, "none")
			first = f.v
		}
		if !c.Has(2) {
			c.storeVal(a.step(c, old, x, first), at)
			if none != nil {
				c.store(constant.NewInt(i8, 0), none)
			}
			return
		}
		null := c.asBit(c.In(2))
		c.mask = c.Not(null).(val).v
		if p == types.Str {
			c.ifThen("value", c.mask, func() {
				c.storeVal(a.step(c, old, x, first), at)
				c.store(constant.NewInt(i8, 0), none)
			})
			return
		}
		c.storeVal(c.Select(null, old, a.step(c, old, x, first)).(val), at)
		if none != nil {
			c.storeVal(c.And(f, null).(val), none)
		}
	}
	k.After = func(c *Ctx) {
		if grouped(c) {
			return
		}
		p := a.acc(c.Arg(1).P)
		ent := c.toPtr(c.In(0).v)
		c.storeVal(c.loadVal(p, c.cast(c.local, bytePtr), "acc"), c.gep(ent, c.Imm(3), "acc.at"))
		if c.Has(4) {
			c.store(c.load(i8, c.seen, "none"), c.gep(ent, c.Imm(4), "none.at"))
		}
	}
	k.Variants = func(*fn.Table) []Op {
		var out []Op
		for _, p := range a.in {
			for _, em := range []Mode{Vec, Par} {
				for _, null := range []Mode{None, Vec} {
					for _, seen := range []Mode{None, Imm} {
						if seen == None && (null == Vec || a.opens) && a.name != "sumn" {
							continue // without a "no input yet" byte only sums over values that are never NULL
						}
						out = append(out, Op{Kind: k, Args: []Operand{{Mode: em, P: types.I64, Val: 1}, {Mode: Vec, P: p, Val: 2},
							{Mode: null, P: types.I8, Val: 3}, imm(0), {Mode: seen}, imm(0)}})
					}
				}
			}
		}
		return out
	}
	return k
}

func memType(p types.Phys) lt.Type {
	if p == types.Str {
		return lt.NewArray(2, i64)
	}
	return irType(p)
}

// count counts rows whose value is not NULL. Operands: entry, null flag, offset.
var count = &Kind{
	Name: "count",
	Before: func(c *Ctx) {
		if c.Arg(0).Mode != Vec {
			c.local = c.alloca(i64, "n")
			c.cur.NewStore(c64(0), c.local)
		}
	},
	Row: func(c *Ctx) {
		var one value.Value = c64(1)
		if c.Has(1) {
			one = named(c.builder, "one", c.cur.NewZExt(c.Not(c.asBit(c.In(1))).(val).v, i64))
		}
		at := c.local
		if c.Arg(0).Mode == Vec {
			at = c.cast(c.gep(c.toPtr(c.In(0).v), c.Imm(2), "n.at"), lt.NewPointer(i64))
		}
		c.inc(at, one)
	},
	After: func(c *Ctx) {
		if c.Arg(0).Mode != Vec {
			at := c.cast(c.gep(c.toPtr(c.In(0).v), c.Imm(2), "n.at"), lt.NewPointer(i64))
			c.inc(at, c.load(i64, c.local, "n"))
		}
	},
	Variants: func(*fn.Table) []Op {
		var out []Op
		for _, em := range []Mode{Vec, Par} {
			for _, null := range []Mode{None, Vec} {
				out = append(out, *Count(Operand{Mode: em, P: types.I64, Val: 1}, Operand{Mode: null, P: types.I8, Val: 2}, 0))
			}
		}
		return out
	},
}

// Count makes the op.
func Count(ent, null Operand, off int) *Op {
	return &Op{Kind: kind("count"), Args: []Operand{ent, null, imm(int64(off))}}
}

// Accumulate makes the op for accumulator name; seen < 0: no "no input yet" byte is kept.
func Accumulate(name string, ent, v, null Operand, off, seen int, tableSlot int64) *Op {
	s := Operand{Mode: None}
	if seen >= 0 {
		s = imm(int64(seen))
	}
	return &Op{Kind: kind(name), Args: []Operand{ent, v, null, imm(int64(off)), s, imm(tableSlot)}}
}

// Opens reports whether accumulator name needs a "no input yet" byte.
func Opens(name string) bool {
	for _, a := range accumulators {
		if a.name == name {
			return a.opens
		}
	}
	return false
}
