package types

import (
	"strings"
	"testing"
)

// Any text is a value of a type or an error, never a panic, and what is a value is the same one after it was written.
func FuzzText(f *testing.F) {
	for _, s := range []string{"", " 1 ", "-9223372036854775808", "1.50", "1e400", "NaN", "-Infinity", "t", "no",
		"2024-02-29", "4713-11-24 BC", "294276-12-31 23:59:59.999999", "Jan 8, 1999 04:05 PM", "20240229T040506.789Z",
		"J2451187",
		"1999.008", "04:05:06-08:00", "24:00:00", "allballs", "epoch", "1 year 2 mons -3 days 04:05:06.789", "P1Y2M3DT4H5M6S",
		"1-2", "@ 1 hour ago", "2024-03-10 02:30 America/New_York", "99999999999999999999999999999999999999", ".5", "5.",
		"0x1p-3", "\x00", "é"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		for _, k := range Kinds() {
			typ := Type{Kind: k}
			switch {
			case k == Decimal:
				typ = TDecimal(MaxPrecision, 10)
			case typ.Phys() == Str: // strings are what they are, bytes are written otherwise than they are read
				continue
			}
			d, err := ParseText(typ, s)
			if err != nil || d.Null || typ.Phys().IsFloat() { // floats are written with fewer digits than they have
				continue
			}
			text := FormatText(typ, d)
			back, err := ParseText(typ, text)
			if err != nil || back != d {
				t.Fatalf("%v %q is %q, which is %v %v", typ, s, text, back, err)
			}
			if strings.Contains(text, "\n") {
				t.Fatalf("%v %q is written %q", typ, s, text)
			}
		}
	})
}
