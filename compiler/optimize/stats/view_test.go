package stats

import (
	"strings"
	"testing"

	"slipher/catalog/types"
)

// Statistics are found by the columns' ids, also those of format 1; a younger column has its initial value everywhere.
func TestView(t *testing.T) {
	b := NewBuilder(types.Columns(types.TInt8, types.TVarchar(10), types.TFloat8))
	for i := range 100 {
		b.AddRow([]types.Datum{types.Int(int64(i)), types.String("x"), types.Float(1)})
	}
	st := b.Finish(1000)
	for _, format := range []uint16{Format1, Format2} {
		st.Format = format
		for i := range st.Cols {
			st.Cols[i].ID = types.FirstID(i)
			if format == Format1 {
				st.Cols[i].ID = 0
			}
		}
		data, err := st.Encode()
		if err != nil {
			t.Fatal(err)
		}
		got, err := Decode(data)
		if err != nil {
			t.Fatal(err)
		}
		if got.View(types.Columns(types.TInt8, types.TVarchar(10), types.TFloat8)) != got {
			t.Error("a table that was not changed is not itself")
		}
		five := types.Int(5)
		v := got.View([]types.Column{{ID: 3, Type: types.TFloat8}, {ID: 7, Type: types.TInt4, Initial: &five},
			{ID: 1, Type: types.TInt8}, {ID: 8, Type: types.TVarchar(9)}})
		if v.Rows != 1000 || len(v.Cols) != 4 || v.Cols[0].Max.Float() != 1 || v.Cols[2].Max.Lo != 99 {
			t.Errorf("format %d: %+v", format, v)
		}
		if c := v.Cols[1]; c.Distinct != 1 || c.NullFrac != 0 || c.Min != five || c.Max != five || c.Width != 4 {
			t.Errorf("initial value: %+v", c)
		}
		if c := v.Cols[3]; c.Distinct != 0 || c.NullFrac != 1 || !c.Min.Null {
			t.Errorf("no initial value: %+v", c)
		}
	}
	st.Format = 3
	data, _ := st.Encode()
	if _, err := Decode(data); err == nil || !strings.Contains(err.Error(), "ANALYZE") {
		t.Errorf("an unknown format: %v", err)
	}
}
