package subop

import (
	"github.com/llir/llvm/ir/constant"
	"github.com/llir/llvm/ir/enum"
	"github.com/llir/llvm/ir/value"

	"slipher/catalog/fn"
	"slipher/catalog/types"
	"slipher/runtime/abi"
)

// Three ways to accumulate over frames, none of which costs more than n log n:
//
//	WindowGrow  the frames of a partition begin together and only grow: rows are put to one state
//	WindowMove  both ends move forward: rows that a frame leaves are taken out of the state (fn.Accumulator.Undo)
//	WindowTree  any other: states of 16 rows, of 16 of these and so on are made once, and a frame's put together
//
// What is put to a state is the same emitter in all of them, fn.Accumulator's.

// Folded is a value of each row that is accumulated, in the entries of the source.
type Folded struct {
	Sorted
	Field, FieldNull Number // its offsets in an entry; 0: it is never NULL
	Arena            Number // of the op: states that outlive a vector
}

// WindowGrow accumulates over frames that only grow while From stays the same.
type WindowGrow struct {
	Fn *fn.Accumulator
	P  types.Phys // of the value
	Folded
	Keep        Number // offset of foldWords words
	From, To    Operand
	State, None Operand // None: over no values
}

func (w *WindowGrow) op() Op { return Op{Kind: foldKinds[foldName{"wgrow", w.Fn.Name, w.P}]} }

// WindowMove accumulates over frames whose ends only move forward in a partition.
type WindowMove WindowGrow

func (w *WindowMove) op() Op { return Op{Kind: foldKinds[foldName{"wmove", w.Fn.Name, w.P}]} }

type foldName struct {
	way, fn string
	p       types.Phys
}

func (n foldName) String() string { return n.way + "_" + n.fn + "_" + n.p.String() }

// foldKinds has a kind for each way, accumulator and class of values.
var foldKinds = func() map[foldName]*Kind {
	ks := map[foldName]*Kind{}
	for _, a := range fn.Default().Accumulators() {
		for _, p := range a.In {
			g, m, t := foldName{"wgrow", a.Name, p}, foldName{"wmove", a.Name, p}, foldName{"wtree", a.Name, p}
			ks[g] = kindOf(Kind{Name: g.String(), Fails: true}, emitter[WindowGrow]{
				before:   func(c *Ctx, o *WindowGrow) { (&fold{Ctx: c, a: a, p: p, o: o}).walk() },
				variants: func(*fn.Table) []WindowGrow { return foldVariants(a, p) },
			})
			if a.Undo != nil {
				ks[m] = kindOf(Kind{Name: m.String(), Fails: true}, emitter[WindowMove]{
					before: func(c *Ctx, o *WindowMove) {
						(&fold{Ctx: c, a: a, p: p, o: (*WindowGrow)(o), moves: true}).walk()
					},
					variants: func(*fn.Table) []WindowMove {
						var vs []WindowMove
						for _, v := range foldVariants(a, p) {
							vs = append(vs, WindowMove(v))
						}
						return vs
					},
				})
			}
			ks[t] = treeKind(t, a, p)
		}
	}
	return ks
}()

func foldVariants(a *fn.Accumulator, p types.Phys) []WindowGrow {
	return []WindowGrow{{Fn: a, P: p, From: vec(types.I64, 1), To: vec(types.I64, 2), State: written(a.State(p), 3),
		None: written(types.I8, 4)}}
}

// The words that WindowGrow and WindowMove keep.
const (
	foldRow   = 0 // the vector's row to go on with
	foldFrom  = 1 // what the state is of
	foldTo    = 2
	foldCount = 3 // values in it
	foldState = 4 // two words
	foldShown = 6 // a copy of it, where Step changes its bytes; two words
	foldFresh = 8 // is the copy one of this vector's?
	// FoldWords is their number.
	FoldWords = 10
)

// fold is the emission of an op that accumulates.
type fold struct {
	*Ctx
	a     *fn.Accumulator
	p     types.Phys
	o     *WindowGrow
	moves bool

	order value.Value
}

