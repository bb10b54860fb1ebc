package types

import (
	"strings"

	"slipher/catalog/sqlerr"
	"slipher/catalog/zone"
)

// ParseText reads a value of type t in its text form, as a literal, a parameter
// or a default is written. The forms are PostgreSQL's; white space around
// anything but a string does not count. Strings longer than t are an error
// unless the excess is blanks; those of CHAR lose trailing blanks.
// A decimal is rounded to t's scale, half away from zero.
//
// A moment of which the text says no time zone is one of UTC.
func ParseText(t Type, s string) (Datum, error) { return ParseTextIn(t, s, zone.UTC.Table) }

// ParseTextIn is ParseText where a text that says no time zone means z.
func ParseTextIn(t Type, s string, z zone.Table) (Datum, error) {
	r := t.Kind.row()
	if r.zoned != nil {
		return r.zoned(t, s, z)
	}
	return r.parse(t, s)
}

// ByZone reports whether the text of a value of type t means another one in another time zone.
func (t Type) ByZone() bool {
	return t.Kind.row().zoned != nil && (t.Kind != Array || t.Elem.row().zoned != nil)
}

// ShownByZone reports whether a value of type t has another text in another time zone.
func (t Type) ShownByZone() bool {
	return t.ByZone() && !t.Kind.row().sameText && !t.Elem.row().sameText
}

// trimSpace is s without the white space around it.
func trimSpace(s string) string { return strings.Trim(s, " \t\n\v\f\r") }

// syntaxError is PostgreSQL's complaint about text that is no value of the type.
func syntaxError(typeName, s string) error {
	return sqlerr.New(sqlerr.InvalidTextRepresentation, "invalid input syntax for type %s: \"%s\"", typeName, s)
}

// CutString is s cut to at most n bytes; a character is never split.
func CutString(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for n > 0 && s[n]&0xC0 == 0x80 {
		n--
	}
	return s[:n]
}
