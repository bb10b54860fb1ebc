package text_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"strconv"
	"strings"
	"testing"

	"slipher/catalog/fn"
	"slipher/catalog/types"
)

// Casts from text agree with types.ParseText, value for value and error for
// error; casts to text with types.FormatText.
func TestTextCastsAgreeWithTypes(t *testing.T) {
	inputs := []string{"", " ", "0", "-0", "1", " 42 ", "+7", "-32768", "32768", "2147483648", "9223372036854775807",
		"9223372036854775808",
		"-9223372036854775808", "1.5", ".5", "5.", ".", "-", "+", "1e3", "1E+3", "1e-3", "1e", "e5", "1e400", "1e-400",
		"0x10", "nan", "-inf", "Infinity", "1_0",
		"99999999999999999999999999999999999999", "0.99999999999999999999999999999999999999", "1e37", "1e38", "123.455",
		"-123.454", "0.005", "-0.005", "999.995",
		"12345678901234567890.123456789012345678", "1..2", "1.2.3", "--1", "true", "t", "off", "of", "o", "yes", "n", "1 2",
		"0.1", "123456789.123456789",
		"2001-02-03", "20010203", "2/3/2001", "3-Feb-2001", "2001-feb-03", "January 8, 1999", "8 jan 1999", "1999 jan 8",
		"jan 8 99", "0044-03-15 BC", "2001-06-31",
		"2001-13-01", "2001-00-10", "2001-1-2", "1900-02-29", "x", "2001-02", "2001-02-03 04:05:06",
		"2001-02-03T04:05:06.789Z", "2001-02-03 04:05:06+02:00", "2001-02-03 04:05:06 -5",
		"2001-02-03 12:05 AM", "2001-02-03 4:05pm", "2001-02-03 13:05 pm", "2001-02-03 24:00:00", "2001-02-03 24:00:01",
		"2001-02-03 23:59:60", "2001-02-03 04:05:06.1234567",
		"1999-12-31 23:59:59.9999999", "epoch", "epoch 1", "20010203 040506", "20010203 0405", "Wed 3 Feb 2001 04:05",
		"294276-12-31 23:59:59.999999", "294277-01-01",
		"4714-11-24 BC", "4714-11-23 BC", "0000-01-01", "01/02/03", "1/2/70", "1.2.2003", "2001-02-03 04:05:06 UTC",
		"2001-02-03 UTC", "04:05:06", "2001-02-03 4", "2001-02-03 4pm",
		"2001-02-03 04:05:06:07", "2001-02-03 :05", "jan feb 3", "3 3 2001", "20010203 20010203", "99999999-01-01",
		"2001-02-03 04:5:6", "\xff\xfe", "2001-02-03 04:05:06 am pm"}
	for _, file := range []string{"datetime.txt", "number.txt"} { // texts asked of PostgreSQL
		b, err := os.ReadFile("../../../catalog/types/testdata/" + file)
		if err != nil {
			t.Fatal(err)
		}
		for _, line := range strings.Split(string(b), "\n") {
			in, _, _ := strings.Cut(line, "\t")
			if in, err = strconv.Unquote(`"` + strings.ReplaceAll(in, `"`, `\"`) + `"`); err != nil {
				t.Fatal(err)
			}
			inputs = append(inputs, in)
		}
	}
	targets := []types.Type{types.TInt2, types.TInt4, types.TInt8, types.TDecimal(5, 2), types.TDecimal(19, 4),
		types.TDecimal(38, 0), types.TDecimal(38, 38),
		types.TFloat8, types.TFloat4, types.TBool, types.TDate, types.TTimestamp}
	for _, to := range targets {
		for _, in := range inputs {
			want, err := types.ParseText(to, in)
			got, code := cast(t, types.String(in), types.TText, to, fn.Explicit)
			switch {
			case (err != nil) != (code != 0):
				t.Errorf("%q to %v: kernel %v %v, ParseText %v %v", in, to, got, code, want, err)
			case err == nil && got != want && !(math.IsNaN(got.Float()) && math.IsNaN(want.Float())):
				t.Errorf("%q to %v: kernel %v, ParseText %v", in, to, got, want)
			case err == nil:
				if to.Kind == types.Bool {
					continue // no cast to text
				}
				back, _ := cast(t, got, to, types.TText, fn.Explicit)
				if back.S != types.FormatText(to, want) {
					t.Errorf("%q as %v back to text: kernel %q, FormatText %q", in, to, back.S, types.FormatText(to, want))
				}
			case code.Err().Code != errCode(err) && to.Kind != types.Float4:
				t.Errorf("%q to %v: kernel's error %s, ParseText's %s", in, to, code.Err().Code, errCode(err))
			}
		}
	}
}

