package fn

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"slices"
	"strings"
	"unicode/utf8"

	"slipher/catalog/sqlerr"
	"slipher/catalog/types"
)

// varbyteTextGroup is how text writes bytes: hexadecimal digits, bits, base64. Redshift guide, "TO_VARBYTE function",
// "FROM_VARBYTE function"; PostgreSQL, "Binary String Functions", ENCODE and DECODE.
func varbyteTextGroup() Group {
	read := func(name, doc string, f func(c HostCall, row int) (string, error), in ...types.Phys) *Op {
		return &Op{Name: name, Shapes: []Shape{shape(append(in, str)...)}, MayFail: true, Doc: doc,
			Host: eachRow(func(c HostCall, row int) error {
				s, err := f(c, row)
				if err == nil {
					c.SetStr(row, []byte(types.VarbyteDatum(s).S))
				}
				return err
			})}
	}
	write := func(name, doc string, f func(c HostCall, row int) (string, error), in ...types.Phys) *Op {
		return &Op{Name: name, Shapes: []Shape{shape(append(in, str)...)}, MayFail: true, Doc: doc,
			Host: eachRow(func(c HostCall, row int) error {
				s, err := f(bareBytes{c}, row)
				switch {
				case err != nil:
					return err
				case len(s) > types.MaxVarchar:
					return ResultTooLong.Err()
				}
				c.SetStr(row, []byte(s))
				return nil
			})}
	}
	return Group{Ops: []*Op{
		read("hex_to_bytes", "Bytes from hexadecimal digits, a 0 in front of an odd number of them; more than so many bytes "+
			"are an error.", func(c HostCall, row int) (string, error) {
			s, err := readHex(string(c.Str(0, row)))
			if err == nil && int64(len(s)) > c.Int(1, row) {
				return "", BytesTooLong.Err()
			}
			return s, err
		}, str, i32),
		read("to_varbyte", "Bytes from text of a format of Redshift.", func(c HostCall, row int) (string, error) {
			return byteFormat(string(c.Str(1, row))).read(string(c.Str(0, row)))
		}, str, str),
		read("decode_bytes", "Bytes from text of a format of PostgreSQL.", func(c HostCall, row int) (string, error) {
			return byteEncoding(string(c.Str(1, row))).read(string(c.Str(0, row)))
		}, str, str),
		write("bytes_to_hex", "Hexadecimal digits of bytes.", func(c HostCall, row int) (string, error) {
			return hex.EncodeToString(c.Str(0, row)), nil
		}, str),
		write("from_varbyte", "Bytes as text of a format of Redshift.", func(c HostCall, row int) (string, error) {
			return byteFormat(secondText(c, row)).write(string(c.Str(0, row)))
		}, str, str),
		write("encode_bytes", "Bytes as text of a format of PostgreSQL.", func(c HostCall, row int) (string, error) {
			return byteEncoding(secondText(c, row)).write(string(c.Str(0, row)))
		}, str, str),
	}}
}

// secondText is the second operand, a text, of a call whose first one is bytes.
func secondText(c HostCall, row int) string { return string(c.(bareBytes).HostCall.Str(1, row)) }

// byteText is a way to write bytes as text.
type byteText struct{ read, write func(string) (string, error) }

// unknownFormat complains about a name that is none of a way's.
func unknownFormat(what, name string) byteText {
	bad := func(string) (string, error) {
		return "", sqlerr.New(sqlerr.InvalidParameterValue, "unrecognized %s: \"%s\"", what, name)
	}
	return byteText{bad, bad}
}

func writeHex(s string) (string, error) { return hex.EncodeToString([]byte(s)), nil }

// byteFormat is that of TO_VARBYTE and FROM_VARBYTE.
func byteFormat(name string) byteText {
	switch strings.ToLower(name) {
	case "hex":
		return byteText{readHex, writeHex}
	case "binary":
		return byteText{readBits, func(s string) (string, error) { return writeBits(s), nil }}
	case "utf8", "utf-8":
		return byteText{func(s string) (string, error) { return s, nil }, func(s string) (string, error) {
			if !utf8.ValidString(s) || strings.IndexByte(s, 0) >= 0 {
				return "", InvalidByteSeq.Err()
			}
			return s, nil
		}}
	case "base64":
		return byteText{readBase64, func(s string) (string, error) {
			return base64.StdEncoding.EncodeToString([]byte(s)), nil
		}}
	}
	return unknownFormat("format", name)
}

