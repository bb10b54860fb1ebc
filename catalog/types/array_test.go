package types

import (
	"cmp"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// Texts of arrays as PostgreSQL reads and writes them; "" for what is none.
func TestArrayText(t *testing.T) {
	ints, texts := ArrayOf(TInt4), ArrayOf(TText)
	for _, c := range []struct {
		t        Type
		in, want string
	}{
		{ints, "{}", "{}"}, {ints, " { 1 , 2,NULL, null } ", "{1,2,NULL,NULL}"}, {ints, `{"1"}`, "{1}"},
		{ints, "{1,}", ""}, {ints, "{,1}", ""}, {ints, "{1", ""}, {ints, "1,2", ""}, {ints, "{1}x", ""}, {ints, "", ""},
		{ints, "{{1}}", ""}, {ints, "[1:2]={1,2}", ""}, {ints, "{x}", ""}, {ints, `{"NULL"}`, ""}, {ints, "{\"1}", ""},
		{ints, `{1\`, ""}, {ints, "{1 2}", ""}, {ints, "{ }", "{}"},
		{texts, `{a,"NULL",NULL,"","x y"," z "}`, `{a,"NULL",NULL,"","x y"," z "}`},
		{texts, `{a b , c}`, `{"a b",c}`}, {texts, `{\"a\\\,b}`, `{"\"a\\,b"}`}, {texts, `{\ a\ }`, `{" a "}`},
		{texts, `{"a"b}`, ""}, {texts, `{a{b}`, ""}, {texts, `{\NULL}`, `{"NULL"}`}, {texts, `{"a\"b{}"}`, `{"a\"b{}"}`},
		{ArrayOf(TFloat8), "{NaN,-Infinity,1.50}", "{NaN,-Infinity,1.5}"}, {ArrayOf(TBool), "{true,f}", "{t,f}"},
		{ArrayOf(TDate), "{2020-01-02}", "{2020-01-02}"}, {ArrayOf(TTimestamp), "{2020-01-02}", `{"2020-01-02 00:00:00"}`},
		{ArrayOf(TDecimal(5, 2)), "{1.5,-0.01}", "{1.50,-0.01}"},
		{Type{Kind: Int2Vector}, " 1  2 ", "1 2"}, {Type{Kind: OIDVector}, "", ""},
	} {
		d, err := ParseText(c.t, c.in)
		got := ""
		if err == nil {
			got = FormatText(c.t, d)
		}
		if got != c.want {
			t.Errorf("%v %q is %q (%v), want %q", c.t, c.in, got, err, c.want)
		}
	}
}

// The bytes of arrays are ordered as PostgreSQL orders arrays, and texts that it is made of are read back.
func TestArrayOrder(t *testing.T) {
	for _, elem := range []Type{TInt2, TInt8, TFloat8, TText, TBool, TDecimal(30, 2), TDecimal(5, 2), TOID, TDate} {
		typ := ArrayOf(elem)
		of := func() []Datum {
			out := make([]Datum, rand.IntN(4))
			for i := range out {
				switch n := rand.IntN(5) - 2; {
				case rand.IntN(5) == 0:
					out[i] = NullDatum
				case elem.Phys() == Str:
					out[i] = String(strings.Repeat([]string{"", "a", "b ", "\x01", "é"}[n+2], rand.IntN(3)))
				case elem.Phys().IsFloat():
					out[i] = Float([]float64{math.Inf(-1), -1.5, math.Copysign(0, -1), 0, math.NaN()}[n+2])
				case elem.Kind == Bool:
					out[i] = Int(int64(n & 1))
				case elem.Kind == OID:
					out[i] = Int(int64(n + 2))
				default:
					out[i] = Int(int64(n * 1000))
				}
			}
			return out
		}
		for range 3000 {
			x, y := of(), of()
			want := slices.CompareFunc(x, y, func(a, b Datum) int {
				switch {
				case a.Null || b.Null:
					return cmp.Compare(boolInt(a.Null), boolInt(b.Null))
				case elem.Phys() == Str: // blanks count
					return strings.Compare(a.S, b.S)
				}
				return Compare(elem.Phys(), a, b)
			})
			a, b := MakeArray(elem, x...), MakeArray(elem, y...)
			if got := Compare(Str, a, b); got != want {
				t.Fatalf("%v %v and %v: %d, want %d", typ, x, y, got, want)
			}
			text := FormatText(typ, a)
			if back, err := ParseText(typ, text); err != nil || back != a {
				t.Fatalf("%v %q is %v %v", typ, text, back, err)
			}
			ds, err := Elements(a.S, elem)
			if n, e := ElementCount([]byte(a.S), elem); err != nil || e != nil || n != len(x) || len(ds) != n {
				t.Fatalf("%v %q has %d elements (%v, %v)", typ, text, n, err, e)
			}
			for i, d := range ds {
				if at, ok, err := ElementAt([]byte(a.S), elem, int64(i)); !ok || err != nil ||
					at != d && d.Float() == d.Float() {
					t.Fatalf("%v %q: element %d is %v, %t %v", typ, text, i, at, ok, err)
				}
			}
			if _, ok, _ := ElementAt([]byte(a.S), elem, int64(len(x))); ok {
				t.Fatalf("%v %q has one more", typ, text)
			}
		}
	}
}

func boolInt(b bool) int {
	if b {
		return 1
	}
	return 0
}

// Bytes that are no array's, from a client, are refused; none of them end in a panic.
func FuzzArray(f *testing.F) {
	for _, s := range []string{"{}", "{1,NULL}", `{"a b",c\,d}`, "{{1}}", "[1:1]={1}", "\x00\x00\x00\x01"} {
		f.Add(s)
	}
	raw := BinaryWriter(ArrayOf(TInt4))(nil, oneDatum(MakeArray(TInt4, Int(1), NullDatum)), 0, 0)
	f.Add(string(raw))
	f.Fuzz(func(t *testing.T, s string) {
		for _, typ := range []Type{ArrayOf(TInt4), ArrayOf(TText), ArrayOf(TFloat8), {Kind: Int2Vector}} {
			d, err := ParseText(typ, s)
			if err == nil && !strings.Contains(s, "\x00") {
				text := FormatText(typ, d)
				if back, err := ParseText(typ, text); err != nil || back != d {
					t.Fatalf("%v %q is %q, which is %v %v", typ, s, text, back, err)
				}
			}
			if d, err := DecodeBinary(typ, []byte(s)); err == nil {
				elem, _ := typ.Element()
				if _, err := Elements(d.S, elem); err != nil {
					t.Fatalf("%v %x: %v", typ, s, err)
				}
			}
		}
	})
}
