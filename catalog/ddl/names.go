package ddl

import (
	"unicode/utf8"
)

// cutBytes shortens s to at most n bytes, at a character's end.
func cutBytes(s string, n int) string {
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n]
}
