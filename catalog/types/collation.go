package types

import (
	"unicode"
	"unicode/utf8"
)

// Collation is how strings are compared: by their bytes, or by those of their lower cases (Redshift guide, "CREATE
// DATABASE", "Database collation"). The guide does not say which letters have cases: those that LOWER and ILIKE know,
// here, beyond ASCII too. Trailing blanks count in neither.
//
// A string that is compared in any case has a key, its lower case without trailing blanks; everything about its order,
// its hash and its place is that of the key. Equal strings may differ in their bytes.

// foldedClass is the comparison class of strings that are compared in any case.
const foldedClass = "string.ci"

// The names of the collations, in full.
const (
	CaseSensitive   = "case_sensitive"
	CaseInsensitive = "case_insensitive"
)

// CollationOf reads a collation's name, in lower case; fold: of any case.
func CollationOf(name string) (fold, ok bool) {
	switch name {
	case CaseSensitive, "cs":
		return false, true
	case CaseInsensitive, "ci":
		return true, true
	}
	return false, false
}

// CollationName is the name in full.
func CollationName(fold bool) string {
	if fold {
		return CaseInsensitive
	}
	return CaseSensitive
}

// Collates reports whether t's values have a collation that may be chosen.
func (t Type) Collates() bool { return t.Kind == Char || t.Kind == Varchar }

// Collated is t with the collation, if it has one.
func (t Type) Collated(fold bool) Type {
	t.Fold = fold && t.Collates()
	return t
}

// FoldedKey is the key of a string that is compared in any case, as fn's fold_key makes it: what is no UTF-8 stays.
func FoldedKey(s string) string {
	s = TrimBlanks(s)
	out := make([]byte, 0, len(s))
	for i := 0; i < len(s); {
		r, n := utf8.DecodeRuneInString(s[i:])
		if r == utf8.RuneError && n == 1 {
			out = append(out, s[i])
		} else {
			out = utf8.AppendRune(out, unicode.ToLower(r))
		}
		i += n
	}
	return string(out)
}
