package subop

import (
	lt "github.com/llir/llvm/ir/types"

	"slipher/catalog/fn"
	"slipher/catalog/types"
	"slipher/runtime/abi"
)

var decoderType = lt.NewPointer(lt.NewFunc(lt.Void, bytePtr, i64, i64, bytePtr, bytePtr))

// decode fills a vector (and its null flags) from a column's block: a call of
// the decoder that the section's encoding asks for. Operands: cursor, count of
// the dense vector, values, nulls.
var decode = &Kind{
	Name: "decode",
	Ends: true,
	Before: func(c *Ctx) {
		cur := c.Ptr(0)
		f := c.load(decoderType, cur, "decoder")
		row := c.load(i64, c.field(c.state, abi.StateCursor, "cursor.at"), "cursor")
		n := c.load(i64, c.Ptr(1), "n")
		nulls := c.cast(c.null(), bytePtr)
		if c.Has(3) {
			nulls = c.Ptr(3)
		}
		c.cur.NewCall(f, cur, row, n, c.Ptr(2), nulls)
	},
	Variants: func(*fn.Table) []Op {
		var out []Op
		for _, p := range allClasses {
			out = append(out, *Decode(0, 0, Operand{Mode: Out, P: p}, Operand{Mode: None}),
				*Decode(0, 0, Operand{Mode: Out, P: p}, Operand{Mode: Out, P: types.I8}))
		}
		return out
	},
}

// Decode makes the op.
func Decode(cursor, count int64, values, nulls Operand) *Op {
	return &Op{Kind: kind("decode"), Args: []Operand{imm(cursor), imm(count), values, nulls}}
}

func imm(n int64) Operand { return Operand{Mode: Imm, Off: n} }

// chunkColumn copies a vector from the chunk that is the source's input.
// Operands: slot of the chunk's address, column offset, count, values.
var chunkColumn = &Kind{
	Name: "chunkcol",
	Ends: true,
	Before: func(c *Ctx) {
		chunk := c.load(bytePtr, c.Ptr(0), "chunk")
		row := c.load(i64, c.field(c.state, abi.StateCursor, "cursor.at"), "cursor")
		n := c.load(i64, c.Ptr(2), "n")
		w := c.Arg(3).P.Width()
		src := c.scaled(c.gep(chunk, c.Imm(1), "col.at"), row, w, "src")
		c.memcpy(c.Ptr(3), src, c.mul(n, c64(int64(w))))
	},
	Variants: func(*fn.Table) []Op {
		var out []Op
		for _, p := range allClasses {
			out = append(out, *ChunkColumn(0, 0, 0, Operand{Mode: Out, P: p}))
		}
		return out
	},
}

// ChunkColumn makes the op.
func ChunkColumn(chunkSlot, colOff, count int64, values Operand) *Op {
	return &Op{Kind: kind("chunkcol"), Args: []Operand{imm(chunkSlot), imm(colOff), imm(count), values}}
}

// entrySequence yields the addresses of equally spaced entries: groups of an
// aggregate table. Operands: slot of the first one's address, entry size, addresses.
var entrySequence = &Kind{
	Name:        "entseq",
	Elementwise: true,
	Before: func(c *Ctx) {
		c.base = c.load(i64, c.Ptr(0), "base")
		c.base2 = c.load(i64, c.field(c.state, abi.StateCursor, "cursor.at"), "cursor")
	},
	Row: func(c *Ctx) {
		c.Set(2, word(c.add(c.base, c.mul(c.add(c.base2, c.R), c.Imm(1)))))
	},
	Variants: func(*fn.Table) []Op { return []Op{*EntrySequence(0, 0, Operand{Mode: Out, P: types.I64})} },
}

// EntrySequence makes the op.
func EntrySequence(baseSlot, size int64, out Operand) *Op {
	return &Op{Kind: kind("entseq"), Args: []Operand{imm(baseSlot), imm(size), out}}
}

// entryPointers yields addresses from an array: the order of a sorted run.
// Operands: slot of the array's address, addresses.
var entryPointers = &Kind{
	Name:        "entptr",
	Elementwise: true,
	Before: func(c *Ctx) {
		base := c.load(bytePtr, c.Ptr(0), "base")
		cur := c.load(i64, c.field(c.state, abi.StateCursor, "cursor.at"), "cursor")
		c.base = c.scaled(base, cur, 8, "first")
	},
	Row: func(c *Ctx) {
		c.Set(1, word(c.load(i64, c.scaled(c.base, c.R, 8, "ent.at"), "ent")))
	},
	Variants: func(*fn.Table) []Op { return []Op{*EntryPointers(0, Operand{Mode: Out, P: types.I64})} },
}

// EntryPointers makes the op.
func EntryPointers(arraySlot int64, out Operand) *Op {
	return &Op{Kind: kind("entptr"), Args: []Operand{imm(arraySlot), out}}
}

// host leaves to Go, which runs host call k on whole vectors and comes back
// behind this loop. Operand: k.
var host = &Kind{
	Name: "host",
	Ends: true,
	Before: func(c *Ctx) {
		c.store(c.Imm(0), c.field(c.state, abi.StateWhat, "what.at"))
		resume := c.resume
		if resume != 0 {
			resume++
		}
		c.leave(abi.Host, resume)
		c.cur = c.block("unreached")
	},
	Variants: func(*fn.Table) []Op { return []Op{*Host(0)} },
}

// Host makes the op; reads are the vectors that the host call reads.
func Host(k int64, reads ...Operand) *Op {
	o := &Op{Kind: kind("host"), Args: []Operand{imm(k)}}
	for _, r := range reads {
		if r.Mode == Vec {
			o.Reads = append(o.Reads, r.Val)
		}
	}
	return o
}

// place stores one value at a fixed place of the state: a cell of literal rows.
// Operands: value (row 0 of a vector, or a parameter), place.
var place = &Kind{
	Name: "place",
	Ends: true,
	Before: func(c *Ctx) {
		v := c.Arg(0)
		x := c.loadVal(v.P, c.Ptr(0), "cell")
		c.storeVal(x, c.Ptr(1))
	},
	Variants: func(*fn.Table) []Op {
		var out []Op
		for _, p := range allClasses {
			for _, m := range []Mode{Vec, Par} {
				out = append(out, *Place(Operand{Mode: m, P: p, Val: 1}, 0))
			}
		}
		return out
	},
}

// Place makes the op.
func Place(v Operand, at int64) *Op { return &Op{Kind: kind("place"), Args: []Operand{v, imm(at)}} }
