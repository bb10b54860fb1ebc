package inline

import (
	"strings"
	"testing"

	"slipher/catalog/state"
	"slipher/catalog/types"
	"slipher/runtime/block"
	"slipher/runtime/chunk"
)

// Small objects of several definitions of their table make one row group: who is older than a column has its initial
// value, who has a column that was dropped is read without it.
func TestYoungColumns(t *testing.T) {
	old := small(t, 0, 7)
	s := chunk.Stored{Rows: 3, IDs: []types.ColumnID{4, 20}, Cols: []chunk.StoredCol{
		{Class: types.I64, Values: append(make([]byte, 16), 9, 0, 0, 0, 0, 0, 0, 0)},
		{Class: types.Str, Nulls: []byte{2}, Values: []byte{1, 0, 0, 0, 2, 0}, Text: []byte("xyz")}}}
	young := &state.ObjectRef{Name: "t1/young", Rows: 3, Data: s.Append(nil)}
	for _, initial := range []string{"NULL", "", "0", strings.Repeat("long ", 30)} {
		d := types.String(initial)
		table := []types.Column{{ID: 20, Type: types.TVarchar(200), Initial: &d}, {ID: 4, Type: types.TInt8},
			{ID: 21, Type: types.TInt4}}
		if initial == "NULL" {
			table[0].Initial = nil
		}
		g, err := New([]*state.ObjectRef{old, young, old})
		if err != nil {
			t.Fatal(err)
		}
		rg, err := g.RowGroup([]int{0, 1, 2}, table)
		if err != nil {
			t.Fatal(err)
		}
		for col := range table {
			vals, err := block.ReadColumn(rg, col, table[col].Type)
			if err != nil {
				t.Fatal(err)
			}
			for i, v := range vals {
				want := table[col].Value()
				switch made := i >= 7 && i < 10; {
				case col == 1 && !made:
					want = row(i % 10)[3]
				case col == 1:
					want = types.Int([]int64{0, 0, 9}[i-7])
				case col == 0 && made:
					want = []types.Datum{types.String("x"), types.NullDatum, types.String("yz")}[i-7]
				}
				if v != want {
					t.Errorf("%q: row %d of column %d is %v, want %v", initial, i, col, v, want)
				}
				if !v.Null && !block.MayMatch(&rg.Meta().Cols[col], 17, table[col].Type, "=", v) {
					t.Errorf("%q: the zone map of column %d rules out row %d", initial, col, i)
				}
			}
		}
		rg.Release()
		g.Release()
	}
	f, err := Footer(young)
	if err != nil || len(f.Columns) != 2 || f.Columns[1] != 20 || f.RowGroups[0].Cols[1].Nulls != 1 {
		t.Errorf("%+v %v", f, err)
	}
}
