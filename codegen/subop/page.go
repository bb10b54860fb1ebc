package subop

import (
	"github.com/llir/llvm/ir/constant"
	"github.com/llir/llvm/ir/enum"
	"github.com/llir/llvm/ir/value"

	"slipher/catalog/fn"
	"slipher/catalog/types"
	"slipher/runtime/abi"
)

// Entries of tables lie in pages (runtime/kernels/include/page.h): their long strings are in the heap of their page,
// and have offsets there. In vectors, in join tables, in registers strings have addresses.

// pageOf is the head of the page in which an entry lies.
func (c *Ctx) pageOf(ent value.Value) value.Value {
	b := c.builder
	page := named(b, "page", c.cur.NewAnd(ent, c64(-abi.PageSize)))
	number := named(b, "number", c.cur.NewLShr(ent, c64(abi.PageShift)))
	place := named(b, "place", c.cur.NewAnd(number, c64(abi.PageMask)))
	return c.toPtr(c.add(page, place))
}

// isLong says whether a string's bytes are not in its header.
func (c *Ctx) isLong(v val) value.Value {
	return c.icmp(enum.IPredUGT, c.StrLen(v).(val).v, constant.NewInt(i32, abi.StrInline))
}

// heapBase is what the second word of v counts from in a page: 0 if the header holds the string.
func (c *Ctx) heapBase(v val, page value.Value) value.Value {
	base := c.load(i64, c.field(page, abi.PageBase, "base.at"), "base")
	return named(c.builder, "base", c.cur.NewSelect(c.isLong(v), base, c64(0)))
}

// fromPage is v, a field of an entry in page, with an address.
func (c *Ctx) fromPage(v val, page value.Value) val {
	return val{v: v.v, w1: c.add(v.w1, c.heapBase(v, page)), p: v.p}
}

// toPage is v, whose bytes are in the heap of page, as a field of an entry there.
func (c *Ctx) toPage(v val, page value.Value) val {
	w1 := named(c.builder, "off", c.cur.NewSub(v.w1, c.heapBase(v, page)))
	return val{v: v.v, w1: w1, p: v.p}
}

// GetPaged reads a string field of an entry that lies in a page. (The strings of a join table have addresses.)
type GetPaged struct {
	Entry Operand
	Field Number
	Value Operand
}

func (*GetPaged) op() Op { return Op{Kind: getPaged} }

var getPaged = kindOf(Kind{Name: "getpaged"}, emitter[GetPaged]{
	row: func(c *Ctx, o *GetPaged) {
		ent := c.In(o.Entry).v
		v := c.loadVal(types.Str, c.gep(c.toPtr(ent), c.Imm(o.Field), "field.at"), "field")
		c.Set(o.Value, c.fromPage(v, c.pageOf(ent)))
	},
	variants: func(*fn.Table) []GetPaged {
		return []GetPaged{{Entry: vec(types.I64, 1), Value: written(types.Str, 2)}}
	},
})
