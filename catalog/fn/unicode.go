package fn

import (
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"slipher/catalog/sqlerr"
	"slipher/catalog/types"
)

// unicodeGroup is PostgreSQL's functions of characters' forms, and of names.
func unicodeGroup() Group {
	T, B := types.TText, types.TBool
	op := func(name, doc string, f func(c HostCall, row int) error, inOut ...types.Phys) *Op {
		return &Op{Name: name, Shapes: []Shape{shape(inOut...)}, MayFail: true, Doc: doc, Host: eachRow(f)}
	}
	g := Group{Ops: []*Op{
		op("normalize", "s in a Unicode normal form.", func(c HostCall, row int) error {
			f, err := normalForm(c.Str(1, row))
			if err != nil {
				return err
			}
			out := f.Bytes(c.Str(0, row))
			if len(out) > types.MaxVarchar {
				return ResultTooLong.Err()
			}
			c.SetStr(row, out)
			return nil
		}, str, str, str),
		op("is_normalized", "Is s in a Unicode normal form?", func(c HostCall, row int) error {
			f, err := normalForm(c.Str(1, row))
			if err == nil {
				setBool(c, row, f.IsNormal(c.Str(0, row)))
			}
			return err
		}, str, str, i8),
		op("unistr", "s with its escapes of code points replaced.", func(c HostCall, row int) error {
			out, err := unistr(string(c.Str(0, row)))
			if err == nil {
				c.SetStr(row, []byte(out))
			}
			return err
		}, str, str),
		op("parse_ident", "The names that a qualified name is made of, an array.", func(c HostCall, row int) error {
			names, err := parseIdent(string(c.Str(0, row)), c.Int(1, row) != 0)
			if err != nil {
				return err
			}
			var ds []types.Datum
			for _, n := range names {
				ds = append(ds, types.String(n))
			}
			return setArray(c, row, []byte(types.MakeArray(types.TText, ds...).S))
		}, str, i8, str),
	}}
	form := map[int]Const{1: strConst("NFC")}
	g.Rows = optionalRows("normalize", "normalize", T, "The string in a Unicode normal form: NFC, NFD, NFKC or NFKD.",
		[]types.Type{T, T}, 1, form)
	g.Rows = append(g.Rows, optionalRows("is_normalized", "is_normalized", B, "s IS [NFC] NORMALIZED.",
		[]types.Type{T, T}, 1, form)...)
	g.Rows = append(g.Rows, row("unistr", "unistr", T, `The string with \0041, \+000041, \u0041 and \U00000041 replaced.`, T))
	g.Rows = append(g.Rows, optionalRows("parse_ident", "parse_ident", types.ArrayOf(T),
		"The parts of a qualified name; false: what stands behind is passed over.", []types.Type{T, B}, 1,
		map[int]Const{1: {i8, types.BoolDatum(true)}})...)
	return g
}

func normalForm(name []byte) (norm.Form, error) {
	switch strings.ToUpper(string(name)) {
	case "NFC":
		return norm.NFC, nil
	case "NFD":
		return norm.NFD, nil
	case "NFKC":
		return norm.NFKC, nil
	case "NFKD":
		return norm.NFKD, nil
	}
	return 0, sqlerr.New(sqlerr.InvalidParameterValue, "invalid normalization form: %s", name)
}

// unistr replaces a backslash and four hexadecimal digits, + and six, u and four, U and eight; two backslashes are one.
func unistr(s string) (string, error) {
	var out strings.Builder
	high := rune(0) // the first of a pair of surrogates
	pair := func() error { return sqlerr.New(sqlerr.SyntaxError, "invalid Unicode surrogate pair") }
	for i := 0; i < len(s); {
		if s[i] != '\\' || strings.HasPrefix(s[i:], `\\`) {
			if high != 0 {
				return "", pair()
			}
			out.WriteByte(s[i])
			if s[i] == '\\' {
				i++
			}
			i++
			continue
		}
		rest, digits := s[i+1:], 4
		skip := 1
		if rest != "" {
			switch rest[0] {
			case '+':
				digits, skip = 6, 2
			case 'u':
				skip = 2
			case 'U':
				digits, skip = 8, 2
			}
		}
		r, ok := hexRune(s[min(i+skip, len(s)):], digits)
		if !ok {
			return "", sqlerr.New(sqlerr.SyntaxError, "invalid Unicode escape").
				WithHint("Unicode escapes must be \\XXXX, \\+XXXXXX, \\uXXXX, or \\UXXXXXXXX.")
		}
		i += skip + digits
		switch {
		case high != 0:
			if r = utf16.DecodeRune(high, r); r == utf8.RuneError {
				return "", pair()
			}
			high = 0
		case r >= 0xD800 && r < 0xDC00:
			high = r
			continue
		case r == 0 || r > utf8.MaxRune:
			return "", sqlerr.New(sqlerr.SyntaxError, "invalid Unicode code point: %04X", r)
		case utf16.IsSurrogate(r):
			return "", pair()
		}
		out.WriteRune(r)
	}
	if high != 0 {
		return "", pair()
	}
	return out.String(), nil
}

// hexRune reads so many hexadecimal digits.
func hexRune(s string, digits int) (r rune, ok bool) {
	if len(s) < digits {
		return 0, false
	}
	for _, c := range []byte(s[:digits]) {
		d := strings.IndexByte("0123456789abcdef", c|0x20)
		if d < 0 || c < '0' || r > 0xffffff {
			return 0, false
		}
		r = r<<4 | rune(d)
	}
	return r, true
}

// parseIdent takes a qualified name apart: names fold to lower case unless they are quoted.
func parseIdent(s string, strict bool) ([]string, error) {
	bad := func(detail string) error {
		e := sqlerr.New(sqlerr.InvalidParameterValue, "string is not a valid identifier: \"%s\"", s)
		if detail != "" {
			e = e.WithDetail("%s", detail)
		}
		return e
	}
	blanks := func(t string) string { return strings.TrimLeft(t, " \t\n\r\f\v") }
	var names []string
	rest, afterDot := blanks(s), false
	for {
		switch {
		case strings.HasPrefix(rest, `"`):
			var name strings.Builder
			at := 1
			for ; ; at++ {
				if at >= len(rest) {
					return nil, bad("String has unclosed double quotes.")
				}
				if rest[at] == '"' {
					if at+1 >= len(rest) || rest[at+1] != '"' {
						break
					}
					at++
				}
				name.WriteByte(rest[at])
			}
			if name.Len() == 0 {
				return nil, bad("Quoted identifier must not be empty.")
			}
			names, rest = append(names, name.String()), rest[at+1:]
		case rest != "" && identStart(rest[0]):
			n := 1
			for n < len(rest) && (identStart(rest[n]) || rest[n] >= '0' && rest[n] <= '9' || rest[n] == '$') {
				n++
			}
			names, rest = append(names, lowerASCII(rest[:n])), rest[n:]
		case strings.HasPrefix(rest, "."):
			return nil, bad("No valid identifier before \".\".")
		case afterDot:
			return nil, bad("No valid identifier after \".\".")
		default:
			return nil, bad("")
		}
		rest = blanks(rest)
		switch {
		case strings.HasPrefix(rest, "."):
			rest, afterDot = blanks(rest[1:]), true
		case rest == "" || !strict:
			return names, nil
		default:
			return nil, bad("")
		}
	}
}

func identStart(c byte) bool { return c == '_' || c >= 0x80 || c|0x20 >= 'a' && c|0x20 <= 'z' }

func lowerASCII(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'A' && r <= 'Z' {
			return r | 0x20
		}
		return r
	}, s)
}