// walk emits, for each row i (going on where the last call stopped):
//
//	if from != kept from (moves: the frames have nothing in common) || to < kept to { state = nothing, from it on }
//	moves: for ; kept from < from; kept from++ { take its value out }
//	for ; kept to < to; kept to++ { put its value in }
//	result = state, none = no values
func (f *fold) walk() {
	c, o := f.Ctx, f.o
	f.order = c.order(&o.Sorted)
	c.base, c.borrows = c.Ptr(o.Arena), true
	kept := func(i int64) value.Value { return c.cast(c.keeps(o.Keep, i), i64Ptr) }
	row, from, to, count := kept(foldRow), kept(foldFrom), kept(foldTo), kept(foldCount)
	state, fresh := c.keeps(o.Keep, foldState), kept(foldFresh)
	c.ifThen("first", c.icmp(enum.IPredEQ, c.load(i64, row, "i"), c64(0)), func() { c.store(c64(0), fresh) })
	c.while("rows", func() value.Value { return c.icmp(enum.IPredSLT, c.load(i64, row, "i"), c.count) }, func() {
		i := c.load(i64, row, "i")
		wantFrom := c.InAt(o.From, i).v
		wantTo := c.maxOf(c.InAt(o.To, i).v, wantFrom)
		was := c.load(i64, from, "from")
		other := c.icmp(enum.IPredNE, wantFrom, was)
		if f.moves {
			gone := c.icmp(enum.IPredSGE, wantFrom, c.load(i64, to, "to"))
			other = named(c.builder, "or", c.cur.NewOr(gone, c.icmp(enum.IPredSLT, wantFrom, was)))
		}
		back := c.icmp(enum.IPredSLT, wantTo, c.load(i64, to, "to"))
		c.ifThen("anew", named(c.builder, "or", c.cur.NewOr(other, back)), func() {
			c.store(wantFrom, from)
			c.store(wantFrom, to)
			c.store(c64(0), count)
			c.store(c64(0), fresh)
			c.storeVal(c.zero(f.statePhys()), state)
		})
		if f.moves {
			c.while("leave", func() value.Value { return c.icmp(enum.IPredSLT, c.load(i64, from, "from"), wantFrom) }, func() {
				at := c.load(i64, from, "from")
				f.undo(at, state, count)
				c.store(c.add(at, c64(1)), from)
				c.stopEvery(1024, at)
			})
		}
		c.while("enter", func() value.Value { return c.icmp(enum.IPredSLT, c.load(i64, to, "to"), wantTo) }, func() {
			at := c.load(i64, to, "to")
			c.step(f.a, f.p, &o.Folded, c.entryAt(f.order, at), state, count)
			c.store(c64(0), fresh)
			c.store(c.add(at, c64(1)), to)
			c.stopEvery(1024, at)
		})
		f.show(i, state, fresh)
		none := bit(c.icmp(enum.IPredEQ, c.load(i64, count, "count"), c64(0)))
		c.storeVal(none, c.scaled(c.Ptr(o.None), i, 1, "none.at"))
		c.store(c.add(i, c64(1)), row)
	})
	c.store(c64(0), row)
}

func (f *fold) statePhys() types.Phys { return f.a.State(f.p) }

// show gives row i the state. One whose bytes change with the next value is copied, once for all rows of the vector
// that have it.
func (f *fold) show(i, state, fresh value.Value) {
	c, o, p := f.Ctx, f.o, f.statePhys()
	from := state
	if p == types.Str && !f.a.Keeps {
		from = c.keeps(o.Keep, foldShown)
		c.ifThen("copy", c.icmp(enum.IPredEQ, c.load(i64, fresh, "fresh"), c64(0)), func() {
			c.storeVal(c.own(c.loadVal(p, state, "state"), c.arenaPtr()), from)
			c.store(c64(1), fresh)
		})
	}
	c.storeVal(c.loadVal(p, from, "state"), c.scaled(c.Ptr(o.State), i, p.Width(), "out.at"))
}

