package block

import (
	"slipher/catalog/types"
	"slipher/runtime/abi"
	"slipher/runtime/kernels/codec"
	"slipher/runtime/kernels/heap"
	"slipher/runtime/offheap"
)

// ReadColumn decodes a whole column into Go values: for tools, tests and ANALYZE's samples;
// queries decode in generated code. Strings are copied.
func ReadColumn(rg *RowGroup, col int, t types.Type) ([]types.Datum, error) {
	b, err := rg.Block(col)
	if err != nil {
		return nil, err
	}
	return b.read(t, 0, b.Rows(), codec.SectionRows), nil
}

// read decodes rows [from, to) in vectors of step rows, which do not cross sections.
func (b *Block) read(t types.Type, from, to, step int) []types.Datum {
	w := t.Phys().Width()
	size := abi.ColCursorSize + step*(w+1) + 64
	cursor := offheap.Of(heap.AllocZero(size), size)
	defer heap.Free(cursor.Pointer())
	vals := cursor.From(abi.ColCursorSize)
	nulls := vals.From(int64(step * w))
	b.FillCursor(cursor)
	out := make([]types.Datum, 0, to-from)
	for row := from; row < to; {
		n := min(step, to-row, codec.SectionRows-row%codec.SectionRows)
		codec.Decode(cursor, row, n, vals, nulls)
		for i := 0; i < n; i++ {
			if offheap.At[byte](nulls, int64(i)) != 0 {
				out = append(out, types.NullDatum)
			} else {
				out = append(out, offheap.Datum(vals, int64(i*w), t.Phys()))
			}
		}
		row += n
	}
	return out
}
