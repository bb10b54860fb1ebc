package ddl

import (
	"unicode/utf8"

	"slipher/catalog/types"
)

// cutBytes shortens s to at most n bytes, at a character's end.
func cutBytes(s string, n int) string {
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n]
}

// comparableTypes reports whether values of the types can be equal: PostgreSQL asks
// for an equality operator between them.
func comparableTypes(a, b types.Type) bool {
	class := func(t types.Type) int {
		switch {
		case t.IsNumeric():
			return 1
		case t.IsString():
			return 2
		case t.Kind == types.Date, t.Kind == types.Timestamp:
			return 3
		}
		return 4 + int(t.Kind)
	}
	return class(a) == class(b)
}
