package subop

import (
	"github.com/llir/llvm/ir/enum"
	"github.com/llir/llvm/ir/value"

	"slipher/catalog/fn"
	"slipher/catalog/types"
)

// filter appends the rows for which the predicate is true (and not NULL) to a
// new selection. Operands: predicate, its null flag, new count, new selection.
var filter = &Kind{
	Name:   "filter",
	Ends:   true,
	Before: func(c *Ctx) { c.store(c64(0), c.Var("kept")) },
	Dense:  compressRows,
	Row: func(c *Ctx) {
		keep := c.asBit(c.In(0)).v
		if c.Has(1) {
			keep = c.andNot(keep, c.asBit(c.In(1)).v)
		}
		c.keepRow(keep, 3)
	},
	After: func(c *Ctx) { c.store(c.load(i64, c.Var("kept"), "kept"), c.Ptr(2)) },
	Variants: func(*fn.Table) []Op {
		v := Operand{Mode: Vec, P: types.I8, Val: 1}
		return []Op{*Filter(v, Operand{Mode: None}, Domain{}), *Filter(v, Operand{Mode: Vec, P: types.I8, Val: 2}, Domain{}),
			*Filter(Operand{Mode: Par, P: types.I8}, Operand{Mode: None}, Domain{})}
	},
}

// Filter makes the op; out is the domain of the rows kept.
func Filter(pred, null Operand, out Domain) *Op {
	return &Op{Kind: kind("filter"), Args: []Operand{pred, null, imm(out.Count), imm(out.Sel)}}
}

// keepRow writes the row into the selection at operand k and counts it if keep:
// without a branch, since a mispredicted one costs more than the store.
func (c *Ctx) keepRow(keep value.Value, k int) {
	n := c.load(i64, c.Var("kept"), "n")
	row := named(c.builder, "row32", c.cur.NewTrunc(c.R, i32))
	c.store(row, c.scaled(c.Ptr(k), n, 4, "sel.at"))
	c.cur.NewStore(c.add(n, named(c.builder, "one", c.cur.NewZExt(keep, i64))), c.Var("kept"))
}

func (b *builder) andNot(x, y value.Value) value.Value {
	n := named(b, "not", b.cur.NewXor(y, trueValue))
	return named(b, "and", b.cur.NewAnd(x, n))
}

// limit keeps rows number offset..offset+count-1 of all that pass. Operands: slot of the running
// number, count and offset (parameters), new count, new selection, offset of the word that says whether
// the last of them has passed.
var limit = &Kind{
	Name: "limit",
	Ends: true,
	Before: func(c *Ctx) {
		c.store(c64(0), c.Var("kept"))
		c.base = c.load(bytePtr, c.Ptr(0), "seen.at")
		c.store(c.load(i64, c.base, "seen"), c.Var("seen"))
	},
	Row: func(c *Ctx) {
		seen := c.load(i64, c.Var("seen"), "seen")
		c.cur.NewStore(c.add(seen, c64(1)), c.Var("seen"))
		at := named(c.builder, "at", c.cur.NewSub(seen, c.In(2).v))
		// Unsigned: rows before the offset wrap around to numbers beyond any count.
		c.keepRow(c.icmp(enum.IPredULT, at, c.In(1).v), 4)
	},
	After: func(c *Ctx) {
		seen := c.load(i64, c.Var("seen"), "seen")
		c.store(seen, c.base)
		c.store(c.load(i64, c.Var("kept"), "kept"), c.Ptr(3))
		// Signed: before the offset fewer than none have passed.
		passed := named(c.builder, "passed", c.cur.NewSub(seen, c.In(2).v))
		met := c.icmp(enum.IPredSGE, passed, c.In(1).v)
		c.store(named(c.builder, "met", c.cur.NewZExt(met, i64)), c.Ptr(5))
	},
	Variants: func(*fn.Table) []Op {
		p := Operand{Mode: Par, P: types.I64}
		return []Op{*Limit(0, p, p, Domain{}, 0)}
	},
}

// Limit makes the op. counter is the state offset of the address of the instance's row number, met
// that of the word that becomes 1 with the last row wanted.
func Limit(counter int64, count, offset Operand, out Domain, met int64) *Op {
	return &Op{Kind: kind("limit"), Args: []Operand{imm(counter), count, offset, imm(out.Count), imm(out.Sel), imm(met)}}
}