// Values of every type that has a text form in C and in Go have the same in both, and are read back from it by both.
func TestTextOfValuesAgreesWithTypes(t *testing.T) {
	for _, typ := range []types.Type{types.TInt2, types.TInt4, types.TInt8, types.TDecimal(9, 4), types.TDecimal(19, 0),
		types.TDecimal(38, 37),
		types.TFloat4, types.TFloat8, types.TDate, types.TTimestamp, types.TInterval} {
		for range 20000 {
			v := randomDatum(typ)
			want := types.FormatText(typ, v)
			got, code := cast(t, v, typ, types.TText, fn.Explicit)
			if typ.Phys().IsFloat() && code == 0 { // the digits may differ if they mean the same
				if back, err := types.ParseText(typ, got.S); err != nil || back != v {
					t.Fatalf("%v %x as text: kernel %q, FormatText %q", typ, v.Float(), got.S, want)
				}
				continue
			}
			if code != 0 || got.S != want {
				t.Fatalf("%v %v as text: kernel %q %v, FormatText %q", typ, v, got.S, code, want)
			}
			if back, code := cast(t, got, types.TText, typ, fn.Explicit); code != 0 || back != v {
				t.Fatalf("%v %q: read back as %v %v, was %v", typ, got.S, back, code, v)
			}
		}
	}
}

// randomDatum is a value of a type; small and large ones are as likely, and the ends of the type among them.
func randomDatum(typ types.Type) types.Datum {
	switch {
	case typ.Phys().IsFloat():
		for {
			f := math.Float64frombits(rand.Uint64())
			if typ.Kind == types.Float4 {
				f = float64(math.Float32frombits(rand.Uint32()))
			}
			if !math.IsNaN(f) {
				return types.Float(f)
			}
		}
	case typ.Kind == types.Interval:
		return types.Int128(rand.Int64N(1000)-500, rand.Int64N(1e15)-5e14)
	}
	least, most := typ.Bounds()
	for {
		hi, lo, shift := rand.Uint64(), rand.Uint64(), rand.IntN(128)
		d := types.Int128(int64(hi), int64(lo))
		for range shift {
			d = types.Int128(d.Hi>>1, int64(uint64(d.Lo)>>1|uint64(d.Hi)<<63))
		}
		switch rand.IntN(100) {
		case 0:
			d = types.Wide(least)
		case 1:
			d = types.Wide(most)
		}
		if v := d.I128(); v.Cmp(least) >= 0 && v.Cmp(most) <= 0 {
			return d
		}
	}
}

