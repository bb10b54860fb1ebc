package subop

import (
	lt "github.com/llir/llvm/ir/types"

	"slipher/catalog/fn"
	"slipher/catalog/types"
	"slipher/runtime/abi"
)

var decoderType = lt.NewPointer(lt.NewFunc(lt.Void, bytePtr, i64, i64, bytePtr, bytePtr))

// Decode fills a vector (and its null flags) from a column's block: a call of
// the decoder that the section's encoding asks for.
type Decode struct {
	Cursor Number // state offset of the column's cursor
	Count  Number // of the dense vector's count
	Values Operand
	Nulls  Operand // optional
}

func (*Decode) op() Op { return Op{Kind: decode} }

var decode = kindOf(Kind{Name: "decode", Ends: true}, emitter[Decode]{
	before: func(c *Ctx, o *Decode) {
		cur := c.Ptr(o.Cursor)
		f := c.load(decoderType, cur, "decoder")
		row := c.load(i64, c.field(c.state, abi.StateCursor, "cursor.at"), "cursor")
		n := c.load(i64, c.Ptr(o.Count), "n")
		nulls := c.cast(c.null(), bytePtr)
		if c.Has(o.Nulls) {
			nulls = c.Ptr(o.Nulls)
		}
		c.cur.NewCall(f, cur, row, n, c.Ptr(o.Values), nulls)
	},
	variants: func(*fn.Table) []Decode {
		var vs []Decode
		for _, p := range allClasses {
			for _, nulls := range []Operand{{}, written(types.I8, 2)} {
				vs = append(vs, Decode{Values: written(p, 1), Nulls: nulls})
			}
		}
		return vs
	},
})

// ChunkColumn copies a vector from the chunk that is the source's input.
type ChunkColumn struct {
	Chunk  Number // slot of the chunk's address
	Column Number // its offset in the chunk
	Count  Number
	Values Operand
}

func (*ChunkColumn) op() Op { return Op{Kind: chunkColumn} }

var chunkColumn = kindOf(Kind{Name: "chunkcol", Ends: true}, emitter[ChunkColumn]{
	before: func(c *Ctx, o *ChunkColumn) {
		chunk := c.load(bytePtr, c.Ptr(o.Chunk), "chunk")
		row := c.load(i64, c.field(c.state, abi.StateCursor, "cursor.at"), "cursor")
		n := c.load(i64, c.Ptr(o.Count), "n")
		w := o.Values.P.Width()
		src := c.scaled(c.gep(chunk, c.Imm(o.Column), "col.at"), row, w, "src")
		c.memcpy(c.Ptr(o.Values), src, c.mul(n, c64(int64(w))))
	},
	variants: func(*fn.Table) []ChunkColumn {
		var vs []ChunkColumn
		for _, p := range allClasses {
			vs = append(vs, ChunkColumn{Values: written(p, 1)})
		}
		return vs
	},
})

// EntrySequence yields the addresses of equally spaced entries: groups of an
// aggregate table.
type EntrySequence struct {
	First     Number // slot of the first one's address
	EntrySize Number
	Entries   Operand
}

func (*EntrySequence) op() Op { return Op{Kind: entrySequence} }

var entrySequence = kindOf(Kind{Name: "entseq", Elementwise: true}, emitter[EntrySequence]{
	before: func(c *Ctx, o *EntrySequence) {
		c.base = c.load(i64, c.Ptr(o.First), "base")
		c.base2 = c.load(i64, c.field(c.state, abi.StateCursor, "cursor.at"), "cursor")
	},
	row: func(c *Ctx, o *EntrySequence) {
		c.Set(o.Entries, word(c.add(c.base, c.mul(c.add(c.base2, c.R), c.Imm(o.EntrySize)))))
	},
	variants: func(*fn.Table) []EntrySequence {
		return []EntrySequence{{Entries: written(types.I64, 1)}}
	},
})

// EntryPointers yields addresses from an array: the order of a sorted run.
type EntryPointers struct {
	Array   Number // slot of its address
	Entries Operand
}

func (*EntryPointers) op() Op { return Op{Kind: entryPointers} }

var entryPointers = kindOf(Kind{Name: "entptr", Elementwise: true}, emitter[EntryPointers]{
	before: func(c *Ctx, o *EntryPointers) {
		base := c.load(bytePtr, c.Ptr(o.Array), "base")
		cur := c.load(i64, c.field(c.state, abi.StateCursor, "cursor.at"), "cursor")
		c.base = c.scaled(base, cur, 8, "first")
	},
	row: func(c *Ctx, o *EntryPointers) {
		c.Set(o.Entries, word(c.load(i64, c.scaled(c.base, c.R, 8, "ent.at"), "ent")))
	},
	variants: func(*fn.Table) []EntryPointers {
		return []EntryPointers{{Entries: written(types.I64, 1)}}
	},
})

// Host leaves to Go, which runs host call k on whole vectors and comes back
// behind this loop. Operand: k.
type Host struct {
	Call  Number  // which of the program's host calls
	Reads []ValID // the vectors that it reads
}

func (h *Host) op() Op { return Op{Kind: host, Reads: h.Reads} }

var host = kindOf(Kind{Name: "host", Ends: true}, emitter[Host]{
	before: func(c *Ctx, o *Host) {
		c.store(c.Imm(o.Call), c.field(c.state, abi.StateWhat, "what.at"))
		resume := c.resume
		if resume != 0 {
			resume++
		}
		c.leave(abi.Host, resume)
		c.cur = c.block("unreached")
	},
	variants: func(*fn.Table) []Host {
		return []Host{{}}
	},
})

// Place stores one value at a fixed place of the state: a cell of literal rows.
type Place struct {
	Value Operand // row 0 of a vector, or a parameter
	Place Number  // state offset
}

func (*Place) op() Op { return Op{Kind: place} }

var place = kindOf(Kind{Name: "place", Ends: true}, emitter[Place]{
	before: func(c *Ctx, o *Place) {
		v := o.Value
		x := c.loadVal(v.P, c.Ptr(o.Value), "cell")
		c.storeVal(x, c.Ptr(o.Place))
	},
	variants: func(*fn.Table) []Place {
		var vs []Place
		for _, p := range allClasses {
			for _, v := range []Operand{vec(p, 1), par(p)} {
				vs = append(vs, Place{Value: v})
			}
		}
		return vs
	},
})
