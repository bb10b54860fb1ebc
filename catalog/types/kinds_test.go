package types

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"
)

// Each kind has a whole row.
func TestKinds(t *testing.T) {
	oids, words := map[uint32]string{}, map[string]string{}
	for _, k := range Kinds() {
		r := k.row()
		typ := sampleTypes(k)[0]
		lack := func(bad bool, what string) {
			if bad {
				t.Errorf("kind %d (%s): %s", k, r.name, what)
			}
		}
		lack(r.name == "" || r.short == "" || r.typname == "", "no name")
		lack(len(r.names) == 0 && k != Unknown && k != Array, "no name that users write")
		lack(r.oid == 0 || r.typlen == 0 || r.category == "", "no OID, length or category")
		lack(r.phys == NoPhys && r.physOf == nil, "no physical class")
		lack(r.parse == nil && r.zoned == nil || r.write == nil || r.wire.write == nil || r.wire.read == nil,
			"no text or binary form")
		lack(r.column && (r.class == "" || r.room == nil || r.beside == nil && !typ.IsString() && !r.incomparable ||
			!typ.IsString() && r.badText == 0),
			"a column's type without a comparison class, room for its text, or what it is beside text")
		lack(r.column && r.stored != (Type{}), "a column's type that is stored as another")
		lack(r.wire.width != 0 && r.wire.width != int(r.typlen), "another binary length than pg_type.typlen")
		lack(r.mod != nil && (r.read == nil || typ.Check() != nil), "a modifier that is not read, or not checked")
		if oids[r.oid] != "" || words[r.short] != "" {
			t.Errorf("OID or name of %s stands twice: %s %s", r.name, oids[r.oid], words[r.short])
		}
		oids[r.oid], words[r.short] = r.name, r.name
		for _, p := range pgTypes {
			lack(p.OID == r.oid, "it is among the types that do not exist")
		}
		for _, n := range r.names {
			lack(IsRefused(n.Text), "a name that is refused")
			for _, inCast := range []bool{false, true} {
				if got, err := n.Type(nil, inCast); err != nil || got.Kind != k || got.IsColumn() && got.Check() != nil {
					t.Errorf("name %q is %v %v, want kind %d", n.Text, got, err, k)
				}
			}
		}
		for _, typ := range sampleTypes(k) {
			if got, ok := OfOID(typ.OID(), int64(typ.Typmod())); !ok || got != typ {
				t.Errorf("OID and typmod of %v are those of %v (%t)", typ, got, ok)
			}
			if got, ok := ParameterType(typ.OID()); !ok || got.Kind != k {
				t.Errorf("a parameter with the OID of %v is %v (%t)", typ, got, ok)
			}
		}
	}
}

// sampleTypes are types of a kind.
func sampleTypes(k Kind) []Type {
	switch k {
	case Decimal:
		return []Type{TDecimal(5, 2), TDecimal(18, 0), TDecimal(19, 4), TDecimal(38, 0), TDecimal(38, 37)}
	case Char:
		return []Type{TChar(1), TChar(20), TChar(MaxChar)}
	case Varchar:
		return []Type{TVarchar(20), TVarchar(256), TText}
	case Varbyte:
		return []Type{TVarbyte(20), TVarbyte(64000), TVarbyte(MaxVarbyte)}
	case Array:
		out := []Type{}
		for _, k := range Kinds() {
			if r := k.row(); r.array != 0 && k != Char && k != Decimal {
				out = append(out, ArrayOf(Type{Kind: k}))
			}
		}
		return out
	}
	return []Type{{Kind: k}}
}

