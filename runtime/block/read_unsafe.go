package block

import (
	"unsafe"

	"slipher/catalog/types"
	"slipher/runtime/abi"
	"slipher/runtime/kernels/codec"
	"slipher/runtime/kernels/heap"
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
	mem := heap.AllocZero(abi.ColCursorSize + step*(w+1) + 64)
	defer heap.Free(mem)
	// The three parts of mem, in bounds of what was asked for.
	vals := unsafe.Add(mem, abi.ColCursorSize)
	nulls := unsafe.Add(vals, step*w)
	b.FillCursor(mem)
	out := make([]types.Datum, 0, to-from)
	for row := from; row < to; {
		n := min(step, to-row, codec.SectionRows-row%codec.SectionRows)
		codec.Decode(mem, row, n, vals, nulls)
		for i := 0; i < n; i++ {
			if *(*byte)(unsafe.Add(nulls, i)) != 0 {
				out = append(out, types.NullDatum)
			} else {
				out = append(out, datumAt(unsafe.Add(vals, i*w), t.Phys()))
			}
		}
		row += n
	}
	return out
}

// datumAt reads a value of class p.
func datumAt(q unsafe.Pointer, p types.Phys) types.Datum {
	switch p {
	case types.I8:
		return types.Int(int64(*(*int8)(q)))
	case types.I16:
		return types.Int(int64(*(*int16)(q)))
	case types.I32:
		return types.Int(int64(*(*int32)(q)))
	case types.I64:
		return types.Int(*(*int64)(q))
	case types.I128:
		return types.Int128(*(*int64)(unsafe.Add(q, 8)), *(*int64)(q))
	case types.F32:
		return types.Float(float64(*(*float32)(q)))
	case types.F64:
		return types.Float(*(*float64)(q))
	}
	n := *(*uint32)(q)
	s := unsafe.Add(q, 4)
	if n > abi.StrInline {
		s = *(*unsafe.Pointer)(unsafe.Add(q, 8)) // borrowed from the block
	}
	return types.String(string(unsafe.Slice((*byte)(s), n)))
}
