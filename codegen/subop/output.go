package subop

import (
	"github.com/llir/llvm/ir/enum"
	"github.com/llir/llvm/ir/value"

	"slipher/catalog/fn"
	"slipher/catalog/types"
	"slipher/runtime/abi"
)

// Room leaves with OUTPUT_FULL unless what rows for each destination go into, a chunk or a table, has room for the
// whole vector.
type Room struct {
	Outs       Number // slot of the array of their addresses
	Dests      Number // slot of its length
	Rows, Most Number // where each says how many rows it has, and may have
}

func (*Room) op() Op { return Op{Kind: room} }

var room = kindOf(Kind{Name: "room", Ends: true}, emitter[Room]{
	before: func(c *Ctx, o *Room) {
		arr := c.load(bytePtr, c.Ptr(o.Outs), "outs")
		n := c.load(i64, c.Ptr(o.Dests), "dests")
		rowsAt, mostAt := c.Imm(o.Rows), c.Imm(o.Most)
		c.forRange("room", c64(0), n, func(i value.Value) {
			out := c.load(bytePtr, c.scaled(arr, i, 8, "out.at"), "out")
			rows := c.load(i64, c.gep(out, rowsAt, "rows.at"), "rows")
			most := c.load(i64, c.gep(out, mostAt, "most.at"), "most")
			c.Leave(c.icmp(enum.IPredSGT, c.add(rows, c.count), most), abi.OutputFull)
		})
	},
	variants: func(*fn.Table) []Room {
		return []Room{{}}
	},
})

// Slot gives each row its place in its destination's chunk.
type Slot struct {
	Chunks     Number  // slot of the array of chunk addresses
	Dest       Operand // absent: the only one
	Chunk, Row Operand
}

func (*Slot) op() Op { return Op{Kind: slot} }

var slot = kindOf(Kind{Name: "slot"}, emitter[Slot]{
	before: func(c *Ctx, o *Slot) { c.base = c.load(bytePtr, c.Ptr(o.Chunks), "chunks") },
	row: func(c *Ctx, o *Slot) {
		var d value.Value = c64(0)
		if c.Has(o.Dest) {
			d = c.In(o.Dest).v
		}
		ch := c.load(i64, c.scaled(c.base, d, 8, "chunk.at"), "chunk")
		at := c.field(c.toPtr(ch), abi.ChunkRows, "rows.at")
		n := c.load(i64, at, "rows")
		c.store(c.add(n, c64(1)), at)
		c.Set(o.Chunk, word(ch))
		c.Set(o.Row, word(n))
	},
	variants: func(*fn.Table) []Slot {
		var vs []Slot
		for _, d := range []Operand{{}, vec(types.I64, 1)} {
			vs = append(vs, Slot{Dest: d, Chunk: written(types.I64, 2), Row: written(types.I64, 3)})
		}
		return vs
	},
})

// Destination maps a distribution hash to 0..n-1 by its upper half: part of
// DistHash version 1.
type Destination struct {
	Hash  Operand
	Dests Number // slot of their number
	Dest  Operand
}

func (*Destination) op() Op { return Op{Kind: destination} }

var destination = kindOf(Kind{Name: "dest"}, emitter[Destination]{
	before: func(c *Ctx, o *Destination) { c.base = c.load(i64, c.Ptr(o.Dests), "dests") },
	row: func(c *Ctx, o *Destination) {
		up := named(c.builder, "up", c.cur.NewLShr(c.In(o.Hash).v, c64(32)))
		c.Set(o.Dest, word(named(c.builder, "dest", c.cur.NewLShr(c.mul(up, c.base), c64(32)))))
	},
	variants: func(*fn.Table) []Destination {
		return []Destination{{Hash: vec(types.I64, 1), Dest: written(types.I64, 2)}}
	},
})

// Rotate deals rows round robin.
type Rotate struct {
	Sequence Number // slot of the address of the running number
	Dests    Number // slot of their number
	Dest     Operand
}

func (*Rotate) op() Op { return Op{Kind: rotate} }

var rotate = kindOf(Kind{Name: "rotate"}, emitter[Rotate]{
	before: func(c *Ctx, o *Rotate) {
		c.base = c.load(i64, c.Ptr(o.Dests), "dests")
		c.base2 = c.load(bytePtr, c.Ptr(o.Sequence), "seq.at")
		c.store(c.load(i64, c.base2, "seq"), c.Var("seq"))
	},
	row: func(c *Ctx, o *Rotate) {
		n := c.load(i64, c.Var("seq"), "seq")
		next := c.add(n, c64(1))
		next = named(c.builder, "seq.next", c.cur.NewSelect(c.icmp(enum.IPredSGE, next, c.base), c64(0), next))
		c.cur.NewStore(next, c.Var("seq"))
		c.Set(o.Dest, word(n))
	},
	after: func(c *Ctx, o *Rotate) { c.store(c.load(i64, c.Var("seq"), "seq"), c.base2) },
	variants: func(*fn.Table) []Rotate {
		return []Rotate{{Dest: written(types.I64, 2)}}
	},
})

// Output stores a value into the row's place in its chunk.
type Output struct {
	Chunk, Row  Operand
	Value, Null Operand
	Column      Number // its offset in the chunk
}

func (*Output) op() Op { return Op{Kind: output} }

var output = kindOf(Kind{Name: "out"}, emitter[Output]{
	row: func(c *Ctx, o *Output) {
		ch := c.toPtr(c.In(o.Chunk).v)
		v := c.orZero(o.Value, o.Null)
		if v.p == types.Str {
			v = c.own(v, c.field(ch, abi.ChunkArena, "arena"))
		}
		col := c.gep(ch, c.Imm(o.Column), "col.at")
		c.storeVal(v, c.scaled(col, c.In(o.Row).v, o.Value.P.Width(), "cell.at"))
	},
	variants: func(*fn.Table) []Output {
		var vs []Output
		for _, p := range allClasses {
			for _, v := range []Operand{vec(p, 3), par(p)} {
				for _, null := range nullable(4) {
					vs = append(vs, Output{Chunk: vec(types.I64, 1), Row: vec(types.I64, 2), Value: v, Null: null})
				}
			}
		}
		return vs
	},
})
