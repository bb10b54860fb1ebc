package subop

import (
	"github.com/llir/llvm/ir/enum"
	"github.com/llir/llvm/ir/value"

	"slipher/catalog/fn"
	"slipher/catalog/types"
)

// Filter appends the rows for which the predicate is true (and not NULL) to a
// new selection.
type Filter struct {
	Predicate, Null Operand
	Kept
}

func (*Filter) op() Op { return Op{Kind: filter} }

var filter = kindOf(Kind{Name: "filter", Ends: true}, emitter[Filter]{
	before: func(c *Ctx, o *Filter) { c.store(c64(0), c.Var("kept")) },
	dense:  compressRows,
	row: func(c *Ctx, o *Filter) {
		keep := c.asBit(c.In(o.Predicate)).v
		if c.Has(o.Null) {
			keep = c.andNot(keep, c.asBit(c.In(o.Null)).v)
		}
		c.keepRow(keep, o.Kept.Rows)
	},
	after: func(c *Ctx, o *Filter) { c.store(c.load(i64, c.Var("kept"), "kept"), c.Ptr(o.Kept.Count)) },
	variants: func(*fn.Table) []Filter {
		return []Filter{{Predicate: vec(types.I8, 1)}, {Predicate: vec(types.I8, 1), Null: vec(types.I8, 2)},
			{Predicate: par(types.I8)}}
	},
})

// keepRow writes the row into the selection at rows and counts it if keep:
// without a branch, since a mispredicted one costs more than the store.
func (c *Ctx) keepRow(keep value.Value, rows Number) {
	n := c.load(i64, c.Var("kept"), "n")
	row := named(c.builder, "row32", c.cur.NewTrunc(c.R, i32))
	c.store(row, c.scaled(c.Ptr(rows), n, 4, "sel.at"))
	c.cur.NewStore(c.add(n, named(c.builder, "one", c.cur.NewZExt(keep, i64))), c.Var("kept"))
}

func (b *builder) andNot(x, y value.Value) value.Value {
	n := named(b, "not", b.cur.NewXor(y, trueValue))
	return named(b, "and", b.cur.NewAnd(x, n))
}

// Limit keeps rows number offset..offset+count-1 of all that pass.
type Limit struct {
	Counter       Number  // slot of the address of the instance's row number
	Count, Offset Operand // parameters
	Kept
	Met Number // offset of the word that becomes 1 with the last row wanted
}

func (*Limit) op() Op { return Op{Kind: limit} }

var limit = kindOf(Kind{Name: "limit", Ends: true}, emitter[Limit]{
	before: func(c *Ctx, o *Limit) {
		c.store(c64(0), c.Var("kept"))
		c.base = c.load(bytePtr, c.Ptr(o.Counter), "seen.at")
		c.store(c.load(i64, c.base, "seen"), c.Var("seen"))
	},
	row: func(c *Ctx, o *Limit) {
		seen := c.load(i64, c.Var("seen"), "seen")
		c.cur.NewStore(c.add(seen, c64(1)), c.Var("seen"))
		at := named(c.builder, "at", c.cur.NewSub(seen, c.In(o.Offset).v))
		// Unsigned: rows before the offset wrap around to numbers beyond any count.
		c.keepRow(c.icmp(enum.IPredULT, at, c.In(o.Count).v), o.Kept.Rows)
	},
	after: func(c *Ctx, o *Limit) {
		seen := c.load(i64, c.Var("seen"), "seen")
		c.store(seen, c.base)
		c.store(c.load(i64, c.Var("kept"), "kept"), c.Ptr(o.Kept.Count))
		// Signed: before the offset fewer than none have passed.
		passed := named(c.builder, "passed", c.cur.NewSub(seen, c.In(o.Offset).v))
		met := c.icmp(enum.IPredSGE, passed, c.In(o.Count).v)
		c.store(named(c.builder, "met", c.cur.NewZExt(met, i64)), c.Ptr(o.Met))
	},
	variants: func(*fn.Table) []Limit {
		return []Limit{{Count: par(types.I64), Offset: par(types.I64)}}
	},
})