// Text that is nearly a value means the same to the kernels as to types.ParseText, or is refused by both.
func TestNearlyValuesAgreeWithTypes(t *testing.T) {
	const put = "0123456789-:./ +TZapmbcje,"
	for _, typ := range []types.Type{types.TInt4, types.TInt8, types.TDecimal(12, 3), types.TDate, types.TTimestamp} {
		agreed := 0
		for range 20000 {
			b := []byte(types.FormatText(typ, randomDatum(typ)))
			for range 1 + rand.IntN(3) {
				at := rand.IntN(len(b))
				switch c := put[rand.IntN(len(put))]; rand.IntN(3) {
				case 0:
					b[at] = c
				case 1:
					b = append(b[:at], append([]byte{c}, b[at:]...)...)
				default:
					b = append(b[:at], append(b[at+1:], c)...)
				}
			}
			in := string(b)
			want, err := types.ParseText(typ, in)
			got, code := cast(t, types.String(in), types.TText, typ, fn.Explicit)
			switch {
			case (err != nil) != (code != 0), err == nil && got != want, err != nil && code.Err().Code != errCode(err):
				t.Errorf("%q to %v: kernel %v %v, ParseText %v %v", in, typ, got, code, want, err)
			case err == nil:
				agreed++
			}
		}
		if agreed < 500 {
			t.Errorf("only %d of the texts are values of %v: the test says little", agreed, typ)
		}
	}
}

// Days have the same dates in C and in Go, over a whole cycle of the calendar, at the ends of DATE and around year 1.
func TestCalendarsAgree(t *testing.T) {
	check := func(day int64) {
		got, _ := cast(t, types.Int(day), types.TDate, types.TText, fn.Explicit)
		y, m, d := types.CivilOf(day)
		era := ""
		if y < 1 {
			y, era = 1-y, " BC"
		}
		if want := fmt.Sprintf("%04d-%02d-%02d%s", y, m, d, era); got.S != want {
			t.Fatalf("day %d: %q in C, %q in Go", day, got.S, want)
		}
	}
	for day := int64(0); day < 146097; day++ {
		check(day)
	}
	for i := int64(0); i < 800; i++ {
		check(types.MinDate + i)
		check(types.MaxDate - i)
		check(-730425 - 400 + i)
	}
}

// Casts between text types cut, refuse or leave alone.
func TestStringCasts(t *testing.T) {
	for _, c := range []struct {
		in       string
		from, to types.Type
		ctx      fn.CastContext
		want     string
		code     fn.Code
	}{
		{"abcdef", types.TText, types.TVarchar(3), fn.Explicit, "abc", 0},
		{"aéb", types.TText, types.TVarchar(2), fn.Explicit, "a", 0},
		{"aéb", types.TText, types.TVarchar(3), fn.Explicit, "aé", 0},
		{"a long string of bytes", types.TText, types.TVarchar(13), fn.Explicit, "a long string", 0},
		{"abc  ", types.TText, types.TVarchar(3), fn.Assignment, "abc", 0},
		{"abc d", types.TText, types.TVarchar(3), fn.Assignment, "", fn.StringTooLong},
		{"abcd", types.TText, types.TVarchar(3), fn.Copying, "", fn.StringTooLong},
		{"abcd", types.TVarchar(3), types.TVarchar(4), fn.Assignment, "abcd", 0},
		{"ab  ", types.TText, types.TChar(3), fn.Assignment, "ab", 0},
		{"ab cd", types.TText, types.TChar(3), fn.Explicit, "ab", 0},
		{"é", types.TText, types.TChar(3), fn.Assignment, "", fn.CharNotSingleByte},
		{"abcd", types.TText, types.TChar(3), fn.Assignment, "", fn.StringTooLong},
	} {
		got, code := cast(t, types.String(c.in), c.from, c.to, c.ctx)
		if code != c.code || got.S != c.want {
			t.Errorf("%q: %v to %v (%v) = %q %v, want %q %v", c.in, c.from, c.to, c.ctx, got.S, code, c.want, c.code)
		}
	}
	if _, code := cast(t, types.Int(12345), types.TInt4, types.TVarchar(3), fn.Explicit); code != fn.StringTooLong {
		t.Errorf("12345 as varchar(3): %v", code)
	}
	if got, _ := cast(t, types.String("1.239"), types.TText, types.TDecimal(5, 2), fn.Copying); got.Lo != 123 {
		t.Errorf("COPY of 1.239 into DECIMAL(5,2) = %d, want it truncated", got.Lo)
	}
}
