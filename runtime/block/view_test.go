package block

import (
	"math"
	"reflect"
	"strings"
	"testing"

	"slipher/catalog/types"
)

// consts are values of every class.
var consts = map[types.Type][]types.Datum{
	types.TBool: {types.Int(0), types.Int(1)}, types.TInt2: {types.Int(-5)}, types.TInt4: {types.Int(math.MinInt32)},
	types.TInt8:           {types.Int(0), types.Int(math.MaxInt64)},
	types.TDecimal(38, 2): {types.Int128(-3, 7), types.Int128(0, 0)}, types.TFloat4: {types.Float(0.5)},
	types.TFloat8: {types.Float(math.Inf(-1)), types.Float(-0.25)},
	types.TVarchar(65535): {types.String(""), types.String("a "), types.String("short"),
		types.String(strings.Repeat("long \xff", 50)), types.String(strings.Repeat("x", 65535))},
}

// A block of a constant decodes to it wherever one looks, its sections' zone maps hold, and it is described as the
// encoder describes one that is stored.
func TestConstBlock(t *testing.T) {
	var e Encoder
	defer e.Close()
	for typ, vals := range consts {
		for _, v := range append(vals, types.NullDatum) {
			for _, rows := range []int{0, 1, 1000, 1024, 1025, 5000, MaxRowGroupRows} {
				if len(v.S) > 100 && rows > 1025 {
					continue // as Go values they would be gigabytes
				}
				b, err := ConstBlock(typ, v, rows)
				if err != nil {
					t.Fatal(err)
				}
				if b.Rows() != rows {
					t.Errorf("%d rows, want %d", b.Rows(), rows)
				}
				for i, got := range b.read(typ, 0, rows, 1024) {
					if got != v {
						t.Fatalf("%s: row %d of %d is %v, want %v", typ, i, rows, got, v)
					}
				}
				for s := range (rows + 1023) / 1024 {
					if !v.Null && (!b.SectionMayMatch(s, "=", v) || !b.SectionMayMatch(s, "<=", v)) {
						t.Errorf("%s: section %d of %d rules out %v", typ, s, rows, v)
					}
					if typ == types.TInt4 && b.SectionMayMatch(s, "=", types.Int(77)) {
						t.Errorf("section %d of %v rules nothing out", s, v)
					}
				}
				b.Close()
			}
			c := column{typ: typ}
			for range 10 {
				c.vals = append(c.vals, v)
			}
			want, _, err := e.Encode(c.build(t), typ, "raw")
			if err != nil {
				t.Fatal(err)
			}
			want.Len, want.Encoding, want.Checksum = 0, 0, 0
			col := types.Column{Type: typ, Initial: &v}
			if got := constMeta(&col, 10); !reflect.DeepEqual(got, want) {
				t.Errorf("%s %v: %+v, an encoder says %+v", typ, v, got, want)
			}
		}
	}
}

// Objects of older definitions, those of format 1 among them, are seen by the numbers of the table of today.
func TestView(t *testing.T) {
	meta := func(n int64) BlockMeta { return BlockMeta{Off: n * 64, Len: 64} }
	f := &Footer{Format: firstFormat, RowGroups: []RowGroupMeta{{Rows: 5, Cols: []BlockMeta{meta(1), meta(2), meta(3)}},
		{Rows: 2, Cols: []BlockMeta{meta(4), meta(5), meta(6)}}}}
	tail, err := AppendTrailer(nil, f)
	if err != nil {
		t.Fatal(err)
	}
	old, err := ReadFooter(tail, 1<<20)
	if err != nil {
		t.Fatal(err)
	}
	ints := types.Columns(types.TInt8, types.TInt8, types.TInt8)
	if old.View(ints) != old {
		t.Error("a table that was not changed is not itself")
	}
	seven := types.Int(7)
	now := []types.Column{ints[2], {ID: 4, Type: types.TInt8, Initial: &seven}, ints[0], {ID: 9, Type: types.TVarchar(3)}}
	for i, columns := range [][]types.ColumnID{nil, {1, 2, 3}} {
		old.Columns = columns
		v := old.View(now)
		if len(v.RowGroups) != 2 || v.RowGroups[1].Rows != 2 || v.RowGroups[1].Cols[0].Off != 6*64 ||
			v.RowGroups[0].Cols[2].Off != 64 {
			t.Errorf("%d: %+v", i, v)
		}
		if m := v.RowGroups[1].Cols[1]; m.Min.Lo != 7 || m.Max.Lo != 7 || m.Nulls != 0 || m.Bits != 3 ||
			MayMatch(&m, 2, types.TInt8, "=", types.Int(8)) {
			t.Errorf("%d: initial value: %+v", i, m)
		}
		if m := v.RowGroups[1].Cols[3]; m.Nulls != 2 || !m.Min.Null ||
			MayMatch(&m, 2, types.TVarchar(3), "=", types.String("")) {
			t.Errorf("%d: no initial value: %+v", i, m)
		}
		if v.View(now) != v {
			t.Error("a view is not what it is")
		}
	}
	short := &Footer{Format: FormatVersion, Columns: []types.ColumnID{1}, RowGroups: f.RowGroups}
	if tail, err = AppendTrailer(nil, short); err != nil {
		t.Fatal(err)
	}
	if _, err := ReadFooter(tail, 1<<20); err == nil {
		t.Error("row groups of other columns than their object")
	}
	for _, format := range []uint16{0, FormatVersion + 1} {
		tail, _ = AppendTrailer(nil, &Footer{Format: format})
		if _, err := ReadFooter(tail, 1<<20); err == nil || !strings.Contains(err.Error(), "format") {
			t.Errorf("format %d: %v", format, err)
		}
	}
}
