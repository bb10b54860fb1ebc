package block

import (
	"strings"
	"testing"

	"slipher/catalog/types"
	"slipher/runtime/kernels/codec"
)

var testTypes = []types.Type{types.TBool, types.TInt2, types.TInt4, types.TInt8, types.TDate, types.TTimestamp,
	types.TDecimal(15, 2), types.TDecimal(38, 4), types.TFloat4, types.TFloat8, types.TVarchar(500), types.TChar(500)}

// What was encoded is decoded: every encoding, type, shape of data, share of NULLs and size; whole
// sections and vectors that start anywhere. Zone maps hold for every value.
func TestRoundTrip(t *testing.T) {
	var e Encoder
	defer e.Close()
	names := []string{""}
	for _, enc := range encodings {
		names = append(names, enc.Name)
	}
	for _, typ := range testTypes {
		for _, name := range names {
			if CheckEncoding(name, typ) != nil {
				continue
			}
			for _, shape := range shapes {
				for _, nulls := range []int{0, 10, 100} {
					for _, n := range []int{0, 1, 7, 1023, 1024, 1025, 3000} {
						roundTrip(t, &e, makeColumn(typ, shape, n, nulls, uint64(n)), name, shape)
						if t.Failed() {
							t.Fatalf("%s encode %q %s, %d%% nulls, %d rows", typ, name, shape, nulls, n)
						}
					}
				}
			}
		}
	}
}

func TestRoundTripLarge(t *testing.T) {
	var e Encoder
	defer e.Close()
	for _, typ := range testTypes {
		for _, shape := range []string{"small", "sorted", "wide"} {
			roundTrip(t, &e, makeColumn(typ, shape, MaxRowGroupRows, 1, 9), "", shape)
		}
	}
}

// Strings too long for lengths of 16 bits are in sections of their own kind and in no dictionary, whatever the
// encoding: among shorter ones, in one section of several, alone, and beside NULLs.
func TestLongStrings(t *testing.T) {
	var e Encoder
	defer e.Close()
	typ := types.TVarbyte(types.MaxVarbyte)
	text := func(n int) types.Datum {
		return types.VarbyteDatum(strings.Repeat("ab", n/2) + strings.Repeat("c", n%2))
	}
	var some, all []types.Datum
	for i := range 2100 {
		some = append(some, text(i%7))
		if i%700 == 40 {
			some[i] = text(codec.MaxStr - 2 + i/700)
		}
		if i%9 == 0 {
			some[i] = types.NullDatum
		}
	}
	for i := range 40 {
		all = append(all, text(codec.MaxStr+i%3))
	}
	for _, enc := range append([]Encoding{{}}, encodings...) {
		if CheckEncoding(enc.Name, typ) != nil {
			continue
		}
		for _, vals := range [][]types.Datum{some, all, all[:1], append([]types.Datum{types.NullDatum}, all[:2]...),
			{text(types.MaxVarbyte)}} {
			roundTrip(t, &e, column{typ, vals}, enc.Name, "long")
		}
	}
}

func roundTrip(t *testing.T, e *Encoder, c column, encoding, shape string) {
	t.Helper()
	m, data, err := e.Encode(c.build(t), c.typ, encoding)
	if err != nil {
		t.Fatal(err)
	}
	b, err := OpenBlock(&m, c.typ, guarded(t, data))
	if err != nil {
		t.Fatalf("%s %q %s: %v", c.typ, encoding, shape, err)
	}
	defer b.Close()
	n, p := len(c.vals), c.typ.Phys()
	check := func(from, to, step int) {
		for i, got := range b.read(c.typ, from, to, step) {
			if !same(p, got, c.vals[from+i]) {
				t.Fatalf("%s %q %s: row %d (vectors of %d): %+v, want %+v", c.typ, encoding, shape, from+i, step, got,
					c.vals[from+i])
			}
		}
	}
	for _, level := range []int{codec.LevelBase, codec.LevelV3, codec.LevelV4} {
		b.decode = codec.DecoderAt(p, level)
		check(0, n, 1024)
	}
	if n <= 4096 {
		check(0, n, 3)
		check(n/2, n, 1)
	}
	nulls, blanks := 0, false
	for i, v := range c.vals {
		if v.Null {
			nulls++
			if !b.SectionMayMatch(i/1024, "is null", v) {
				t.Fatalf("row %d: section claims no NULLs", i)
			}
			continue
		}
		blanks = blanks || len(v.S) > 0 && v.S[len(v.S)-1] == ' '
		if i%7 != 0 && n > 2000 {
			continue
		}
		for _, op := range []string{"=", "<=", ">="} {
			if !b.SectionMayMatch(i/1024, op, v) || !MayMatch(&m, n, c.typ, op, v) {
				t.Fatalf("%s: row %d: zone map excludes its value %+v %s (%+v..%+v)", c.typ, i, v, op, m.Min, m.Max)
			}
		}
		if p.IsInt() && bitsOf(v) > m.Bits {
			t.Fatalf("row %d exceeds %d bits", i, m.Bits)
		}
	}
	if nulls != int(m.Nulls) || blanks != m.TrailingBlanks {
		t.Fatalf("%d NULLs, blanks %v; metadata says %d, %v", nulls, blanks, m.Nulls, m.TrailingBlanks)
	}
}

