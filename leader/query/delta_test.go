package query

import (
	"testing"

	"github.com/RoaringBitmap/roaring/v2"

	"slipher/catalog/state"
	"slipher/node/wire"
)

// Deleted rows come in pieces, from several nodes, and count once; they are named by the
// objects of the version that was read.
func TestDelta(t *testing.T) {
	rows := func(at ...uint32) []byte {
		b, err := roaring.BitmapOf(at...).ToBytes()
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	tab := &state.Table{ID: 7, Def: 3}
	tab.Version.Objects = state.MakeObjects(state.ObjectRef{Name: "b", Rows: 10}, state.ObjectRef{Name: "a", Rows: 10},
		state.ObjectRef{Name: "c", Rows: 10})
	d, n, err := Delta(tab, nil, []wire.Deleted{{Object: 0, Rows: rows(1, 2)}, {Object: 2, Rows: rows(5)},
		{Object: 0, Rows: rows(2, 3)}, {Object: 1, Rows: rows()}})
	if err != nil || n != 4 || d.Table != 7 || d.Def != 3 || len(d.Deletes) != 2 || d.Deletes[0].Object != "a" ||
		d.Deletes[1].Object != "c" {
		t.Fatalf("%d %+v %v", n, d, err)
	}
	if got, err := state.Rows(d.Deletes[0].Rows); err != nil || got != 3 {
		t.Errorf("%d rows of a, %v", got, err)
	}
	for _, bad := range []wire.Deleted{{Object: 3, Rows: rows(1)}, {Object: -1, Rows: rows(1)},
		{Object: 0, Rows: []byte("no bitmap")}} {
		if _, _, err := Delta(tab, nil, []wire.Deleted{bad}); err == nil {
			t.Errorf("%v passes", bad)
		}
	}
}
