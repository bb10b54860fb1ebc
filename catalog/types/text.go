package types

import (
	"math"
	"strconv"
	"strings"

	"slipher/catalog/sqlerr"
)

// ParseText reads a value of type t in its text form, as a literal, a parameter
// or a default is written. The forms are PostgreSQL's; white space around
// anything but a string does not count. Strings longer than t are an error
// unless the excess is blanks; those of CHAR lose trailing blanks.
// A decimal is rounded to t's scale, half away from zero.
func ParseText(t Type, s string) (Datum, error) {
	switch t.Kind {
	case Char, Varchar:
		return parseString(t, s)
	case Unknown, Name:
		return String(s), nil
	}
	in := trimBlanks(s)
	switch t.Kind {
	case Bool:
		return parseBool(s, in)
	case Int2, Int4, Int8, OID:
		return parseInt(t, s, in)
	case Decimal:
		return parseDecimal(t, s, in)
	case Float4, Float8:
		return parseFloat(t, s, in)
	case Date:
		return parseDate(s)
	case Timestamp:
		return parseTimestamp(s)
	case Interval:
		return ParseInterval(s, IntervalFields{})
	}
	return Datum{}, sqlerr.New(sqlerr.InternalError, "no text input for type %v", t)
}

// trimBlanks is s without the white space around it.
func trimBlanks(s string) string { return strings.Trim(s, " \t\n\v\f\r") }

// FormatText writes a non-NULL value in its text form: PostgreSQL's, floats with
// as many digits as make the value read back. CHAR is not padded.
func FormatText(t Type, d Datum) string {
	switch t.Kind {
	case Bool:
		if d.Lo != 0 {
			return "t"
		}
		return "f"
	case Int2, Int4, Int8:
		return strconv.FormatInt(d.Lo, 10)
	case OID:
		return strconv.FormatUint(uint64(uint32(d.Lo)), 10)
	case Decimal:
		return FormatDecimal(d.I128(), int(t.Scale))
	case Float4:
		return formatFloat(d.Float(), 32)
	case Float8:
		return formatFloat(d.Float(), 64)
	case Date:
		return FormatDate(d.Lo)
	case Timestamp:
		return FormatTimestamp(d.Lo)
	case Interval:
		return FormatInterval(d.Hi, d.Lo)
	}
	return d.S
}

// syntaxError is PostgreSQL's complaint about text that is no value of the type.
func syntaxError(typeName, s string) error {
	return sqlerr.New(sqlerr.InvalidTextRepresentation, "invalid input syntax for type %s: \"%s\"", typeName, s)
}

func parseString(t Type, s string) (Datum, error) {
	if t.Kind == Char {
		s = strings.TrimRight(s, " ")
		if len(s) <= int(t.Len) {
			for i := 0; i < len(s); i++ {
				if s[i] >= 0x80 {
					return Datum{}, sqlerr.New(sqlerr.InvalidByteSequence, "CHAR string contains invalid multi-byte or non-ASCII character")
				}
			}
		}
	}
	if n := int(t.Len); len(s) > n {
		if strings.TrimRight(s[n:], " ") != "" {
			return Datum{}, sqlerr.New(sqlerr.StringTooLong, "value too long for type %v", t)
		}
		s = s[:n]
	}
	return String(s), nil
}

// boolWords are the spellings of BOOLEAN; prefixes count as PostgreSQL counts them.
var boolWords = []struct {
	word  string
	least int
	value bool
}{{"true", 1, true}, {"yes", 1, true}, {"on", 2, true}, {"1", 1, true},
	{"false", 1, false}, {"no", 1, false}, {"off", 2, false}, {"0", 1, false}}

func parseBool(s, in string) (Datum, error) {
	low := strings.ToLower(in)
	for _, w := range boolWords {
		if len(low) >= w.least && strings.HasPrefix(w.word, low) {
			return BoolDatum(w.value), nil
		}
	}
	return Datum{}, syntaxError("boolean", s)
}

func parseInt(t Type, s, in string) (Datum, error) {
	bits := 8 * t.Phys().Width()
	v, err := strconv.ParseInt(in, 10, bits)
	switch {
	case err == nil && t.Kind == OID && (v < 0 || v > math.MaxUint32):
		return Datum{}, sqlerr.New(sqlerr.NumericOutOfRange, "value \"%s\" is out of range for type oid", s)
	case err == nil:
		return Int(v), nil
	case err.(*strconv.NumError).Err == strconv.ErrRange && strings.Trim(in[1:], "0123456789") == "":
		return Datum{}, sqlerr.New(sqlerr.NumericOutOfRange, "value \"%s\" is out of range for type %v", s, t)
	}
	return Datum{}, sqlerr.New(sqlerr.InvalidTextRepresentation, "invalid input syntax for integer: \"%s\"", s)
}

func parseFloat(t Type, s, in string) (Datum, error) {
	bits := 8 * t.Phys().Width()
	for i := 0; i < len(in); i++ {
		if strings.IndexByte("xXpP_", in[i]) >= 0 { // Go's forms, not SQL's
			return Datum{}, syntaxError(t.String(), s)
		}
	}
	if strings.EqualFold(strings.TrimLeft(in[:min(1, len(in))], "+-")+in[min(1, len(in)):], "nan") { // a sign, which Go does not take
		return Float(math.NaN()), nil
	}
	f, err := strconv.ParseFloat(in, bits)
	switch {
	case err == nil && f == 0 && strings.ContainsAny(mantissa(in), "123456789"):
		return Datum{}, sqlerr.New(sqlerr.NumericOutOfRange, "\"%s\" is out of range for type %v", s, t)
	case err == nil:
		return Float(f), nil
	case err.(*strconv.NumError).Err == strconv.ErrRange:
		return Datum{}, sqlerr.New(sqlerr.NumericOutOfRange, "\"%s\" is out of range for type %v", s, t)
	}
	return Datum{}, syntaxError(t.String(), s)
}

func mantissa(s string) string {
	m, _, _ := strings.Cut(strings.ToLower(s), "e")
	return m
}

// formatFloat writes the shortest digits that read back, in PostgreSQL's choice
// of notation: an exponent below 1e-4 and from 10^15 (10^6 for REAL) on.
func formatFloat(f float64, bits int) string {
	switch {
	case math.IsNaN(f):
		return "NaN"
	case math.IsInf(f, 1):
		return "Infinity"
	case math.IsInf(f, -1):
		return "-Infinity"
	}
	e := strconv.FormatFloat(f, 'e', -1, bits)
	i := strings.IndexByte(e, 'e')
	exp, _ := strconv.Atoi(e[i+1:])
	limit := 15
	if bits == 32 {
		limit = 6
	}
	if exp < -4 || exp >= limit {
		return e
	}
	return strconv.FormatFloat(f, 'f', -1, bits)
}
