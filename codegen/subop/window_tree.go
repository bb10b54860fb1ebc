package subop

import (
	"github.com/llir/llvm/ir/enum"
	lt "github.com/llir/llvm/ir/types"
	"github.com/llir/llvm/ir/value"

	"slipher/catalog/fn"
	"slipher/catalog/types"
)

// WindowTree accumulates over any frames, each of which may have holes: as many ranges of rows.
type WindowTree struct {
	Fn *fn.Accumulator
	P  types.Phys // of the value
	Folded
	Keep        Number    // offset of TreeWords words
	Ranges      []Operand // beginning and end of each
	State, None Operand
}

func (w *WindowTree) op() Op { return Op{Kind: foldKinds[foldName{"wtree", w.Fn.Name, w.P}]} }

// The words that WindowTree keeps, and what it knows of the levels above the rows. A node is a state (two words), the
// number of its values, and the failure that making it was, which is one only if a frame wants the node.
const (
	treeRow   = 0 // the vector's row to go on with
	treeMade  = 1 // is the tree there?
	treeLevel = 2 // that is being made, in the end the top
	treeNext  = 3 // node of it
	treeBase  = 4 // addresses of the levels, from 1
	treeSize  = treeBase + treeLevels
	// TreeWords is their number.
	TreeWords  = treeSize + treeLevels
	treeLevels = 9 // 16^9 rows are enough
	treeFan    = 4 // bits
	nodeSize   = 32
	nodeCount  = 16
	nodeErr    = 24
)

func treeKind(name foldName, a *fn.Accumulator, p types.Phys) *Kind {
	return kindOf(Kind{Name: name.String(), Fails: true}, emitter[WindowTree]{
		before: func(c *Ctx, o *WindowTree) {
			t := &tree{Ctx: c, a: a, merge: c.mod.fns.Merged(a), p: p, o: o}
			t.order = c.order(&o.Sorted)
			t.make()
			t.walk()
		},
		variants: func(*fn.Table) []WindowTree {
			var vs []WindowTree
			for _, n := range []int{1, 3} {
				w := WindowTree{Fn: a, P: p, State: written(a.State(p), 21), None: written(types.I8, 22)}
				for i := range 2 * n {
					w.Ranges = append(w.Ranges, vec(types.I64, ValID(i+1)))
				}
				vs = append(vs, w)
			}
			return vs
		},
	})
}

// tree is the emission of a WindowTree.
type tree struct {
	*Ctx
	a, merge *fn.Accumulator
	p        types.Phys
	o        *WindowTree
	order    value.Value

	// Variables of one state: itself, how many values are in it.
	acc, count value.Value
}

func (t *tree) kept(i int64) value.Value { return t.cast(t.keeps(t.o.Keep, i), i64Ptr) }

// level is the word of a level (from 1) in one of the two lists.
func (t *tree) level(list int64, k value.Value) value.Value {
	return t.cast(t.scaled(t.keeps(t.o.Keep, list), t.add(k, c64(-1)), 8, "level.at"), i64Ptr)
}

func (t *tree) node(k, i value.Value) value.Value {
	base := t.load(i64, t.level(treeBase, k), "base")
	return t.toPtr(t.add(base, t.mul(i, c64(nodeSize))))
}

func (t *tree) begin() {
	t.storeVal(t.zero(t.a.State(t.p)), t.acc)
	t.store(c64(0), t.count)
}

// up is n over the fan, rounded up.
func (t *tree) up(n value.Value) value.Value {
	return named(t.builder, "up", t.cur.NewLShr(t.add(n, c64(1<<treeFan-1)), c64(treeFan)))
}

