package text_test

import (
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
	inputs := []string{"", " ", "0", "-0", "1", " 42 ", "+7", "-32768", "32768", "2147483648", "9223372036854775807", "9223372036854775808",
		"-9223372036854775808", "1.5", ".5", "5.", ".", "-", "+", "1e3", "1E+3", "1e-3", "1e", "e5", "1e400", "1e-400", "0x10", "nan", "-inf", "Infinity", "1_0",
		"99999999999999999999999999999999999999", "0.99999999999999999999999999999999999999", "1e37", "1e38", "123.455", "-123.454", "0.005", "-0.005", "999.995",
		"12345678901234567890.123456789012345678", "1..2", "1.2.3", "--1", "true", "t", "off", "of", "o", "yes", "n", "1 2", "0.1", "123456789.123456789",
		"2001-02-03", "20010203", "2/3/2001", "3-Feb-2001", "2001-feb-03", "January 8, 1999", "8 jan 1999", "1999 jan 8", "jan 8 99", "0044-03-15 BC", "2001-06-31",
		"2001-13-01", "2001-00-10", "2001-1-2", "1900-02-29", "x", "2001-02", "2001-02-03 04:05:06", "2001-02-03T04:05:06.789Z", "2001-02-03 04:05:06+02:00", "2001-02-03 04:05:06 -5",
		"2001-02-03 12:05 AM", "2001-02-03 4:05pm", "2001-02-03 13:05 pm", "2001-02-03 24:00:00", "2001-02-03 24:00:01", "2001-02-03 23:59:60", "2001-02-03 04:05:06.1234567",
		"1999-12-31 23:59:59.9999999", "epoch", "epoch 1", "20010203 040506", "20010203 0405", "Wed 3 Feb 2001 04:05", "294276-12-31 23:59:59.999999", "294277-01-01",
		"4714-11-24 BC", "4714-11-23 BC", "0000-01-01", "01/02/03", "1/2/70", "1.2.2003", "2001-02-03 04:05:06 UTC", "2001-02-03 UTC", "04:05:06", "2001-02-03 4", "2001-02-03 4pm",
		"2001-02-03 04:05:06:07", "2001-02-03 :05", "jan feb 3", "3 3 2001", "20010203 20010203", "99999999-01-01", "2001-02-03 04:5:6", "\xff\xfe", "2001-02-03 04:05:06 am pm"}
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
	targets := []types.Type{types.TInt2, types.TInt4, types.TInt8, types.TDecimal(5, 2), types.TDecimal(19, 4), types.TDecimal(38, 0), types.TDecimal(38, 38),
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
	for range 20000 {
		f := math.Float64frombits(rand.Uint64())
		if math.IsNaN(f) {
			continue
		}
		got, _ := cast(t, types.Float(f), types.TFloat8, types.TText, fn.Explicit)
		if want := types.FormatText(types.TFloat8, types.Float(f)); got.S != want {
			if back, err := types.ParseText(types.TFloat8, got.S); err != nil || back.Float() != f {
				t.Errorf("%x as text: kernel %q, FormatText %q", f, got.S, want)
			}
		}
		ts := types.Int(rand.Int64N(types.MaxTimestamp) - rand.Int64N(-types.MinTimestamp))
		if got, _ := cast(t, ts, types.TTimestamp, types.TText, fn.Explicit); got.S != types.FormatText(types.TTimestamp, ts) {
			t.Errorf("timestamp %d: kernel %q, FormatText %q", ts.Lo, got.S, types.FormatText(types.TTimestamp, ts))
		}
		iv := types.Datum{Hi: rand.Int64N(1000) - 500, Lo: rand.Int64N(1e15) - 5e14}
		if got, _ := cast(t, iv, types.TInterval, types.TText, fn.Explicit); got.S != types.FormatText(types.TInterval, iv) {
			t.Errorf("interval %v: kernel %q, FormatText %q", iv, got.S, types.FormatText(types.TInterval, iv))
		}
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
