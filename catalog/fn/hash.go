package fn

import (
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/hex"
	"hash/crc32"
	"strconv"
	"strings"

	"slipher/catalog/sqlerr"
	"slipher/catalog/types"
)

// hashGroup is digests and conversions of strings that Go's library does.
// Hashing for distribution and tables is code generation's own.
func hashGroup() Group {
	T := types.TText
	str1 := func(name, doc string, f func(dst, s []byte) []byte) *Op {
		return &Op{Name: name, Shapes: same(1, str), Doc: doc, Host: eachBytes(f)}
	}
	return Group{
		Ops: []*Op{
			str1("md5", "MD5 in 32 hexadecimal digits.", md5Hex),
			str1("sha1", "SHA-1 in 40 hexadecimal digits.", sha1Hex),
			{Name: "sha2", Shapes: []Shape{shape(str, i32, str)}, Nulls: CustomNull, Host: hostSHA2,
				Doc: "SHA-2 of 224, 256 (also 0), 384 or 512 bits; NULL for others."},
			{Name: "crc32", Shapes: []Shape{shape(str, i64)}, Doc: "CRC-32.", Host: hostCRC32},
			{Name: "to_hex", Shapes: []Shape{shape(i64, str)}, Doc: "Hexadecimal digits of the 64 bits.",
				Host: func(c HostCall) error {
					var out []byte
					return c.Rows(func(row int) error {
						out = strconv.AppendUint(out[:0], uint64(c.Int(0, row)), 16)
						c.SetStr(row, out)
						return nil
					})
				}},
			{Name: "strtol", Shapes: []Shape{shape(str, i32, i64)}, MayFail: true, Host: hostStrtol,
				Doc: "An integer in a base of 2 to 36."},
			str1("quote_ident", "s as an identifier: in double quotes if it needs them.",
				func(dst, s []byte) []byte { return append(dst, quoteIdent(string(s))...) }),
			str1("quote_literal", "s as a literal.",
				func(dst, s []byte) []byte { return append(dst, quoteLiteral(string(s))...) }),
		},
		Rows: []*Row{
			row("md5", "md5", types.TVarchar(32), "MD5 digest.", T),
			row("sha1", "sha1", types.TVarchar(40), "SHA-1 digest.", T),
			row("sha", "sha1", types.TVarchar(40), "SHA-1 digest.", T),
			row("func_sha1", "sha1", types.TVarchar(40), "SHA-1 digest.", T),
			row("sha2", "sha2", types.TVarchar(128), "SHA-2 digest.", T, types.TInt4),
			row("crc32", "crc32", types.TInt8, "CRC-32.", T),
			row("to_hex", "to_hex", types.TVarchar(16), "Hexadecimal digits.", types.TInt8),
			row("strtol", "strtol", types.TInt8, "An integer in a base.", T, types.TInt4),
			row("quote_ident", "quote_ident", T, "The string as an identifier.", T),
			row("quote_literal", "quote_literal", T, "The string as a literal.", T),
		},
	}
}

func md5Hex(dst, s []byte) []byte {
	h := md5.Sum(s)
	return hex.AppendEncode(dst, h[:])
}

func sha1Hex(dst, s []byte) []byte {
	h := sha1.Sum(s)
	return hex.AppendEncode(dst, h[:])
}

func hostCRC32(c HostCall) error {
	return c.Rows(func(row int) error { c.SetInt(row, int64(crc32.ChecksumIEEE(c.Str(0, row)))); return nil })
}

func hostSHA2(c HostCall) error {
	var out []byte
	return c.Rows(func(row int) error {
		s := c.Str(0, row)
		switch c.Int(1, row) {
		case 224:
			d := sha256.Sum224(s)
			out = hex.AppendEncode(out[:0], d[:])
		case 0, 256:
			d := sha256.Sum256(s)
			out = hex.AppendEncode(out[:0], d[:])
		case 384:
			d := sha512.Sum384(s)
			out = hex.AppendEncode(out[:0], d[:])
		case 512:
			d := sha512.Sum512(s)
			out = hex.AppendEncode(out[:0], d[:])
		default:
			c.SetNull(row)
			return nil
		}
		c.SetStr(row, out)
		return nil
	})
}

func hostStrtol(c HostCall) error {
	return c.Rows(func(row int) error {
		base := c.Int(1, row)
		if base < 2 || base > 36 {
			return InvalidRadix.Err()
		}
		s := strings.ToLower(strings.TrimSpace(string(c.Str(0, row))))
		if base == 16 {
			s = strings.Replace(s, "0x", "", 1)
		}
		if s == "" {
			c.SetInt(row, 0)
			return nil
		}
		v, err := strconv.ParseInt(s, int(base), 64)
		if err != nil {
			return sqlerr.New(sqlerr.InvalidTextRepresentation, "The input %s is not valid to be converted to base %d", s, base)
		}
		c.SetInt(row, v)
		return nil
	})
}
