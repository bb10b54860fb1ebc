package stats

import (
	"math"
	"strings"
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

// feed gives a table of n rows, in a certain order or the opposite one.
func feed(cols []types.Column, n int, backwards bool, row func(i int) []types.Datum) *Table {
	b := NewBuilder(cols)
	b.Joint([]int{0, 1})
	for i := range n {
		if backwards {
			i = n - 1 - i
		}
		b.AddRow(row(i))
	}
	return b.Finish(int64(n))
}

// Proves that statistics do not depend on the order of rows, down to the sample.
func TestOrder(t *testing.T) {
	cols := types.Columns(types.TInt8, types.TVarchar(20))
	row := func(i int) []types.Datum {
		return []types.Datum{types.Int(int64(i % 700)), types.String(string(rune('a' + i%20)))}
	}
	for _, n := range []int{0, 1, 50, 9000} {
		a, err := feed(cols, n, false, row).Encode()
		if err != nil {
			t.Fatal(err)
		}
		if b, err := feed(cols, n, true, row).Encode(); err != nil || string(a) != string(b) {
			t.Errorf("%d rows: another result in another order (%v)", n, err)
		}
	}
}

// Proves that shares are right for values that are skewed, uniform, mostly NULL, one, long, and none, for all classes.
func TestShares(t *testing.T) {
	const n = 20_000
	long := strings.Repeat("long ", 2000)
	value := map[string]func(i int) types.Datum{
		"skew": func(i int) types.Datum {
			if i%10 < 6 {
				return types.Int(7)
			}
			return types.Int(int64(i % 997))
		},
		"uniform": func(i int) types.Datum { return types.Int(int64(i)) },
		"nulls": func(i int) types.Datum {
			if i%100 > 0 {
				return types.NullDatum
			}
			return types.Int(int64(i))
		},
		"one": func(int) types.Datum { return types.Int(42) },
	}
	typ := types.TInt8
	for _, c := range []struct {
		column      string
		value       int64
		equal, less float64
	}{
		{"skew", 7, 0.6, 0.0024}, {"skew", 500, 0.0004, 0.8}, {"skew", 5000, 0, 1}, {"skew", -1, 0, 0},
		{"uniform", 5000, 1.0 / n, 0.25}, {"uniform", 19_999, 1.0 / n, 1}, {"uniform", 0, 1.0 / n, 0},
		{"nulls", 10_000, 0.00005, 0.005}, {"one", 42, 1, 0}, {"one", 43, 0, 1}, {"one", 0, 0, 0},
	} {
		st := feed(types.Columns(typ, typ), n, false, func(i int) []types.Datum {
			return []types.Datum{value[c.column](i), types.Int(1)}
		})
		q := Point{typ, types.Int(c.value)}
		if got, ok := st.Cols[0].Equal(typ, q); !ok || math.Abs(got-c.equal) > 0.001+c.equal/20 {
			t.Errorf("%s = %d: %v, want %v", c.column, c.value, got, c.equal)
		}
		if got, _, ok := st.Cols[0].Below(typ, q); !ok || math.Abs(got-c.less) > 0.012 {
			t.Errorf("%s < %d: %v, want %v", c.column, c.value, got, c.less)
		}
		// the same through a literal of another scale
		dec := Point{types.TDecimal(20, 2), types.Int(c.value * 100)}
		a, _, _ := st.Cols[0].Below(typ, q)
		if b, _, ok := st.Cols[0].Below(typ, dec); !ok || math.Abs(a-b) > 0.005 {
			t.Errorf("%s < %d.00: %v, not %v", c.column, c.value, b, a)
		}
	}
	// Strings that are cut are no common values: they are equal to no literal that is known.
	text := types.TVarchar(types.MaxVarchar)
	st := feed(types.Columns(text, typ), 1000, false, func(i int) []types.Datum {
		return []types.Datum{types.String(long + string(rune('a'+i%3))), types.Int(1)}
	})
	if c := st.Cols[0]; len(c.Common) != 0 || c.Distinct != 3 || len(c.Bounds[0].S) > MaxBound || c.Width < 10_000 {
		t.Errorf("long strings: %d common values, %v distinct, width %v", len(c.Common), c.Distinct, c.Width)
	}
	if values, err := st.Cols[0].SampleValues(types.Str, int(st.Sampled)); err != nil || len(values[0].S) != sampleBytes {
		t.Errorf("long strings in the sample: %v", err)
	}
	// Of opaque ones nothing is left out: neither of what is in the sample, which it is not, then, nor anywhere else.
	for _, value := range []string{"\x05 ", strings.Repeat("x", sampleBytes) + " ", long} {
		st := feed(types.Columns(types.TSuper, typ), 1000, false, func(i int) []types.Datum {
			return []types.Datum{types.String(value), types.Int(1)}
		})
		c := st.Cols[0]
		if !c.Min.Null || !c.Max.Null || len(c.Common)+len(c.Bounds) != 0 || c.Distinct != 1 {
			t.Errorf("SUPER: bounds, common values, or %v distinct ones", c.Distinct)
		}
		if len(value) > sampleBytes {
			if len(c.Sample) != 0 {
				t.Error("a long SUPER in the sample")
			}
		} else if values, err := c.SampleValues(types.Str, int(st.Sampled)); err != nil || values[0].S != value {
			t.Errorf("a SUPER of the sample: %q, %v", values[0].S, err)
		}
	}
	empty := feed(types.Columns(typ, text), 0, false, nil)
	if _, ok := empty.Cols[0].Equal(typ, Point{typ, types.Int(1)}); ok || empty.Sampled != 0 {
		t.Error("something is known of an empty table")
	}
}

// Proves that a sample gives values back as they were, of every class, with NULLs.
func TestSample(t *testing.T) {
	for _, c := range []struct {
		typ    types.Type
		values []types.Datum
	}{
		{types.TBool, []types.Datum{types.BoolDatum(true), types.BoolDatum(false)}},
		{types.TInt2, []types.Datum{types.Int(-3), types.Int(32767)}},
		{types.TInt8, []types.Datum{types.Int(math.MinInt64), types.Int(math.MaxInt64)}},
		{types.TDecimal(38, 2), []types.Datum{types.Int128(-5, 7), types.Int128(5, -7)}},
		{types.TFloat8, []types.Datum{types.Float(-0.5), types.Float(math.Inf(1))}},
		{types.TVarchar(9), []types.Datum{types.String(""), types.String("trailing")}},
	} {
		for _, nulls := range []bool{false, true} {
			want := c.values
			if nulls {
				want = append(want[:len(want):len(want)], types.NullDatum)
			}
			col := Column{Sample: EncodeSample(c.typ.Phys(), want)}
			got, err := col.SampleValues(c.typ.Phys(), len(want))
			if err != nil {
				t.Fatal(err)
			}
			for i := range want {
				if got[i] != want[i] {
					t.Errorf("%s: %+v became %+v", c.typ, want[i], got[i])
				}
			}
			col.Sample = col.Sample[:len(col.Sample)-1]
			if _, err := col.SampleValues(c.typ.Phys(), len(want)+1); err == nil {
				t.Errorf("%s: a sample that is cut off is read", c.typ)
			}
		}
	}
}

// Proves that pairs of equal values are counted by what is common on both sides, and combinations as they are.
func TestMatchesAndJoints(t *testing.T) {
	cols := types.Columns(types.TInt8, types.TInt8)
	skewed := feed(cols, 20_000, false, func(i int) []types.Datum {
		v := i % 1000
		if i%2 == 0 {
			v = 5
		}
		return []types.Datum{types.Int(int64(v)), types.Int(int64(v / 2))}
	})
	share, known := Matches(types.TInt8, &skewed.Cols[0], types.TInt8, &skewed.Cols[0])
	if !known || math.Abs(share-0.25) > 0.03 { // half of each side has the one value
		t.Errorf("pairs of skewed columns: %v", share)
	}
	if d := skewed.Joint([]int{1, 0}); d < 480 || d > 520 { // the odd numbers and 5
		t.Errorf("%v combinations of a column and its half", d)
	}
	if d := skewed.Joint([]int{0}); d != 0 {
		t.Errorf("a set that was not counted has %v", d)
	}
}
