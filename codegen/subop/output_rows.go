package subop

import (
	"github.com/llir/llvm/ir/enum"
	"github.com/llir/llvm/ir/value"

	"slipher/catalog/fn"
	"slipher/catalog/types"
)

// RowSlot gives each row an entry of its destination's table: rows for an exchange go into tables without a directory,
// one a destination, whose pages are sent.
type RowSlot struct {
	Tables    Number  // slot of the array of table addresses
	Dest      Operand // absent: the only one
	EntrySize Number
	Entry     Operand
}

func (*RowSlot) op() Op { return Op{Kind: rowSlot} }

var rowSlot = kindOf(Kind{Name: "rowslot"}, emitter[RowSlot]{
	before: func(c *Ctx, o *RowSlot) { c.base = c.load(bytePtr, c.Ptr(o.Tables), "tables") },
	row: func(c *Ctx, o *RowSlot) {
		var d value.Value = c64(0)
		if c.Has(o.Dest) {
			d = c.In(o.Dest).v
		}
		tab := c.load(bytePtr, c.scaled(c.base, d, 8, "tab.at"), "tab")
		at := c.field(tab, tableNext, "next.at")
		full := c.icmp(enum.IPredEQ, c.load(i64, at, "next"), c.load(i64, c.field(tab, tableEnd, "end.at"), "end"))
		c.ifThen("turn", full, func() { c.Call("slp_table_turn", val{v: tab}) })
		e := c.load(i64, at, "fresh")
		c.store(c.add(e, c.Imm(o.EntrySize)), at)
		used := c.field(tab, tableCount, "used.at")
		c.store(c.add(c.load(i64, used, "used"), c64(1)), used)
		c.Set(o.Entry, word(e))
	},
	variants: func(*fn.Table) []RowSlot {
		var vs []RowSlot
		for _, d := range []Operand{{}, vec(types.I64, 1)} {
			vs = append(vs, RowSlot{Dest: d, Entry: written(types.I64, 2)})
		}
		return vs
	},
})
