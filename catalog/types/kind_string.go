package types

import (
	"strconv"
	"strings"
	"unicode/utf8"

	"slipher/catalog/sqlerr"
)

func charKind() *kind {
	return &kind{name: "character", short: "char", typname: "bpchar",
		names: append(lengthNames(1, "char, character, nchar"), lengthNames(256, "bpchar")...),
		oid:   1042, array: 1014, typlen: -1, category: "S", parameter: TChar(MaxChar),
		phys: Str, mod: lengthModifier("character", MaxChar, TChar), read: readLength(MaxChar), facts: lengthFacts,
		family: Strings, class: "string", bare: true, column: true, holding: charHolding,
		parse: parseString, write: writeChar, wire: textWire(writeChar), room: func(t Type) int { return int(t.Len) }}
}

func varcharKind() *kind {
	return &kind{name: "character varying", short: "varchar", typname: "varchar",
		names: lengthNames(256, "varchar, character varying, char varying, nvarchar, text"),
		oid:   1043, array: 1015, typlen: -1, category: "S", parameter: TText,
		phys: Str, mod: lengthModifier("character varying", MaxVarchar, TVarchar), read: readLength(MaxVarchar),
		facts:  lengthFacts,
		family: Strings, class: "string", column: true, holding: varcharHolding,
		parse: parseString, write: writeString, wire: textWire(writeString), room: func(t Type) int { return int(t.Len) }}
}

// The type of names in catalog relations: up to 127 bytes.
func nameKind() *kind {
	return &kind{name: "name", short: "name", typname: "name", names: named(0, "name"), oid: 19, array: 1003, typlen: 64,
		category: "S",
		phys:     Str, family: Strings, class: "string", stored: TVarchar(128),
		parse: anyString, write: writeString, wire: textWire(writeString), room: atMost(127)}
}

// The type of string literals and of NULL before their context gives them one.
func unknownKind() *kind {
	return &kind{name: "unknown", short: "unknown", typname: "unknown", oid: 705, typlen: -2, category: "X",
		phys: Str, family: Strings, class: "string", holding: varcharHolding,
		parse: anyString, write: writeString, wire: textWire(writeString), room: atMost(MaxVarchar)}
}

// varcharHolding is the VARCHAR for values of t, or of the unknown type, and a text.
func varcharHolding(t Type, text string) Type {
	return TVarchar(max(int(t.Len), min(max(len(text), 1), MaxVarchar)))
}

// charHolding is CHAR, if it may hold the text.
func charHolding(t Type, text string) Type {
	n := varcharHolding(t, text)
	if n.Len > MaxChar || strings.ContainsFunc(text, func(r rune) bool { return r >= utf8.RuneSelf }) {
		return n
	}
	return TChar(int(n.Len))
}

func anyString(_ Type, s string) (Datum, error) { return String(s), nil }

// writeChar pads with blanks where the session's output is.
func writeChar(t Type, o Output) Writer {
	n := int(t.Len)
	if !o.Padded {
		n = 0
	}
	return func(dst []byte, r Rows, col, row int) []byte {
		s := r.Str(col, row)
		dst = append(dst, s...)
		for i := len(s); i < n; i++ {
			dst = append(dst, ' ')
		}
		return dst
	}
}

// lengthNames are names of a string type with the length that its columns have if none is written.
func lengthNames(length int32, names string) []Alias {
	out := named(1, names)
	for i := range out {
		out[i].length = length
	}
	return out
}

func lengthModifier(word string, limit int32, of func(n int) Type) *modifier {
	return &modifier{
		check: func(t Type) *sqlerr.Error {
			switch {
			case t.Len < 1:
				return sqlerr.New(sqlerr.InvalidParameterValue, "length for type %s must be at least 1", word)
			case t.Len > limit:
				return sqlerr.New(sqlerr.InvalidParameterValue, "length for type %s cannot exceed %d", word, limit)
			}
			return nil
		},
		show:   func(t Type) string { return strconv.Itoa(int(t.Len)) },
		typmod: func(t Type) int32 { return t.Len + typmodShift },
		of:     func(typmod int32) Type { return of(int(typmod - typmodShift)) },
	}
}

// readLength takes (n) and (MAX). What varies in length is as long as its input where it is cast to without one.
func readLength(limit int) func(n *Alias, mods []int, inCast bool) (Type, *sqlerr.Error) {
	return func(name *Alias, mods []int, inCast bool) (Type, *sqlerr.Error) {
		n := int(name.length)
		if inCast && name.kind != Char {
			n = limit
		}
		if len(mods) == 1 {
			if n = mods[0]; n == MaxMod {
				n = limit
			}
			if n < 1 {
				return Type{}, sqlerr.New(sqlerr.InvalidParameterValue, "length for type %s must be at least 1", name.Text)
			}
			if n > limit {
				return Type{}, sqlerr.New(sqlerr.InvalidParameterValue, "length for type %s cannot exceed %d", name.Text, limit)
			}
		}
		return Type{Kind: name.kind, Len: int32(n)}, nil
	}
}

func lengthFacts(t Type) Facts { return Facts{Length: t.Len} }

func parseString(t Type, s string) (Datum, error) {
	if t.Kind == Char {
		s = strings.TrimRight(s, " ")
		if len(s) <= int(t.Len) {
			for i := 0; i < len(s); i++ {
				if s[i] >= 0x80 {
					return Datum{}, sqlerr.New(sqlerr.InvalidByteSequence,
						"CHAR string contains invalid multi-byte or non-ASCII character")
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
