package offheap

import (
	"testing"

	"slipher/catalog/types"
	"slipher/runtime/abi"
	"slipher/runtime/kernels/heap"
)

func room(t *testing.T, n int) View {
	v := Of(heap.AllocZero(n), n)
	t.Cleanup(func() { heap.Free(v.Pointer()) })
	return v
}

// What is written is read, by class, at any offset.
func TestValues(t *testing.T) {
	v, arena := room(t, 64), room(t, abi.ArenaSize)
	defer heap.ArenaFree(arena.Pointer())
	for _, c := range []struct {
		p types.Phys
		d types.Datum
	}{
		{types.I8, types.Int(-1)}, {types.I16, types.Int(-32768)}, {types.I32, types.Int(1 << 30)},
		{types.I64, types.Int(-1 << 63)},
		{types.I128, types.Int128(-5, 7)}, {types.F32, types.Float(0.5)}, {types.F64, types.Float(-1e300)},
		{types.Str, types.String("")}, {types.Str, types.String("twelve bytes")}, {types.Str, types.String("thirteen byte")},
	} {
		for _, off := range []int64{0, 16, 48} {
			SetDatum(v, off, c.p, c.d, arena)
			if got := Datum(v, off, c.p); got != c.d {
				t.Errorf("%v at %d: %+v, want %+v", c.p, off, got, c.d)
			}
		}
	}
}

// Views of views, addresses in memory, words.
func TestViews(t *testing.T) {
	v := room(t, 64)
	Set[int32](v, 60, 7)
	if got := At[int32](v.From(20), 40); got != 7 {
		t.Errorf("%d", got)
	}
	v.SetView(8, v.From(56))
	if w := v.ViewAt(8, 8); !w.Is(v.From(56)) || At[int32](w, 4) != 7 || *Word[int32](w, 4) != 7 {
		t.Error("the address is another")
	}
	if s := Slice[int32](v, 56, 2); len(s) != 2 || s[1] != 7 {
		t.Errorf("%v", s)
	}
	if !(View{}).Nowhere() || v.Nowhere() || !v.Aligned(16) || v.From(1).Aligned(2) {
		t.Error("nowhere, alignment")
	}
}