// byteEncoding is that of ENCODE and DECODE.
func byteEncoding(name string) byteText {
	switch strings.ToLower(name) {
	case "hex":
		return byteText{func(s string) (string, error) {
			s = withoutSpace(s)
			if len(s)%2 != 0 {
				if err := badHex(s); err != nil {
					return "", err
				}
				return "", sqlerr.New(sqlerr.InvalidParameterValue, "invalid hexadecimal data: odd number of digits")
			}
			return readHex(s)
		}, writeHex}
	case "base64":
		return byteText{readBase64, func(s string) (string, error) {
			all := base64.StdEncoding.AppendEncode(nil, []byte(s))
			return string(bytes.Join(slices.Collect(slices.Chunk(all, 76)), []byte("\n"))), nil // PostgreSQL's lines
		}}
	case "escape":
		return byteText{readEscaped, func(s string) (string, error) { return writeEscaped(s), nil }}
	}
	return unknownFormat("encoding", name)
}

// withoutSpace is s without white space.
func withoutSpace(s string) string {
	return strings.Map(func(r rune) rune {
		if r == ' ' || r == '\n' || r == '\t' || r == '\r' {
			return -1
		}
		return r
	}, s)
}

// badHex complains about the first character that is no hexadecimal digit.
func badHex(s string) error {
	for _, r := range s {
		if !strings.ContainsRune("0123456789abcdefABCDEF", r) {
			return sqlerr.New(sqlerr.InvalidParameterValue, "invalid hexadecimal digit: \"%c\"", r)
		}
	}
	return nil
}

func readHex(s string) (string, error) {
	if len(s)%2 != 0 {
		s = "0" + s
	}
	b, err := hex.DecodeString(s)
	if err != nil {
		return "", badHex(s)
	}
	return string(b), nil
}

// readBits reads eight digits for a byte, zeros in front of what is missing.
func readBits(s string) (string, error) {
	out := make([]byte, (len(s)+7)/8)
	for i := range len(s) {
		at := i + len(out)*8 - len(s)
		switch s[i] {
		case '1':
			out[at/8] |= 0x80 >> (at % 8)
		case '0':
		default:
			return "", sqlerr.New(sqlerr.InvalidParameterValue, "invalid binary digit: \"%s\"", s[i:i+utf8Len(s[i:])])
		}
	}
	return string(out), nil
}

func utf8Len(s string) int {
	_, n := utf8.DecodeRuneInString(s)
	return n
}

func writeBits(s string) string {
	out := make([]byte, 0, 8*len(s))
	for i := range len(s) {
		for bit := 7; bit >= 0; bit-- {
			out = append(out, '0'+s[i]>>bit&1)
		}
	}
	return string(out)
}

// readBase64 reads base64 with white space in it.
func readBase64(s string) (string, error) {
	s = withoutSpace(s)
	b, err := base64.StdEncoding.DecodeString(s)
	if err == nil {
		return string(b), nil
	}
	for _, r := range s {
		if r != '=' && !strings.ContainsRune(base64Digits, r) {
			return "", sqlerr.New(sqlerr.InvalidParameterValue, "invalid symbol \"%c\" found while decoding base64 sequence", r)
		}
	}
	if strings.Contains(strings.TrimRight(s, "="), "=") {
		return "", sqlerr.New(sqlerr.InvalidParameterValue, "unexpected \"=\" while decoding base64 sequence")
	}
	return "", sqlerr.New(sqlerr.InvalidParameterValue, "invalid base64 end sequence").
		WithHint("Input data is missing padding, is truncated, or is otherwise corrupted.")
}

const base64Digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"

// writeEscaped writes zero and bytes above 127 as \ and three octal digits, a backslash twice.
func writeEscaped(s string) string {
	var out bytes.Buffer
	for i := range len(s) {
		switch c := s[i]; {
		case c == '\\':
			out.WriteString(`\\`)
		case c == 0 || c > 127:
			out.Write([]byte{'\\', '0' + c>>6, '0' + c>>3&7, '0' + c&7})
		default:
			out.WriteByte(c)
		}
	}
	return out.String()
}

func readEscaped(s string) (string, error) {
	var out []byte
	octal := func(i int, most byte) bool { return i < len(s) && s[i] >= '0' && s[i] <= most }
	for i := 0; i < len(s); i++ {
		switch {
		case s[i] != '\\':
			out = append(out, s[i])
		case octal(i+1, '3') && octal(i+2, '7') && octal(i+3, '7'):
			out = append(out, s[i+1]<<6|s[i+2]&7<<3|s[i+3]&7)
			i += 3
		case i+1 < len(s) && s[i+1] == '\\':
			out = append(out, '\\')
			i++
		default:
			return "", sqlerr.New(sqlerr.InvalidTextRepresentation, "invalid input syntax for type bytea")
		}
	}
	return string(out), nil
}
