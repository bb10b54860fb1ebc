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
// before the vector and stored behind it. The bytes of a string state are in the heap of the entry's page.
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

// Arena implements fn.GroupBuilder.
func (c *Ctx) Arena() fn.Value { return val{v: c.base} }

// Keep implements fn.GroupBuilder.
func (c *Ctx) Keep(cond, x, state fn.Value) fn.Value {
	if x.(val).p != types.Str || c.borrows {
		return c.Select(cond, x, state)
	}
	r := c.If(cond, func() []fn.Value { return []fn.Value{c.own(x.(val), c.base)} },
		func() []fn.Value { return []fn.Value{state} })
	return r[0]
}

// Accumulate adds a value to an accumulator.
type Accumulate struct {
	Fn          *fn.Accumulator
	Entry       Operand // vector: by group
	Value, Null Operand
	State       Number  // offset of the accumulator in the entry
	None        Operand // offset of its "no input yet" byte, if one is kept
}

func (a *Accumulate) op() Op { return Op{Kind: accumulators[a.Fn.Name]} }

// accumulators has a kind for each accumulator, by its name.
var accumulators = func() map[string]*Kind {
	ks := map[string]*Kind{}
	for _, a := range fn.Default().Accumulators() {
		if a.In != nil {
			ks[a.Name] = accumulatorKind(a)
		}
	}
	return ks
}()

func (a *Accumulate) grouped() bool { return a.Entry.Mode == Vec }

func accumulatorKind(a *fn.Accumulator) *Kind {
	return kindOf(Kind{Name: a.Name, Fails: a.MayFail}, emitter[Accumulate]{
		before: func(c *Ctx, o *Accumulate) {
			if o.grouped() {
				return
			}
			p := a.State(o.Value.P)
			if p == types.Str {
				c.base = c.pageOf(c.In(o.Entry).v)
			}
			ent := c.toPtr(c.In(o.Entry).v)
			c.local = c.alloca(memType(p), "acc")
			c.storeVal(c.loadVal(p, c.gep(ent, c.Imm(o.State), "acc.at"), "acc"), c.cast(c.local, bytePtr))
			if c.Has(o.None) {
				c.seen = c.alloca(i8, "none")
				c.store(c.load(i8, c.gep(ent, c.Imm(o.None), "none.at"), "none"), c.seen)
			}
		},
		row: func(c *Ctx, o *Accumulate) { c.accumulate(a, o) },
		after: func(c *Ctx, o *Accumulate) {
			if o.grouped() {
				return
			}
			p := a.State(o.Value.P)
			ent := c.toPtr(c.In(o.Entry).v)
			c.storeVal(c.loadVal(p, c.cast(c.local, bytePtr), "acc"), c.gep(ent, c.Imm(o.State), "acc.at"))
			if c.Has(o.None) {
				c.store(c.load(i8, c.seen, "none"), c.gep(ent, c.Imm(o.None), "none.at"))
			}
		},
		variants: func(*fn.Table) []Accumulate { return accumulatorVariants(a) },
	})
}

func (c *Ctx) accumulate(a *fn.Accumulator, o *Accumulate) {
	p := a.State(o.Value.P)
	at, none := c.local, c.seen
	if o.grouped() {
		ent := c.toPtr(c.In(o.Entry).v)
		if p == types.Str {
			c.base = c.pageOf(c.In(o.Entry).v)
		}
		at = c.gep(ent, c.Imm(o.State), "acc.at")
		if c.Has(o.None) {
			none = c.gep(ent, c.Imm(o.None), "none.at")
		}
	} else {
		at = c.cast(at, bytePtr)
	}
	old := c.loadVal(p, at, "acc")
	x := c.In(o.Value)
	var first value.Value = constant.False
	var f val
	if none != nil {
		f = c.loadVal(types.I8, none, "none")
		first = f.v
	}
	step := func() val {
		if p != types.Str {
			return a.Step(c, x.p, old, x, bit(first)).(val)
		}
		// The heap may move while a longer state is made.
		return c.toPage(a.Step(c, x.p, c.fromPage(old, c.base), x, bit(first)).(val), c.base)
	}
	if !c.Has(o.Null) {
		c.storeVal(step(), at)
		if none != nil {
			c.store(constant.NewInt(i8, 0), none)
		}
		return
	}
	null := c.asBit(c.In(o.Null))
	c.mask = c.Not(null).(val).v
	if p == types.Str {
		c.ifThen("value", c.mask, func() {
			c.storeVal(step(), at)
			if none != nil {
				c.store(constant.NewInt(i8, 0), none)
			}
		})
		return
	}
	c.storeVal(c.Select(null, old, step()).(val), at)
	if none != nil {
		c.storeVal(c.And(f, null).(val), none)
	}
}

func accumulatorVariants(a *fn.Accumulator) []Accumulate {
	var vs []Accumulate
	for _, p := range a.In {
		for _, ent := range []Operand{vec(types.I64, 1), par(types.I64)} {
			for _, null := range nullable(3) {
				for _, none := range []Operand{{}, Optional(0)} {
					if none.Mode != Imm && (null.Mode == Vec || a.Opens) && !a.NeverNull {
						continue // without a "no input yet" byte only what is never NULL, or over values that are not
					}
					vs = append(vs, Accumulate{Fn: a, Entry: ent, Value: vec(p, 2), Null: null, None: none})
				}
			}
		}
	}
	return vs
}

func memType(p types.Phys) lt.Type {
	if p == types.Str {
		return lt.NewArray(2, i64)
	}
	return irType(p)
}

// Count counts rows whose value is not NULL.
type Count struct {
	Entry Operand // vector: by group
	Null  Operand
	State Number // offset of the count in the entry
}

func (*Count) op() Op { return Op{Kind: count} }

var count = kindOf(Kind{Name: "count"}, emitter[Count]{
	before: func(c *Ctx, o *Count) {
		if o.Entry.Mode != Vec {
			c.local = c.alloca(i64, "n")
			c.cur.NewStore(c64(0), c.local)
		}
	},
	row: func(c *Ctx, o *Count) {
		var one value.Value = c64(1)
		if c.Has(o.Null) {
			one = named(c.builder, "one", c.cur.NewZExt(c.Not(c.asBit(c.In(o.Null))).(val).v, i64))
		}
		at := c.local
		if o.Entry.Mode == Vec {
			at = c.cast(c.gep(c.toPtr(c.In(o.Entry).v), c.Imm(o.State), "n.at"), lt.NewPointer(i64))
		}
		c.inc(at, one)
	},
	after: func(c *Ctx, o *Count) {
		if o.Entry.Mode != Vec {
			at := c.cast(c.gep(c.toPtr(c.In(o.Entry).v), c.Imm(o.State), "n.at"), lt.NewPointer(i64))
			c.inc(at, c.load(i64, c.local, "n"))
		}
	},
	variants: func(*fn.Table) []Count {
		var vs []Count
		for _, ent := range []Operand{vec(types.I64, 1), par(types.I64)} {
			for _, null := range nullable(2) {
				vs = append(vs, Count{Entry: ent, Null: null})
			}
		}
		return vs
	},
})
