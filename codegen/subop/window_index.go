package subop

import (
	"github.com/llir/llvm/ir/constant"
	"github.com/llir/llvm/ir/enum"
	"github.com/llir/llvm/ir/value"

	"slipher/catalog/fn"
	"slipher/catalog/types"
)

// Lists of numbers over all rows of a sorted part, that an op makes before it looks at its first row and keeps: 8 bytes
// a row, in an arena of its own.

// The words that an op with a list keeps.
const (
	listNext = 0 // row to go on with
	listAt   = 1 // its address, 0: there is none yet
	listSize = 2 // numbers in it, of WindowRuns
	// ListWords is their number.
	ListWords = 3
)

// list makes sure that there is a list with room for a number a row and one more, and that all rows were looked at:
// f looks at one or more of them and gives the next.
func (c *Ctx) list(s *Sorted, keep, arena Number, f func(list, row value.Value) value.Value) {
	at, next := c.keeps(keep, listAt), c.keeps(keep, listNext)
	total := c.total(s)
	c.ifThen("room", c.icmp(enum.IPredEQ, c.load(i64, at, "list"), c64(0)), func() {
		bytes := c.mul(c.add(total, c64(2)), c64(8))
		p := c.Call("slp_arena_take", val{v: c.Ptr(arena)}, word(bytes)).(val).v
		p = named(c.builder, "p", c.cur.NewAnd(c.add(p, c64(7)), c64(-8)))
		c.store(c64(0), c.toPtr(p))
		c.store(p, at)
	})
	list := c.toPtr(c.load(i64, at, "list"))
	c.while("list", func() value.Value { return c.icmp(enum.IPredSLT, c.load(i64, next, "next"), total) }, func() {
		row := c.load(i64, next, "next")
		c.store(f(list, row), next)
		c.stopEvery(1024, row)
	})
}

// WindowCounts makes the list of how many of the rows in front of each row have a value that is not NULL, whose field
// has a null byte.
type WindowCounts struct {
	Sorted
	FieldNull   Number
	Keep, Arena Number // Keep: offset of ListWords words
}

func (*WindowCounts) op() Op { return Op{Kind: windowCounts} }

var windowCounts = kindOf(Kind{Name: "wcounts"}, emitter[WindowCounts]{
	before: func(c *Ctx, o *WindowCounts) {
		order := c.order(&o.Sorted)
		c.list(&o.Sorted, o.Keep, o.Arena, func(list, row value.Value) value.Value {
			null := c.load(i8, c.gep(c.toPtr(c.entryAt(order, row)), c.Imm(o.FieldNull), "null.at"), "null")
			one := named(c.builder, "one", c.cur.NewZExt(c.icmp(enum.IPredEQ, null, constant.NewInt(i8, 0)), i64))
			n := c.load(i64, c.scaled(list, row, 8, "count.at"), "count")
			next := c.add(row, c64(1))
			c.store(c.add(n, one), c.scaled(list, next, 8, "count.at"))
			return next
		})
	},
	variants: func(*fn.Table) []WindowCounts { return []WindowCounts{{}} },
})

// WindowRank is how many of the rows in front of a place count.
type WindowRank struct {
	Keep         Number // of the op that made the list
	Place, Count Operand
}

func (*WindowRank) op() Op { return Op{Kind: windowRank} }

var windowRank = kindOf(Kind{Name: "wrank"}, emitter[WindowRank]{
	before: func(c *Ctx, o *WindowRank) { c.base = c.load(bytePtr, c.keeps(o.Keep, listAt), "list") },
	row: func(c *Ctx, o *WindowRank) {
		c.Set(o.Count, word(c.load(i64, c.scaled(c.base, c.In(o.Place).v, 8, "count.at"), "count")))
	},
	variants: func(*fn.Table) []WindowRank {
		return []WindowRank{{Place: vec(types.I64, 1), Count: written(types.I64, 2)}}
	},
})

