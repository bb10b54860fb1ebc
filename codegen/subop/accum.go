package subop

import (
	"github.com/llir/llvm/ir/constant"
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
//
// What one does is its fn.Accumulator's.

// NewState implements fn.GroupBuilder.
func (c *Ctx) NewState(first, state, size fn.Value) fn.Value {
	r := c.If(first, func() []fn.Value { return []fn.Value{c.Call("slp_state_new", val{v: c.base}, size)} },
		func() []fn.Value { return []fn.Value{state} })
	return r[0]
}

// Address implements fn.GroupBuilder.
func (c *Ctx) Address(s fn.Value) fn.Value { return val{v: c.toPtr(s.(val).w1)} }

// Keep implements fn.GroupBuilder.
func (c *Ctx) Keep(cond, x, state fn.Value) fn.Value {
	if x.(val).p != types.Str {
		return c.Select(cond, x, state)
	}
	r := c.If(cond, func() []fn.Value { return []fn.Value{c.own(x.(val), c.base)} },
		func() []fn.Value { return []fn.Value{state} })
	return r[0]
}

// accumulatorKinds makes a kind of each accumulator.
func accumulatorKinds() []*Kind {
	ks := []*Kind{count}
	for _, a := range fn.Default().Accumulators() {
		if a.In != nil {
			ks = append(ks, accumulatorKind(a))
		}
	}
	return ks
}

func accumulatorKind(a *fn.Accumulator) *Kind {
	k := &Kind{Name: a.Name, Fails: a.MayFail}
	grouped := func(c *Ctx) bool { return c.Arg(0).Mode == Vec }
	k.Before = func(c *Ctx) {
		if a.State(c.Arg(1).P) == types.Str {
			c.base = c.field(c.load(bytePtr, c.Ptr(5), "tab"), tableArena, "arena")
		}
		if grouped(c) {
			return
		}
		p := a.State(c.Arg(1).P)
		ent := c.toPtr(c.In(0).v)
		c.local = c.alloca(memType(p), "acc")
		c.storeVal(c.loadVal(p, c.gep(ent, c.Imm(3), "acc.at"), "acc"), c.cast(c.local, bytePtr))
		if c.Has(4) {
			c.seen = c.alloca(i8, "none")
			c.store(c.load(i8, c.gep(ent, c.Imm(4), "none.at"), "none"), c.seen)
		}
	}
	k.Row = func(c *Ctx) {
		p := a.State(c.Arg(1).P)
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
			c.storeVal(a.Step(c, x.p, old, x, bit(first)).(val), at)
			if none != nil {
				c.store(constant.NewInt(i8, 0), none)
			}
			return
		}
		null := c.asBit(c.In(2))
		c.mask = c.Not(null).(val).v
		if p == types.Str {
			c.ifThen("value", c.mask, func() {
				c.storeVal(a.Step(c, x.p, old, x, bit(first)).(val), at)
				c.store(constant.NewInt(i8, 0), none)
			})
			return
		}
		c.storeVal(c.Select(null, old, a.Step(c, x.p, old, x, bit(first)).(val)).(val), at)
		if none != nil {
			c.storeVal(c.And(f, null).(val), none)
		}
	}
	k.After = func(c *Ctx) {
		if grouped(c) {
			return
		}
		p := a.State(c.Arg(1).P)
		ent := c.toPtr(c.In(0).v)
		c.storeVal(c.loadVal(p, c.cast(c.local, bytePtr), "acc"), c.gep(ent, c.Imm(3), "acc.at"))
		if c.Has(4) {
			c.store(c.load(i8, c.seen, "none"), c.gep(ent, c.Imm(4), "none.at"))
		}
	}
	k.Variants = func(*fn.Table) []Op {
		var out []Op
		for _, p := range a.In {
			for _, em := range []Mode{Vec, Par} {
				for _, null := range []Mode{None, Vec} {
					for _, seen := range []Mode{None, Imm} {
						if seen == None && (null == Vec || a.Opens) && !a.NeverNull {
							continue // without a "no input yet" byte only what is never NULL, or over values that are not
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

// Accumulate makes the op for accumulator a; seen < 0: no "no input yet" byte is kept.
func Accumulate(a *fn.Accumulator, ent, v, null Operand, off, seen int, tableSlot int64) *Op {
	s := Operand{Mode: None}
	if seen >= 0 {
		s = imm(int64(seen))
	}
	return &Op{Kind: kind(a.Name), Args: []Operand{ent, v, null, imm(int64(off)), s, imm(tableSlot)}}
}
