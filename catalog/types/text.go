package types

import (
	"strings"

	"slipher/catalog/sqlerr"
)

// ParseText reads a value of type t in its text form, as a literal, a parameter
// or a default is written. The forms are PostgreSQL's; white space around
// anything but a string does not count. Strings longer than t are an error
// unless the excess is blanks; those of CHAR lose trailing blanks.
// A decimal is rounded to t's scale, half away from zero.
func ParseText(t Type, s string) (Datum, error) { return t.Kind.row().parse(t, s) }

// trimSpace is s without the white space around it.
func trimSpace(s string) string { return strings.Trim(s, " \t\n\v\f\r") }

// syntaxError is PostgreSQL's complaint about text that is no value of the type.
func syntaxError(typeName, s string) error {
	return sqlerr.New(sqlerr.InvalidTextRepresentation, "invalid input syntax for type %s: \"%s\"", typeName, s)
}