// sampleData are values of a type: the ends of what it holds, and others.
func sampleData(t Type) []Datum {
	var out []Datum
	if elem, ok := t.Element(); ok {
		ds := sampleData(elem)
		if t.Kind == Array {
			ds = append(ds, NullDatum)
		}
		for range 200 {
			var some []Datum
			for range rand.IntN(5) {
				some = append(some, ds[rand.IntN(len(ds))])
			}
			out = append(out, MakeArray(elem, some...))
		}
		return out
	}
	switch p := t.Phys(); {
	case t.Kind == Varbyte:
		for _, s := range []string{"", "a", "a ", "a\x00", "\x00\x00\xff", "\xff", strings.Repeat("\x00", 20), "é"} {
			out = append(out, VarbyteDatum(s))
		}
	case t.Kind == Super:
		for _, s := range []string{"1", "-2.50", "1e300", `"a b "`, "true", "[]", `{"a":[1,null,{"b":"é"}]}`, `"1"`} {
			d, _ := ParseText(t, s)
			out = append(out, d)
		}
	case t.Kind == HLLSketch:
		for _, s := range []string{`{"logm":15,"sparse":{"indices":[],"values":[]}}`,
			`{"version":1,"logm":15,"sparse":{"indices":[20812342,20850007,22362299,47158030],"values":[1,2,1,39]}}`,
			strings.Repeat("ABAABAyA", 4096)} {
			d, err := ParseText(t, s)
			if err != nil {
				panic(err)
			}
			out = append(out, d)
		}
	case p == Str:
		for _, s := range []string{"", "a", " b", "it's", "a\\b\n", strings.Repeat("x", 20), "é", "日本"} {
			if t.Kind != Char || len(s) <= int(t.Len) && s == strings.Trim(s, "é日本") {
				out = append(out, String(s[:min(len(s), 20)]))
			}
		}
	case p.IsFloat():
		for _, f := range []float64{0, 1, -1.5, 1e-4, 1e15, 1e6, math.Inf(1), math.Inf(-1), math.MaxFloat32,
			math.SmallestNonzeroFloat32} {
			out = append(out, Float(float64(float32(f))))
		}
		for range 1000 {
			f := math.Float64frombits(rand.Uint64())
			if p == F32 {
				f = float64(math.Float32frombits(rand.Uint32()))
			}
			if !math.IsNaN(f) { // which equals nothing
				out = append(out, Float(f))
			}
		}
	case t.Kind == Interval: // months and days are 32 bits in binary
		for range 1000 {
			months := rand.Int64N(1<<32) - 1<<31
			out = append(out, Int128(months/12*12, 0), Int128(0, rand.Int64N(MicrosPerDay)),
				Int128(rand.Int64N(1000)-500, rand.Int64N(1e18)-5e17))
		}
	default:
		least, most := t.Bounds()
		out = append(out, Wide(least), Wide(most))
		for _, v := range []int64{0, 1, -1, 59, 86399999999} {
			out = append(out, Int(v))
		}
		for range 1000 {
			d := Datum{Lo: int64(rand.Uint64()), Hi: int64(rand.Uint64())}
			shift := rand.IntN(128)
			for range shift {
				d.Lo, d.Hi = int64(uint64(d.Lo)>>1|uint64(d.Hi)<<63), d.Hi>>1
			}
			out = append(out, d)
		}
		kept := out[:0]
		for _, d := range out {
			if v := d.I128(); v.Cmp(least) >= 0 && v.Cmp(most) <= 0 {
				kept = append(kept, d)
			}
		}
		out = kept
	}
	return out
}

// Values of each kind survive the way out and back, as text and in binary. The text of VARBYTE is not what it is read
// from.
func TestForms(t *testing.T) {
	for _, k := range Kinds() {
		for _, typ := range sampleTypes(k) {
			for _, d := range sampleData(typ) {
				text := FormatText(typ, d)
				if got, err := ParseText(typ, text); (err != nil || got != d) && k != Varbyte {
					t.Fatalf("%v %v as text is %q, which is %v %v", typ, d, text, got, err)
				}
				if len(text) > typ.TextBytes() {
					t.Errorf("%v %q is longer than %d bytes", typ, text, typ.TextBytes())
				}
				raw := BinaryWriter(typ)(nil, oneDatum(d), 0, 0)
				if got, err := DecodeBinary(typ, raw); err != nil || got != d {
					t.Fatalf("%v %q in binary is %x, which is %v %v", typ, text, raw, got, err)
				}
			}
			for _, raw := range [][]byte{{}, make([]byte, 3), make([]byte, 17)} {
				if w := k.row().wire.width; w != 0 {
					if _, err := DecodeBinary(typ, raw); !errors.Is(err, errBinary) {
						t.Errorf("%v of %d bytes: %v", typ, len(raw), err)
					}
				}
			}
		}
	}
}

// VARBYTE is shown as hexadecimal digits and read as the bytes of a text, and the order of bytes is that of its
// strings.
func TestVarbyte(t *testing.T) {
	values := []string{"", "\x00", "\x00\x00", "\x00 ", "\x00\xff", " ", " \x00", "  ", "a", "a\x00", "a ", "a b", "\xff"}
	for i, v := range values {
		d := VarbyteDatum(v)
		if text := FormatText(TVarbyte(5), d); text != fmt.Sprintf("%x", v) || VarbyteOf(d.S) != v {
			t.Errorf("%q is shown as %s", v, text)
		}
		if got, err := ParseText(TVarbyte(5), v); err != nil || got != d {
			t.Errorf("%q is read as %v, %v", v, got, err)
		}
		for k, w := range values {
			if got, want := Compare(Str, d, VarbyteDatum(w)), strings.Compare(v, w); got != want || want != cmp.Compare(i, k) {
				t.Errorf("%q and %q compare as %d", v, w, got)
			}
		}
	}
	if _, err := ParseText(TVarbyte(2), "abc"); err == nil {
		t.Error("three bytes are a VARBYTE(2)")
	}
}

