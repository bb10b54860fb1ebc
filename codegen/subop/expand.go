package subop

import (
	"github.com/llir/llvm/ir/enum"
	"github.com/llir/llvm/ir/value"

	"slipher/catalog/fn"
	"slipher/catalog/types"
	"slipher/runtime/abi"
)

// Expand yields each row as often as its count says, with the copies' numbers from 0: a probe without a table.
//
//	for each row i (going on at copy n, where the cursor says) {
//		left = count is NULL ? 0 : count - n
//		for min(left, room in the output) { pos[k], number[k] = row, n; k++, n++ }
//		if left was more than the room { save cursor; more = 1; return }
//		n = 0
//	}
//	more = 0
type Expand struct {
	Count, Null Operand
	Cursor      Number // offset of 2 words: row, copy
	More        Number // offset of the word that says whether there are more copies
	Copies      Number // offset of their count
	Row, Number Operand
}

func (*Expand) op() Op { return Op{Kind: expand} }

var expand = kindOf(Kind{Name: "expand", Ends: true, Walks: true}, emitter[Expand]{
	before: emitExpand,
	variants: func(*fn.Table) []Expand {
		var vs []Expand
		for _, null := range nullable(2) {
			vs = append(vs, Expand{Count: vec(types.I64, 1), Null: null, Row: written(types.I32, 3),
				Number: written(types.I64, 4)})
		}
		return vs
	},
})

func emitExpand(c *Ctx, o *Expand) {
	b := c.builder
	cursor := c.Ptr(o.Cursor)
	copyAt := c.field(cursor, 8, "cursor.at")
	vec := c.load(i64, c.field(c.state, abi.StateVector, "vec.at"), "vec")
	out, row, number := c.Var("out"), c.Var("row"), c.Var("copy")
	c.cur.NewStore(c64(0), out)
	c.cur.NewStore(c.load(i64, cursor, "row"), row)
	c.cur.NewStore(c.load(i64, copyAt, "copy"), number)

	rows, one, full, next := c.block("expand"), c.block("expand.row"), c.block("expand.full"), c.block("expand.next")
	ended, finish := c.block("expand.ended"), c.block("expand.finish")
	c.cur.NewBr(rows)
	c.cur = rows
	i := c.load(i64, row, "i")
	c.cur.NewCondBr(c.icmp(enum.IPredSLT, i, c.count), one, ended)

	c.cur = one
	r := c.rowAt(i)
	n := c.load(i64, number, "n")
	k := c.load(i64, out, "k")
	count := c.InAt(o.Count, r).v
	if c.Has(o.Null) {
		count = named(b, "copies", c.cur.NewSelect(c.asBit(c.InAt(o.Null, r)).v, c64(0), count))
	}
	left := named(b, "left", c.cur.NewSub(count, n)) // a count below 0 has n = 0: no overflow
	room := named(b, "room", c.cur.NewSub(vec, k))
	more := c.icmp(enum.IPredSGT, left, room)
	take := named(b, "take", c.cur.NewSelect(more, room, left))
	row32 := named(b, "row32", c.cur.NewTrunc(r, i32))
	rowOut, numberOut := c.Ptr(o.Row), c.Ptr(o.Number)
	c.forRange("expand.copy", c64(0), take, func(j value.Value) {
		at := c.add(k, j)
		c.store(row32, c.scaled(rowOut, at, 4, "pos.at"))
		c.store(c.add(n, j), c.scaled(numberOut, at, 8, "number.at"))
	})
	some := named(b, "some", c.cur.NewSelect(c.icmp(enum.IPredSGT, take, c64(0)), take, c64(0)))
	c.cur.NewStore(c.add(k, some), out)
	c.cur.NewCondBr(more, full, next)

	c.cur = next
	c.cur.NewStore(c.add(i, c64(1)), row)
	c.cur.NewStore(c64(0), number)
	c.cur.NewBr(rows)

	save := func(row, copies, more value.Value) {
		c.store(row, cursor)
		c.store(copies, copyAt)
		c.store(more, c.Ptr(o.More))
		c.store(c.load(i64, out, "k"), c.Ptr(o.Copies))
		c.cur.NewBr(finish)
	}
	c.cur = full
	save(i, c.add(n, some), c64(1))
	c.cur = ended
	save(c64(0), c64(0), c64(0))
	c.cur = finish
}