// Zone maps exclude what cannot be there.
func TestMayMatch(t *testing.T) {
	m := &BlockMeta{Min: types.Int(10), Max: types.Int(20)}
	for _, c := range []struct {
		op   string
		v    int64
		want bool
	}{
		{"=", 9, false}, {"=", 10, true}, {"=", 21, false}, {"<", 10, false}, {"<", 11, true}, {"<=", 10, true},
		{"<=", 9, false},
		{">", 20, false}, {">", 19, true}, {">=", 20, true}, {">=", 21, false}, {"<>", 10, true}, {"like", 0, true},
	} {
		if got := MayMatch(m, 5, types.TInt4, c.op, types.Int(c.v)); got != c.want {
			t.Errorf("[10,20] %s %d: %v", c.op, c.v, got)
		}
		if got := sectionMayMatch(10, 20, 0, 5, types.I32, c.op, types.Int(c.v)); got != c.want {
			t.Errorf("section [10,20] %s %d: %v", c.op, c.v, got)
		}
	}
	if MayMatch(m, 5, types.TInt4, "is null", types.NullDatum) || MayMatch(m, 5, types.TInt4, "=", types.NullDatum) {
		t.Error("NULL matches a block without NULLs")
	}
}

// Bounds of long strings are cut, the greatest rounded up: whatever byte stands where they are cut, blanks among them,
// they enclose the values, of conditions and of joins.
func TestCutBounds(t *testing.T) {
	same := func(b byte, n int) string { return strings.Repeat(string([]byte{b}), n) }
	var texts []string
	for _, front := range []string{"", "a", "abc", "abc   ", same('a', 7), same(' ', 8), same('a', 30),
		"ab" + same(' ', 29), same('a', 31), same('a', 32), same(0xff, 31), same(0xff, 32)} {
		for _, b := range []byte{0, 1, ' ' - 1, ' ', ' ' + 1, 'a', 0x7f, 0x80, 0xff} {
			texts = append(texts, front+string([]byte{b}), front+string([]byte{b})+"z", front+string([]byte{b})+"  ", front)
		}
	}
	for _, s := range texts {
		v, m := types.String(s), BlockMeta{}
		m.Min, _ = cutBound(s, boundMin)
		m.Max, m.MaxOpen = cutBound(s, boundMax)
		for _, op := range []string{"=", "<=", ">="} {
			if !MayMatch(&m, 1, types.TText, op, v) {
				t.Errorf("%q %s its own value is left out: [%q, %q]", s, op, m.Min.S, m.Max.S)
			}
		}
		r, cut := m.Range(types.Str), CutText(s)
		if !r.Text || r.Lo > r.Hi || r.Min > cut || r.Max < cut {
			t.Errorf("%q is not between %q and %q", cut, r.Min, r.Max)
		}
		if k, _ := sectionKey(types.Str, v); k != TextKey(cut) {
			t.Errorf("%q: a section's key is %x, not %x", s, k, TextKey(cut))
		}
		for _, o := range texts { // both keep the order
			a, b := types.TrimBlanks(s), types.TrimBlanks(o)
			if a < b && (cut > CutText(o) || TextKey(cut) > TextKey(CutText(o))) {
				t.Errorf("%q < %q, but not when they are cut", a, b)
			}
		}
	}
	none := BlockMeta{Min: types.NullDatum, Max: types.NullDatum, Nulls: 3}
	if r := none.Range(types.Str); r.Lo <= r.Hi || !r.Nulls {
		t.Errorf("strings that are all NULL lie somewhere: %+v", r)
	}
}