// make makes the levels, one node after the other, in an arena of the op:
//
//	for level = 1; level == 1 || nodes(level-1) > 16; level++ {
//		for node in 0..up(nodes(level-1)) { put its 16 children together }
//	}
func (t *tree) make() {
	c, o := t.Ctx, t.o
	c.base, c.borrows = c.Ptr(o.Arena), true
	acc := c.entry.NewAlloca(lt.NewArray(2, i64))
	acc.Align = 16 // an i128 is read from it
	t.acc, t.count = c.cast(named(c.builder, "acc", acc), bytePtr), c.alloca(i64, "count")
	made := t.kept(treeMade)
	level, next := t.kept(treeLevel), t.kept(treeNext)
	c.while("make", func() value.Value { return c.icmp(enum.IPredEQ, c.load(i64, made, "made"), c64(0)) }, func() {
		c.ifThen("bottom", c.icmp(enum.IPredEQ, c.load(i64, level, "level"), c64(0)), func() { c.store(c64(1), level) })
		k := c.load(i64, level, "level")
		isRows := c.icmp(enum.IPredEQ, k, c64(1))
		below := c.alloca(i64, "below")
		c.store(c.total(&o.Sorted), below)
		c.ifThen("below", c.icmp(enum.IPredSGT, k, c64(1)), func() {
			c.store(c.load(i64, t.level(treeSize, c.add(k, c64(-1))), "size"), below)
		})
		children := c.load(i64, below, "children")
		few := c.icmp(enum.IPredSLE, children, c64(1<<treeFan))
		done := named(c.builder, "done", c.cur.NewAnd(few, c.icmp(enum.IPredNE, k, c64(1))))
		made1, go1, join := c.block("made"), c.block("level"), c.block("level.end")
		c.cur.NewCondBr(done, made1, go1)
		c.cur = made1
		c.store(c.add(k, c64(-1)), level)
		c.store(c64(1), made)
		c.cur.NewBr(join)
		c.cur = go1
		nodes := t.up(children)
		c.ifThen("room", c.icmp(enum.IPredEQ, c.load(i64, next, "next"), c64(0)), func() {
			at := c.Call("slp_arena_take", val{v: c.base}, word(c.add(c.mul(nodes, c64(nodeSize)), c64(15)))).(val).v
			at = named(c.builder, "at", c.cur.NewAnd(c.add(at, c64(15)), c64(-16)))
			c.store(at, t.level(treeBase, k))
			c.store(nodes, t.level(treeSize, k))
		})
		c.while("nodes", func() value.Value { return c.icmp(enum.IPredSLT, c.load(i64, next, "next"), nodes) }, func() {
			n := c.load(i64, next, "next")
			t.makeNode(k, n, children, isRows)
			c.store(c.add(n, c64(1)), next)
			c.stopEvery(64, n)
		})
		c.store(c64(0), next)
		c.store(c.add(k, c64(1)), level)
		c.cur.NewBr(join)
		c.cur = join
	})
}

// makeNode puts the children of node n of level k together. That it fails is kept in the node.
func (t *tree) makeNode(k, n, children, isRows value.Value) {
	c := t.Ctx
	outer := c.err
	c.err = c.alloca(i64, "node.err")
	c.store(c64(0), c.err)
	t.begin()
	first := named(c.builder, "first", c.cur.NewShl(n, c64(treeFan)))
	last := c.minOf(c.add(first, c64(1<<treeFan)), children)
	c.forRange("child", first, last, func(i value.Value) {
		t.put(isRows, func() value.Value { return t.node(c.add(k, c64(-1)), i) }, i)
	})
	node := t.node(k, n)
	t.copyState(node, t.acc)
	c.store(c.load(i64, t.count, "count"), c.field(node, nodeCount, "count.at"))
	c.store(c.load(i64, c.err, "err"), c.field(node, nodeErr, "err.at"))
	c.err = outer
}

// put puts to the state what row i has, or a node.
func (t *tree) put(isRow value.Value, node func() value.Value, i value.Value) {
	c := t.Ctx
	row, inner, join := c.block("row"), c.block("node"), c.block("put.end")
	c.cur.NewCondBr(isRow, row, inner)
	c.cur = row
	c.step(t.a, t.p, &t.o.Folded, c.entryAt(t.order, i), t.acc, t.count)
	c.cur.NewBr(join)
	c.cur = inner
	t.join(node())
	c.cur.NewBr(join)
	c.cur = join
}

// join puts the state of a node to the state. Its failure is one now.
func (t *tree) join(node value.Value) {
	c, p := t.Ctx, t.a.State(t.p)
	more := c.load(i64, c.field(node, nodeCount, "count.at"), "more")
	failure := c.load(i64, c.field(node, nodeErr, "err.at"), "failure")
	c.fail(failure, c.icmp(enum.IPredNE, failure, c64(0)))
	c.ifThen("some", c.icmp(enum.IPredNE, more, c64(0)), func() {
		n := c.load(i64, t.count, "count")
		first := bit(c.icmp(enum.IPredEQ, n, c64(0)))
		x := c.loadVal(p, node, "state")
		c.storeVal(t.merge.Step(c, p, c.loadVal(p, t.acc, "acc"), x, first).(val), t.acc)
		c.store(c.add(n, more), t.count)
	})
}

func (t *tree) copyState(to, from value.Value) {
	p := t.a.State(t.p)
	t.storeVal(t.loadVal(p, from, "state"), to)
}

