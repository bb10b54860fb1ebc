package rms

import (
	"context"
	"fmt"
	"testing"

	"slipher/catalog/state"
	"slipher/catalog/types"
	"slipher/runtime/block"
	"slipher/runtime/kernels/codec"
	"slipher/runtime/kernels/heap"
	"slipher/runtime/offheap"
)

var testTypes = []types.Type{types.TInt4, types.TVarchar(20)}

// putObject stores an object of row groups with rows of (g*1000+i, "row i ...").
func putObject(t testing.TB, s Store, name string, groups, rows int) state.ObjectRef {
	var e block.Encoder
	defer e.Close()
	var obj []byte
	foot := block.Footer{Format: block.FormatVersion}
	for g := range groups {
		room := func(n int) offheap.View {
			v := offheap.Of(heap.Alloc(n+16), n+16)
			t.Cleanup(func() { heap.Free(v.Pointer()) })
			return v
		}
		vals, offs, lens, text := room(4*rows), room(8*rows), room(4*rows), []byte{}
		for i := range int64(rows) {
			s := fmt.Sprintf("row %d with text", i)
			offheap.Set(vals, 4*i, int32(int64(g*1000)+i))
			offheap.Set(offs, 8*i, uint64(len(text)))
			offheap.Set(lens, 4*i, uint32(len(s)))
			text = append(text, s...)
		}
		bytes := room(len(text))
		copy(bytes.Bytes(0, len(text)), text)
		cols := []codec.Column{
			{Class: types.I32, Rows: rows, Values: vals},
			{Class: types.Str, Rows: rows, Heap: bytes, Off: offs, Len: lens},
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
