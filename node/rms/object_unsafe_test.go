package rms

import (
	"context"
	"fmt"
	"testing"
	"unsafe"

	"slipher/catalog/state"
	"slipher/catalog/types"
	"slipher/runtime/block"
	"slipher/runtime/kernels/codec"
	"slipher/runtime/kernels/heap"
)

var testTypes = []types.Type{types.TInt4, types.TVarchar(20)}

// putObject stores an object of row groups with rows of (g*1000+i, "row i ...").
func putObject(t testing.TB, s Store, name string, groups, rows int) state.ObjectRef {
	var e block.Encoder
	defer e.Close()
	var obj []byte
	foot := block.Footer{Format: block.FormatVersion}
	for g := range groups {
		vals, heapBytes := make([]int32, rows), []byte{}
		offs, lens := make([]uint64, rows), make([]uint32, rows)
		for i := range vals {
			vals[i] = int32(g*1000 + i)
			s := fmt.Sprintf("row %d with text", i)
			offs[i], lens[i] = uint64(len(heapBytes)), uint32(len(s))
			heapBytes = append(heapBytes, s...)
		}
		off := func(p unsafe.Pointer, n int) unsafe.Pointer {
			q := heap.Alloc(n + 16)
			t.Cleanup(func() { heap.Free(q) })
			copy(unsafe.Slice((*byte)(q), n), unsafe.Slice((*byte)(p), n))
			return q
		}
		cols := []codec.Column{
			{Class: types.I32, Rows: rows, Values: off(unsafe.Pointer(&vals[0]), 4*rows)},
			{Class: types.Str, Rows: rows, Heap: off(unsafe.Pointer(&heapBytes[0]), len(heapBytes)), Off: off(unsafe.Pointer(&offs[0]), 8*rows), Len: off(unsafe.Pointer(&lens[0]), 4*rows)},
		}
		rg := block.RowGroupMeta{Rows: int32(rows)}
		for i := range cols {
			m, data, err := e.Encode(&cols[i], testTypes[i], "")
			if err != nil {
				t.Fatal(err)
			}
			obj = append(obj, make([]byte, -len(obj)&63)...)
			m.Off = int64(len(obj))
			obj = append(obj, data...)
			rg.Cols = append(rg.Cols, m)
		}
		foot.RowGroups = append(foot.RowGroups, rg)
	}
	obj, err := block.AppendTrailer(obj, &foot)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Put(context.Background(), name, obj); err != nil {
		t.Fatal(err)
	}
	return state.ObjectRef{Name: name, Rows: int64(groups * rows), Bytes: int64(len(obj))}
}