// A comparison is true for all rows only if bounds and the lack of NULLs say so.
func TestAllMatch(t *testing.T) {
	m := BlockMeta{Min: types.Int(10), Max: types.Int(20)}
	for _, c := range []struct {
		op   string
		v    int64
		want bool
	}{
		{"=", 10, false}, {"<", 20, false}, {"<", 21, true}, {"<=", 20, true}, {"<=", 19, false}, {">", 9, true},
		{">", 10, false}, {">=", 10, true}, {">=", 11, false}, {"<>", 5, false}, {"like", 5, false},
	} {
		if got := AllMatch(&m, 5, types.TInt4, c.op, types.Int(c.v)); got != c.want {
			t.Errorf("[10,20] %s %d: %v", c.op, c.v, got)
		}
	}
	one := BlockMeta{Min: types.Int(7), Max: types.Int(7)}
	if !AllMatch(&one, 5, types.TInt4, "=", types.Int(7)) || AllMatch(&one, 5, types.TInt4, "=", types.NullDatum) {
		t.Error("one value is all there is")
	}
	one.Nulls = 1
	if AllMatch(&one, 5, types.TInt4, "=", types.Int(7)) {
		t.Error("a NULL is not left out")
	}
	none := BlockMeta{Min: types.NullDatum, Max: types.NullDatum}
	if AllMatch(&none, 0, types.TInt4, ">", types.Int(7)) {
		t.Error("a block without values")
	}
	// Bounds of strings are cut, the least down and the greatest up: they enclose the values still.
	s := BlockMeta{Min: types.String("aa"), Max: types.String("b")}
	if !AllMatch(&s, 5, types.TText, ">=", types.String("a")) || AllMatch(&s, 5, types.TText, "<", types.String("b")) {
		t.Error("bounds of strings")
	}
	s.MaxOpen = true
	if AllMatch(&s, 5, types.TText, "<", types.String("zz")) {
		t.Error("strings without an upper bound")
	}
	f := BlockMeta{Min: types.Float(1), Max: types.Float(2)}
	if AllMatch(&f, 5, types.TFloat8, ">", types.Float(0)) {
		t.Error("bounds of floats say nothing of NaN")
	}
}

// ENCODE of the wrong type is refused when the table is created.
func TestCheckEncoding(t *testing.T) {
	for _, c := range []struct {
		name string
		typ  types.Type
		ok   bool
	}{
		{"az64", types.TInt4, true}, {"az64", types.TVarchar(5), false}, {"az64", types.TFloat8, false},
		{"AZ64", types.TDecimal(38, 2), true},
		{"bytedict", types.TBool, false}, {"delta32k", types.TInt2, false}, {"delta", types.TInt2, true},
		{"lzo", types.TFloat8, false},
		{"mostly8", types.TInt2, true}, {"mostly32", types.TInt4, false}, {"mostly32", types.TInt8, true},
		{"mostly16", types.TDate, false},
		{"text255", types.TVarchar(5), true}, {"text32k", types.TChar(5), false}, {"zstd", types.TBool, true},
		{"runlength", types.TFloat4, true},
		{"", types.TBool, true}, {"nonsense", types.TInt4, false},
	} {
		if err := CheckEncoding(c.name, c.typ); (err == nil) != c.ok {
			t.Errorf("%s on %s: %v", c.name, c.typ, err)
		}
	}
}

// Where values step by two bytes and a few are far away, DELTA32K keeps two bytes for most of them; DELTA and AZ64 have
// differences as wide as the widest. Nowhere is it larger than DELTA.
func TestDelta32K(t *testing.T) {
	var e Encoder
	defer e.Close()
	for _, typ := range []types.Type{types.TInt4, types.TInt8, types.TDate, types.TTimestamp, types.TDecimal(15, 2)} {
		for _, shape := range shapes {
			c := makeColumn(typ, shape, 5000, 3, 8)
			size := map[string]int64{}
			for _, enc := range []string{"delta", "delta32k", "az64"} {
				m, _, err := e.Encode(c.build(t), typ, enc)
				if err != nil {
					t.Fatal(err)
				}
				size[enc] = m.Len
			}
			if size["delta32k"] > size["delta"] || shape == "jumps" && typ.Phys() == types.I64 &&
				2*size["delta32k"] > size["delta"] {
				t.Errorf("%s %s: %v", typ, shape, size)
			}
			if shape == "jumps" && size["delta32k"] >= size["az64"] {
				t.Errorf("%s %s: %v", typ, shape, size)
			}
		}
	}
}
