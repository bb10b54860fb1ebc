package subop

import (
	"github.com/llir/llvm/ir/constant"
	"github.com/llir/llvm/ir/enum"

	"slipher/catalog/fn"
	"slipher/catalog/types"
)

// First says whether a row is the first of its entry, and marks the entry for those that follow: rows are looked at in
// order.
type First struct {
	Entry Operand
	Field Number // offset of the mark in the entry
	First Operand
}

func (*First) op() Op { return Op{Kind: first} }

var first = kindOf(Kind{Name: "first"}, emitter[First]{
	row: func(c *Ctx, o *First) {
		at := c.gep(c.toPtr(c.In(o.Entry).v), c.Imm(o.Field), "mark.at")
		fresh := c.icmp(enum.IPredEQ, c.load(i8, at, "mark"), constant.NewInt(i8, 0))
		c.store(constant.NewInt(i8, 1), at)
		c.Set(o.First, val{v: fresh})
	},
	variants: func(*fn.Table) []First {
		return []First{{Entry: vec(types.I64, 1), First: written(types.I8, 2)}}
	},
})
