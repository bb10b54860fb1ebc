package stats

import (
	"math"
	"testing"

	"slipher/catalog/types"
)

// Proves that counts, bounds and distinct estimates survive the trip through the object, and scale from a sample.
func TestBuilder(t *testing.T) {
	b := NewBuilder(types.Columns(types.TInt8, types.TVarchar(10), types.TFloat8))
	for i := range 10000 {
		s := types.String([]string{"a", "b ", "b"}[i%3])
		if i%4 == 0 {
			s = types.NullDatum
		}
		b.AddRow([]types.Datum{types.Int(int64(i) - 5), s, types.Float(float64(i%7) / 2)})
	}
	for _, c := range []struct {
		rows int64
		ndv  []float64
	}{{10000, []float64{10000, 2, 7}}, {40000, []float64{40000, 2, 7}}} {
		data, err := b.Finish(c.rows).Encode()
		if err != nil {
			t.Fatal(err)
		}
		got, err := Decode(data)
		if err != nil {
			t.Fatal(err)
		}
		if got.Rows != c.rows || got.Cols[0].Min.Lo != -5 || got.Cols[0].Max.Lo != 9994 || got.Cols[1].Max.S != "b" {
			t.Errorf("rows %d: %+v", c.rows, got)
		}
		if got.Cols[1].NullFrac != 0.25 || got.Cols[0].Width != 8 {
			t.Errorf("nulls %v width %v", got.Cols[1].NullFrac, got.Cols[0].Width)
		}
		for i, want := range c.ndv {
			if g := got.Cols[i].Distinct; math.Abs(g-want) > want*0.08 {
				t.Errorf("rows %d column %d: %v distinct, want about %v", c.rows, i, g, want)
			}
		}
	}
}