// walk gives each row of the vector the state of its frame. What Step makes of states belongs to the vector.
func (t *tree) walk() {
	c, o := t.Ctx, t.o
	c.base = c.arenaPtr()
	row := t.kept(treeRow)
	ranges := c.cast(c.alloca(lt.NewArray(uint64(len(o.Ranges)), i64), "ranges"), bytePtr)
	p := t.a.State(t.p)
	c.while("rows", func() value.Value { return c.icmp(enum.IPredSLT, c.load(i64, row, "i"), c.count) }, func() {
		i := c.load(i64, row, "i")
		for k, r := range o.Ranges {
			c.store(c.InAt(r, i).v, c.field(ranges, int64(8*k), "range.at"))
		}
		t.begin()
		c.forRange("range", c64(0), c64(int64(len(o.Ranges)/2)), func(k value.Value) {
			at := c.scaled(ranges, k, 16, "range.at")
			from, to := c.load(i64, at, "from"), c.load(i64, c.field(at, 8, "to.at"), "to")
			c.ifThen("some", c.icmp(enum.IPredSLT, from, to), func() { t.query(from, to) })
		})
		c.storeVal(c.loadVal(p, t.acc, "acc"), c.scaled(c.Ptr(o.State), i, p.Width(), "out.at"))
		none := bit(c.icmp(enum.IPredEQ, c.load(i64, t.count, "count"), c64(0)))
		c.storeVal(none, c.scaled(c.Ptr(o.None), i, 1, "none.at"))
		c.store(c.add(i, c64(1)), row)
		c.stopEvery(64, i)
	})
	c.store(c64(0), row)
}

// query puts the rows of [from, to) together, from the first to the last: up the levels on the left side while a
// whole node of the next fits, and down on the right side.
//
//	for k, l = 0, from; ; {
//		if !down { if whole nodes of level k+1 fit { a, b = l, their first child; l = the first of them; k++ }
//		           else { a, b = l, to >> 4k; down } }
//		else     { k--; a, b = children behind the last whole node, to >> 4k }
//		put nodes a..b of level k; if down && k == 0 { break }
//	}
func (t *tree) query(from, to value.Value) {
	c := t.Ctx
	v := func(hint string) value.Value { return c.alloca(i64, hint) }
	k, l, down, at, a, b, more := v("k"), v("l"), v("down"), v("at"), v("a"), v("b"), v("more")
	c.store(c64(0), k)
	c.store(from, l)
	c.store(c64(0), down)
	c.store(c64(1), more)
	top := c.load(i64, t.kept(treeLevel), "top")
	shr := func(x, by value.Value) value.Value {
		return named(c.builder, "shr", c.cur.NewLShr(x, c.mul(by, c64(treeFan))))
	}
	shl := func(x value.Value) value.Value { return named(c.builder, "shl", c.cur.NewShl(x, c64(treeFan))) }
	c.while("parts", func() value.Value { return c.icmp(enum.IPredNE, c.load(i64, more, "more"), c64(0)) }, func() {
		rising, falling, put := c.block("rising"), c.block("falling"), c.block("put")
		c.cur.NewCondBr(c.icmp(enum.IPredEQ, c.load(i64, down, "down"), c64(0)), rising, falling)

		c.cur = rising
		kv, lv := c.load(i64, k, "k"), c.load(i64, l, "l")
		c.store(kv, at)
		c.store(lv, a)
		nl, nr := t.up(lv), shr(to, c.add(kv, c64(1)))
		fits := named(c.builder, "fits", c.cur.NewAnd(c.icmp(enum.IPredSLT, nl, nr), c.icmp(enum.IPredSLT, kv, top)))
		c.store(named(c.builder, "b", c.cur.NewSelect(fits, shl(nl), shr(to, kv))), b)
		c.store(named(c.builder, "l", c.cur.NewSelect(fits, nl, lv)), l)
		c.store(named(c.builder, "k", c.cur.NewSelect(fits, c.add(kv, c64(1)), kv)), k)
		c.store(named(c.builder, "down", c.cur.NewSelect(fits, c64(0), c64(1))), down)
		c.cur.NewBr(put)

		c.cur = falling
		kv = c.add(c.load(i64, k, "k"), c64(-1))
		c.store(kv, k)
		c.store(kv, at)
		c.store(shl(shr(to, c.add(kv, c64(1)))), a)
		c.store(shr(to, kv), b)
		c.cur.NewBr(put)

		c.cur = put
		level := c.load(i64, at, "at")
		isRows := c.icmp(enum.IPredEQ, level, c64(0))
		c.forRange("nodes", c.load(i64, a, "a"), c.load(i64, b, "b"), func(i value.Value) {
			t.put(isRows, func() value.Value { return t.node(level, i) }, i)
		})
		left := c.icmp(enum.IPredNE, c.load(i64, k, "k"), c64(0))
		still := named(c.builder, "still", c.cur.NewOr(left, c.icmp(enum.IPredEQ, c.load(i64, down, "down"), c64(0))))
		c.store(named(c.builder, "more", c.cur.NewZExt(still, i64)), more)
	})
}
