package inline

import (
	"encoding/binary"

	"slipher/catalog/types"
	"slipher/runtime/block"
	"slipher/runtime/chunk"
	"slipher/runtime/kernels/codec"
	"slipher/runtime/mem"
	"slipher/runtime/offheap"
)

// padded is where the next part may begin behind one of n bytes: at a multiple of 16, and
// 16 bytes on, as the encoder may read so many more.
func padded(n int) int { return (n + 31) &^ 15 }

// column is a column's block, made if need be. Called with mu held.
func (g *Group) column(e *block.Encoder, c *types.Column) (*encoded, error) {
	b := g.blocks[c.ID]
	if b == nil {
		var err error
		if b, err = g.encode(e, c); err != nil {
			return nil, err
		}
		g.blocks[c.ID] = b
	}
	if b.class != c.Type.Phys() {
		return nil, damaged(g.names[0], "Column %d has class %s, its table's %s.", c.ID, b.class, c.Type.Phys())
	}
	return b, nil
}

// encode makes a column's block: raw, as it is read often and stored nowhere. Called with mu held.
func (g *Group) encode(e *block.Encoder, c *types.Column) (*encoded, error) {
	class, text, nulls, initial := c.Type.Phys(), 0, false, c.Value()
	cols := make([]*chunk.StoredCol, len(g.parts)) // nil: older than the column
	for i, p := range g.parts {
		at := p.Place(c.ID)
		if at < 0 {
			nulls = nulls || initial.Null
			continue
		}
		cols[i] = &p.Cols[at]
		if cols[i].Class != class {
			return nil, damaged(g.names[i], "Column %d has class %s, its table's %s.", c.ID, cols[i].Class, class)
		}
		text += len(cols[i].Text)
		nulls = nulls || cols[i].Nulls != nil
	}
	initialAt := text // behind the others' text, once
	text += len(initial.S)
	// One piece of memory: values, or offsets of strings; their lengths; NULLs; the strings' bytes.
	width := class.Width()
	if class == types.Str {
		width = 8
	}
	lensAt := padded(g.rows * width)
	nullsAt := lensAt + padded(g.rows*4)
	textAt := nullsAt + padded(g.rows)
	size := textAt + padded(text)
	if err := held.Reserve(int64(size)); err != nil {
		return nil, err
	}
	defer held.Release(int64(size))
	base, err := mem.Raw(size, "rows of small writes")
	if err != nil {
		return nil, err
	}
	defer mem.FreeRaw(base)
	all := base.Bytes(0, size)
	in := codec.Column{Class: class, Rows: g.rows}
	if nulls {
		in.Nulls = base.From(int64(nullsAt))
		clear(all[nullsAt:textAt])
	}
	if class == types.Str {
		in.Off, in.Len, in.Heap = base, base.From(int64(lensAt)), base.From(int64(textAt))
	} else {
		in.Values = base
	}
	var offs []uint64
	var lens []uint32
	if class == types.Str {
		offs, lens = offheap.Slice[uint64](in.Off, 0, g.rows), offheap.Slice[uint32](in.Len, 0, g.rows)
		copy(all[textAt+initialAt:], initial.S)
	}
	at, used := 0, 0 // rows, bytes of text so far
	for i, p := range g.parts {
		c := cols[i]
		for r := 0; r < p.Rows && nulls; r++ {
			if c == nil && initial.Null || c != nil && c.Null(r) {
				all[nullsAt+at+r] = 1
			}
		}
		switch {
		case class != types.Str && c == nil:
			for v, r := initial.Bytes(class), 0; r < p.Rows; r++ {
				copy(all[(at+r)*width:], v)
			}
		case class != types.Str:
			copy(all[at*width:], c.Values)
		case c == nil:
			for r := range p.Rows {
				offs[at+r], lens[at+r] = uint64(initialAt), uint32(len(initial.S))
			}
		default:
			copy(all[textAt+used:], c.Text)
			for r := range p.Rows {
				n := uint32(binary.LittleEndian.Uint16(c.Values[2*r:]))
				offs[at+r], lens[at+r] = uint64(used), n
				if c.Null(r) {
					lens[at+r] = 0 // as the encoder wants it
				}
				used += int(n)
			}
		}
		at += p.Rows
	}
	return g.keep(e, c, &in)
}

// keep encodes a column and opens its block.
func (g *Group) keep(e *block.Encoder, c *types.Column, in *codec.Column) (*encoded, error) {
	t := types.OfPhys(in.Class)
	m, data, err := e.Encode(in, t, "raw")
	if err != nil {
		return nil, err
	}
	p, err := mem.Raw(len(data), "rows of small writes")
	if err != nil {
		return nil, err
	}
	own := p.Bytes(0, len(data))
	copy(own, data)
	b, err := block.OpenBlock(&m, t, own)
	if err != nil {
		mem.FreeRaw(p)
		return nil, damaged(g.names[0], "Column %d: %v.", c.ID, err)
	}
	n := int64(len(data) + b.Size())
	if err := held.Reserve(n); err != nil {
		b.Close()
		mem.FreeRaw(p)
		return nil, err
	}
	g.size += n
	return &encoded{in.Class, m, b, own}, nil
}