// step puts an entry's value to the state and counts it, if it is not NULL.
func (c *Ctx) step(a *fn.Accumulator, p types.Phys, o *Folded, ent, state, count value.Value) {
	c.ifThen("value", c.valued(o, ent), func() {
		x := c.entryField(ent, p, c.Imm(o.Field))
		n := c.load(i64, count, "count")
		first := bit(c.icmp(enum.IPredEQ, n, c64(0)))
		sp := a.State(p)
		c.storeVal(a.Step(c, p, c.loadVal(sp, state, "state"), x, first).(val), state)
		c.store(c.add(n, c64(1)), count)
	})
}

func (f *fold) undo(at, state, count value.Value) {
	c, o := f.Ctx, f.o
	ent := c.entryAt(f.order, at)
	c.ifThen("value", c.valued(&o.Folded, ent), func() {
		x := c.entryField(ent, f.p, c.Imm(o.Field))
		sp := f.statePhys()
		c.storeVal(f.a.Undo(c, f.p, c.loadVal(sp, state, "state"), x).(val), state)
		c.inc(count, c64(-1))
	})
}

// valued is an i1: the entry's value is not NULL.
func (c *Ctx) valued(o *Folded, ent value.Value) value.Value {
	off := c.Imm(o.FieldNull)
	if n, known := c.ImmConst(o.FieldNull); known && n == 0 {
		return constant.True
	}
	never := c.icmp(enum.IPredEQ, off, c64(0))
	null := c.load(i8, c.gep(c.toPtr(ent), off, "null.at"), "null")
	return named(c.builder, "valued", c.cur.NewOr(never, c.icmp(enum.IPredEQ, null, constant.NewInt(i8, 0))))
}

// while emits: for cond() { body() }.
func (b *builder) while(hint string, cond func() value.Value, body func()) {
	head, blk, exit := b.block(hint), b.block(hint+".body"), b.block(hint+".end")
	b.cur.NewBr(head)
	b.cur = head
	c := cond()
	b.cur.NewCondBr(c, blk, exit)
	b.cur = blk
	body()
	b.cur.NewBr(head)
	b.cur = exit
}

func (b *builder) maxOf(x, y value.Value) value.Value {
	return named(b, "max", b.cur.NewSelect(b.icmp(enum.IPredSGT, x, y), x, y))
}

func (b *builder) minOf(x, y value.Value) value.Value {
	return named(b, "min", b.cur.NewSelect(b.icmp(enum.IPredSLT, x, y), x, y))
}

// stopEvery leaves, to go on with the same op, if somebody wants the code to stop, which it looks at for one number n
// of so many, a power of two. What the op does must stand in memory. A failure does not wait.
func (c *Ctx) stopEvery(many int64, n value.Value) {
	low := named(c.builder, "low", c.cur.NewAnd(n, c64(many-1)))
	c.ifThen("look", c.icmp(enum.IPredEQ, low, c64(many-1)), func() {
		c.leaveFailed()
		stop := c.load(bytePtr, c.field(c.state, abi.StateStop, "stop.at"), "stop")
		flag := c.loadVolatile(i32, stop, "flag")
		c.Leave(c.icmp(enum.IPredNE, flag, constant.NewInt(i32, 0)), abi.Stopped)
	})
}

// leaveFailed leaves if a row has failed.
func (b *builder) leaveFailed() {
	if b.err == nil {
		return
	}
	e := b.load(i64, b.err, "err")
	bad, ok := b.block("failed"), b.block("ok")
	b.cur.NewCondBr(b.icmp(enum.IPredNE, e, c64(0)), bad, ok)
	b.cur = bad
	b.store(e, b.field(b.state, abi.StateErrCode, "err.at"))
	b.cur.NewRet(constant.NewInt(i32, int64(abi.Error)))
	b.cur = ok
}
