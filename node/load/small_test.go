package load

import (
	"bytes"
	"context"
	"encoding/binary"
	"reflect"
	"testing"

	"slipher/catalog/sqlerr"
	"slipher/catalog/state"
	"slipher/catalog/types"
	"slipher/node/rms"
	"slipher/runtime/chunk"
	"slipher/runtime/mem"
)

// A load that fits comes back as data, with the rows and in the order it would have had in storage; one that does
// not is stored; the limit is on the bytes of the data.
func TestSmallLoads(t *testing.T) {
	ctx := context.Background()
	store, _ := rms.Open("mem://" + t.Name())
	cache := rms.NewCache(store, "", 1<<20)
	load := func(rows int, inline int64) []state.ObjectRef {
		target := testTarget(state.SortCompound, 1, 0)
		w := NewWriter(ctx, store, target, NewBudget(1<<30))
		w.SetInline(inline)
		fill(t, w, rows)
		refs, err := w.Finish()
		if err != nil || len(refs) != 1 {
			t.Fatalf("%d objects, %v", len(refs), err)
		}
		return refs
	}
	for _, rows := range []int{1, 10, 3000} {
		small, stored := load(rows, 1<<20), load(rows, 0)
		r := small[0]
		if r.Data == nil || r.Bytes != int64(len(r.Data)) || r.Rows != int64(rows) || r.Name != stored[0].Name ||
			r.Slice != 2 || stored[0].Data != nil {
			t.Fatalf("%+v", r)
		}
		target := testTarget(state.SortNone)
		if got, want := read(t, cache, small, target), read(t, cache, stored, target); !reflect.DeepEqual(got, want) {
			t.Errorf("%d rows: data differ from what is stored", rows)
		}
		cache.Drop(r.Name)
		if again := load(rows, r.Bytes); !bytes.Equal(again[0].Data, r.Data) {
			t.Errorf("%d rows do not fit in their size", rows)
		}
		if none := load(rows, r.Bytes-1); none[0].Data != nil {
			t.Errorf("%d rows in fewer bytes than they take", rows)
		}
		cache.Drop(r.Name)
	}
	w := NewWriter(ctx, store, testTarget(state.SortNone), NewBudget(1<<30))
	w.SetInline(1 << 20)
	if refs, err := w.Finish(); err != nil || len(refs) != 0 {
		t.Errorf("no rows make %v, %v", refs, err)
	}
}

// NOT NULL and identity columns mean the same for small loads. Nothing is stored.
func TestSmallRules(t *testing.T) {
	ctx := context.Background()
	store, _ := rms.Open("mem://" + t.Name())
	target := Target{Prefix: "t1/x", Columns: []TargetColumn{
		{Name: "id", Type: types.TInt4, NotNull: true, Identity: &state.Identity{Seed: 10, Step: 2}},
		{Name: "a", Type: types.TVarchar(9), NotNull: true}}}
	acct := mem.NewAccount("test", 0)
	add := func(w *Writer, a types.Datum) error {
		c, err := chunk.New(acct, chunk.LayoutOf([]chunk.Col{{Type: types.TInt4, Nullable: true},
			{Type: types.TVarchar(9), Nullable: true}}))
		if err != nil {
			t.Fatal(err)
		}
		defer c.Free()
		c.SetNull(0, 0)
		c.SetDatum(1, 0, a)
		c.SetRows(1)
		return w.Add(c)
	}
	w := NewWriter(ctx, store, target, NewBudget(1<<30))
	w.SetInline(1000)
	w.SetReserve(func(context.Context, types.ColumnID, int64) (int64, error) { return 7, nil })
	if err := add(w, types.String("x")); err != nil {
		t.Fatal(err)
	}
	refs, err := w.Finish()
	if err != nil {
		t.Fatal(err)
	}
	s, err := chunk.ReadStored(refs[0].Data)
	if err != nil || s.Cols[0].Nulls != nil || binary.LittleEndian.Uint32(s.Cols[0].Values) != 24 ||
		string(s.Cols[1].Text) != "x" {
		t.Errorf("%+v %v", s, err)
	}
	w = NewWriter(ctx, store, target, NewBudget(1<<30))
	w.SetInline(1000)
	if err := add(w, types.NullDatum); sqlerr.From(err).Code != sqlerr.NotNullViolation {
		t.Error(err)
	}
	if err := w.Abort(); err != nil {
		t.Error(err)
	}
	if names, _ := store.List(ctx, ""); len(names) != 0 {
		t.Errorf("%v", names)
	}
}