// WindowCounted is the place, in a range, of the row that counts and has so many such in front of it; NULL if there is
// none.
type WindowCounted struct {
	Keep                  Number // of the op that made the list
	From, To, Count, Null Operand
	Place, None           Operand
}

func (*WindowCounted) op() Op { return Op{Kind: windowCounted} }

var windowCounted = kindOf(Kind{Name: "wcounted"}, emitter[WindowCounted]{
	before: func(c *Ctx, o *WindowCounted) { c.base = c.load(bytePtr, c.keeps(o.Keep, listAt), "list") },
	row: func(c *Ctx, o *WindowCounted) {
		n := c.In(o.Count).v
		if c.Has(o.Null) {
			n = named(c.builder, "n", c.cur.NewSelect(c.asBit(c.In(o.Null)).v, c64(-1), n))
		}
		p := c.Call("slp_counted", val{v: c.base}, c.In(o.From), c.In(o.To), word(n)).(val).v
		c.Set(o.Place, word(p))
		c.Set(o.None, bit(c.icmp(enum.IPredSLT, p, c64(0))))
	},
	variants: func(*fn.Table) []WindowCounted {
		var vs []WindowCounted
		for _, null := range nullable(4) {
			vs = append(vs, WindowCounted{From: vec(types.I64, 1), To: vec(types.I64, 2), Count: vec(types.I64, 3), Null: null,
				Place: written(types.I64, 5), None: written(types.I8, 6)})
		}
		return vs
	},
})

// WindowRuns makes the list of where runs of rows begin that agree in their leading keys, by their numbers.
type WindowRuns struct {
	Sorted
	Prefix
	Keep, Arena Number // Keep: offset of ListWords words
}

func (*WindowRuns) op() Op { return Op{Kind: windowRuns} }

var windowRuns = kindOf(Kind{Name: "wruns"}, emitter[WindowRuns]{
	before: func(c *Ctx, o *WindowRuns) {
		order, total := c.order(&o.Sorted), c.total(&o.Sorted)
		c.list(&o.Sorted, o.Keep, o.Arena, func(list, row value.Value) value.Value {
			size := c.keeps(o.Keep, listSize)
			n := c.load(i64, size, "size")
			c.store(row, c.scaled(list, n, 8, "run.at"))
			n = c.add(n, c64(1))
			c.store(n, size)
			end := c.Call("slp_run_end", val{v: order}, word(row), word(total), word(c.Imm(o.KeyOff)), word(c.Imm(o.Off)),
				word(c.Imm(o.Fixed))).(val).v
			c.store(end, c.scaled(list, n, 8, "run.at")) // behind the last: the end of all
			return end
		})
	},
	variants: func(*fn.Table) []WindowRuns { return []WindowRuns{{}} },
})

// WindowRunAt is where a run begins; in front of the first one it is where that begins, behind the last one the end.
type WindowRunAt struct {
	Keep          Number // of the op that made the list
	Number, Place Operand
}

func (*WindowRunAt) op() Op { return Op{Kind: windowRunAt} }

var windowRunAt = kindOf(Kind{Name: "wrunat"}, emitter[WindowRunAt]{
	before: func(c *Ctx, o *WindowRunAt) {
		c.base = c.load(bytePtr, c.keeps(o.Keep, listAt), "list")
		c.base2 = c.load(i64, c.keeps(o.Keep, listSize), "size")
	},
	row: func(c *Ctx, o *WindowRunAt) {
		n := c.minOf(c.maxOf(c.In(o.Number).v, c64(0)), c.base2)
		c.Set(o.Place, word(c.load(i64, c.scaled(c.base, n, 8, "run.at"), "run")))
	},
	variants: func(*fn.Table) []WindowRunAt {
		return []WindowRunAt{{Number: vec(types.I64, 1), Place: written(types.I64, 2)}}
	},
})