// PostgreSQL's forms of UUID, and what is none.
func TestUUID(t *testing.T) {
	const want = "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"
	for _, s := range []string{want, strings.ToUpper(want), "{" + want + "}", "a0eebc999c0b4ef8bb6d6bb9bd380a11",
		"a0ee-bc99-9c0b-4ef8-bb6d-6bb9-bd38-0a11", "{a0eebc99-9c0b4ef8-bb6d6bb9-bd380a11}"} {
		if d, err := ParseText(TUUID, s); err != nil || FormatText(TUUID, d) != want {
			t.Errorf("%s is %v, %v", s, d, err)
		}
	}
	for _, s := range []string{"", "a0", want + "0", want[:35], " " + want, want + " ", "{" + want, want + "}", "-" + want,
		want + "-", "a0e-ebc99-9c0b-4ef8-bb6d-6bb9bd380a11", "a0eebc99--9c0b-4ef8-bb6d-6bb9bd380a11",
		"a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a1g", "{}"} {
		if d, err := ParseText(TUUID, s); err == nil {
			t.Errorf("%q is %s", s, FormatText(TUUID, d))
		}
	}
	low, _ := ParseText(TUUID, "7fffffff-ffff-ffff-ffff-ffffffffffff")
	high, _ := ParseText(TUUID, "80000000-0000-0000-0000-000000000000")
	if Compare(I128, low, high) >= 0 {
		t.Error("UUIDs are not ordered by their bytes")
	}
}

// Numerics that digits of 10,000 do not divide evenly survive the way out in binary and back.
func TestNumericWire(t *testing.T) {
	typ := TDecimal(38, 6)
	for _, s := range []string{"0", "1", "-1", "0.5", "-0.05", "10000", "9999.9999",
		"12345678901234567890123456789012.123456", "100000000", "0.000001"} {
		want, err := ParseText(typ, s)
		if err != nil {
			t.Fatal(err)
		}
		raw := BinaryWriter(typ)(nil, oneDatum(want), 0, 0)
		if got, err := DecodeBinary(typ, raw); err != nil || got != want {
			t.Errorf("%s: %v %v", s, got, err)
		}
	}
}

// REAL has few digits, and exponents where PostgreSQL begins them.
func TestFloatText(t *testing.T) {
	for _, c := range []struct {
		t     Type
		f     float64
		extra int
		want  string
	}{
		{TFloat4, float64(float32(1e-4)), 1, "0.0001"}, {TFloat4, float64(float32(9.9e-5)), 1, "9.9e-05"},
		{TFloat4, 999999, 1, "999999"},
		{TFloat4, 1e6, 1, "1e+06"}, {TFloat8, 1e-4, 1, "0.0001"}, {TFloat8, 1e15, 1, "1e+15"},
		{TFloat8, 999999999999999, 1, "999999999999999"},
		{TFloat8, 1.0 / 3, 0, "0.333333333333333"}, {TFloat8, 1.0 / 3, -3, "0.333333333333"},
		{TFloat4, 1.0 / 3, 0, "0.333333"},
		{TFloat8, 1.0 / 3, -20, "0.3"}, {TFloat8, math.NaN(), 0, "NaN"},
	} {
		if got := string(TextWriter(c.t, Output{FloatDigits: c.extra})(nil, oneDatum(Float(c.f)), 0, 0)); got != c.want {
			t.Errorf("%v %v with %d digits more: %q, want %q", c.t, c.f, c.extra, got, c.want)
		}
	}
}

// format_type's names.
func TestFormatType(t *testing.T) {
	for _, x := range []struct {
		oid, mod int64
		want     string
	}{
		{23, -1, "integer"}, {1043, 260, "character varying(256)"}, {1043, -1, "character varying"},
		{1042, 14, "character(10)"},
		{1700, 18<<16 + 4, "numeric(18,0)"}, {1700, -1, "numeric"}, {1114, -1, "timestamp without time zone"},
		{1184, -1, "timestamp with time zone"},
		{1005, -1, "smallint[]"}, {4000, -1, "super"}, {18, -1, `"char"`}, {1, -1, "???"}, {23 + 1<<32, -1, "???"},
	} {
		if got := FormatType(x.oid, x.mod); got != x.want {
			t.Errorf("format_type(%d, %d) is %q, want %q", x.oid, x.mod, got, x.want)
		}
	}
}

// A kind of a number that is none's has no class, and is unknown to whoever shows it.
func TestNoKind(t *testing.T) {
	typ := Type{Kind: Kind(len(kinds))}
	if typ.String() != "unknown" {
		t.Errorf("it is shown as %v", typ)
	}
	defer func() {
		if r := fmt.Sprint(recover()); !strings.HasPrefix(r, "BUG") {
			t.Error(r)
		}
	}()
	typ.Phys()
}
