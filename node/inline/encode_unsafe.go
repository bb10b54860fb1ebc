package inline

import (
	"encoding/binary"
	"unsafe"

	"slipher/catalog/types"
	"slipher/runtime/block"
	"slipher/runtime/kernels/codec"
	"slipher/runtime/kernels/heap"
	"slipher/runtime/mem"
)

// padded is where the next part may begin behind one of n bytes: at a multiple of 16, and
// 16 bytes on, as the encoder may read so many more.
func padded(n int) int { return (n + 31) &^ 15 }

// classTypes gives a type of each class: encoding raw depends on no more.
var classTypes = map[types.Phys]types.Type{types.I8: types.TBool, types.I16: types.TInt2, types.I32: types.TInt4, types.I64: types.TInt8,
	types.I128: types.TDecimal(38, 0), types.F32: types.TFloat4, types.F64: types.TFloat8, types.Str: types.TVarchar(types.MaxVarchar)}

// encode makes a column's block: raw, as it is read often and stored nowhere. Called with mu held.
func (g *Group) encode(e *block.Encoder, col int) error {
	class, text, nulls := g.parts[0].Cols[col].Class, 0, false
	for i, p := range g.parts {
		c := &p.Cols[col]
		if c.Class != class {
			return damaged(g.names[i], "Column %d has class %s, others have %s.", col+1, c.Class, class)
		}
		text += len(c.Text)
		nulls = nulls || c.Nulls != nil
	}
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
		return err
	}
	defer held.Release(int64(size))
	base, err := mem.Raw(size, "rows of small writes")
	if err != nil {
		return err
	}
	defer heap.Free(base)
	all := unsafe.Slice((*byte)(base), size)
	in := codec.Column{Class: class, Rows: g.rows}
	if nulls {
		in.Nulls = unsafe.Add(base, nullsAt) // as all that follows, in bounds: laid out above
		clear(all[nullsAt:textAt])
	}
	if class == types.Str {
		in.Off, in.Len, in.Heap = base, unsafe.Add(base, lensAt), unsafe.Add(base, textAt)
	} else {
		in.Values = base
	}
	at, used := 0, 0 // rows, bytes of text so far
	for _, p := range g.parts {
		c := &p.Cols[col]
		if c.Nulls != nil {
			for r := range p.Rows {
				if c.Null(r) {
					all[nullsAt+at+r] = 1
				}
			}
		}
		if class != types.Str {
			copy(all[at*width:], c.Values)
		} else {
			copy(all[textAt+used:], c.Text)
			offs, lens := unsafe.Slice((*uint64)(in.Off), g.rows), unsafe.Slice((*uint32)(in.Len), g.rows)
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
	return g.keep(e, col, &in)
}

// keep encodes a column and opens its block.
func (g *Group) keep(e *block.Encoder, col int, in *codec.Column) error {
	t := classTypes[in.Class]
	m, data, err := e.Encode(in, t, "raw")
	if err != nil {
		return err
	}
	p, err := mem.Raw(len(data), "rows of small writes")
	if err != nil {
		return err
	}
	own := unsafe.Slice((*byte)(p), len(data))
	copy(own, data)
	b, err := block.OpenBlock(&m, t, own)
	if err != nil {
		freeBytes(own)
		return damaged(g.names[0], "Column %d: %v.", col+1, err)
	}
	n := int64(len(data) + b.Size())
	if err := held.Reserve(n); err != nil {
		b.Close()
		freeBytes(own)
		return err
	}
	g.blocks[col] = &encoded{m, b, own}
	g.size += n
	return nil
}

func freeBytes(b []byte) { heap.Free(unsafe.Pointer(&b[0])) }
