package subop

import (
	"github.com/llir/llvm/ir/enum"
	"github.com/llir/llvm/ir/value"

	"slipher/catalog/fn"
	"slipher/catalog/types"
	"slipher/runtime/abi"
)

// Window functions look at other rows than their own, by places in the order of a sort table: the segment's source,
// whose entries stay where they are. Their ops run over all of the source's rows, one vector after the other, and keep
// between two vectors what they need in words of the state.

// Sorted says where the rows of a sorted part are.
type Sorted struct {
	Order  Number // slot of the address of the order, an array of entries' addresses
	Total  Number // slot of the number of rows
	KeyOff Number // of the sort key in an entry
}

// Prefix says how many bytes of a row's sort key are its leading keys'.
type Prefix struct {
	Off   Number // of the number in an entry; 0: it is the same for all rows
	Fixed Number
}

func (c *Ctx) order(o *Sorted) value.Value { return c.load(bytePtr, c.Ptr(o.Order), "order") }
func (c *Ctx) total(o *Sorted) value.Value { return c.load(i64, c.Ptr(o.Total), "total") }

// entryAt is the address of the entry at a place.
func (c *Ctx) entryAt(order, place value.Value) value.Value {
	return c.load(i64, c.scaled(order, place, 8, "ent.at"), "ent")
}

// entryField is a field of an entry of the source.
func (c *Ctx) entryField(ent value.Value, p types.Phys, off value.Value) val {
	v := c.loadVal(p, c.gep(c.toPtr(ent), off, "field.at"), "field")
	if p == types.Str {
		return c.fromPage(v, c.pageOf(ent))
	}
	return v
}

// keeps is word i of what an op keeps in the state.
func (c *Ctx) keeps(o Number, i int64) value.Value { return c.field(c.Ptr(o), 8*i, "kept.at") }

// WindowRow is the place of each row.
type WindowRow struct{ Place Operand }

func (*WindowRow) op() Op { return Op{Kind: windowRow} }

var windowRow = kindOf(Kind{Name: "wrow", Elementwise: true}, emitter[WindowRow]{
	before: func(c *Ctx, _ *WindowRow) {
		c.base = c.load(i64, c.field(c.state, abi.StateCursor, "cursor.at"), "cursor")
	},
	row:      func(c *Ctx, o *WindowRow) { c.Set(o.Place, word(c.add(c.base, c.R))) },
	variants: func(*fn.Table) []WindowRow { return []WindowRow{{Place: written(types.I64, 1)}} },
})

// WindowRun is the run of rows that agree with each row in its leading keys:
//
//	if row >= end { begin, end = row, run_end(row); number++; dense = within == row ? 1 : dense + 1 }
type WindowRun struct {
	Sorted
	Prefix
	Keep          Number  // offset of 4 words: begin, end, runs so far, those of the run within
	Within        Operand // the beginning of the larger run that this one is a part of, if there is one
	Begin, End    Operand
	Number, Dense Operand // its number over all, and within the larger run, from 0
}

func (*WindowRun) op() Op { return Op{Kind: windowRun} }

var windowRun = kindOf(Kind{Name: "wrun"}, emitter[WindowRun]{
	before: func(c *Ctx, o *WindowRun) {
		c.base = c.load(i64, c.field(c.state, abi.StateCursor, "cursor.at"), "cursor")
		c.base2 = c.order(&o.Sorted)
	},
	row: func(c *Ctx, o *WindowRun) {
		row := c.add(c.base, c.R)
		at := func(i int64) value.Value { return c.keeps(o.Keep, i) }
		old := c.load(i64, at(1), "end")
		c.ifThen("run", c.icmp(enum.IPredSGE, row, old), func() {
			c.store(row, at(0))
			end := c.Call("slp_run_end", val{v: c.base2}, word(row), word(c.total(&o.Sorted)), word(c.Imm(o.KeyOff)),
				word(c.Imm(o.Off)), word(c.Imm(o.Fixed))).(val).v
			c.store(end, at(1))
			c.inc(c.cast(at(2), i64Ptr), c64(1))
			dense := c.load(i64, at(3), "dense")
			if c.Has(o.Within) {
				first := c.icmp(enum.IPredEQ, c.In(o.Within).v, row)
				dense = named(c.builder, "dense", c.cur.NewSelect(first, c64(0), dense))
			}
			c.store(c.add(dense, c64(1)), at(3))
		})
		c.Set(o.Begin, word(c.load(i64, at(0), "begin")))
		c.Set(o.End, word(c.load(i64, at(1), "end")))
		c.Set(o.Number, word(c.add(c.load(i64, at(2), "number"), c64(-1))))
		c.Set(o.Dense, word(c.add(c.load(i64, at(3), "dense"), c64(-1))))
	},
	variants: func(*fn.Table) []WindowRun {
		var vs []WindowRun
		for _, within := range []Operand{{}, vec(types.I64, 1)} {
			vs = append(vs, WindowRun{Within: within, Begin: written(types.I64, 2), End: written(types.I64, 3),
				Number: written(types.I64, 4), Dense: written(types.I64, 5)})
		}
		return vs
	},
})

// WindowEntry is the entry at a place of each row's; some entry where the place is NULL.
type WindowEntry struct {
	Sorted
	Place, Null Operand
	Entry       Operand
}

func (*WindowEntry) op() Op { return Op{Kind: windowEntry} }

var windowEntry = kindOf(Kind{Name: "went"}, emitter[WindowEntry]{
	before: func(c *Ctx, o *WindowEntry) { c.base = c.order(&o.Sorted) },
	row: func(c *Ctx, o *WindowEntry) {
		place := c.In(o.Place).v
		if c.Has(o.Null) {
			place = named(c.builder, "place", c.cur.NewSelect(c.asBit(c.In(o.Null)).v, c64(0), place))
		}
		c.Set(o.Entry, word(c.entryAt(c.base, place)))
	},
	variants: func(*fn.Table) []WindowEntry {
		var vs []WindowEntry
		for _, null := range nullable(2) {
			vs = append(vs, WindowEntry{Place: vec(types.I64, 1), Null: null, Entry: written(types.I64, 3)})
		}
		return vs
	},
})
