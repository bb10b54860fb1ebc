package fn

import (
	"bytes"
	"unicode/utf8"

	"slipher/catalog/types"
)

// placesGroup is functions about places in strings, by bytes and by characters, and what is put there.
func placesGroup() Group {
	T, I := types.TText, types.TInt4
	op := func(name, doc string, f func(HostCall, int) error, inOut ...types.Phys) *Op {
		return &Op{Name: name, Shapes: []Shape{shape(inOut...)}, MayFail: true, Doc: doc,
			Host: eachRow(f)}
	}
	return Group{
		Ops: []*Op{
			op("overlay", "s, but for n characters from a position on, which another string replaces.", hostOverlay, str, str, i32,
				i32, str),
			op("overlay_all", "overlay of as many characters as the other string has.", func(c HostCall, row int) error {
				return overlay(c, row, utf8.RuneCount(c.Str(1, row)))
			}, str, str, i32, str),
			{Name: "octetindex", Shapes: []Shape{shape(str, str, i32)}, Doc: "Byte of the first in the second, from 1; 0: none.",
				Host: func(c HostCall) error {
					return c.Rows(func(row int) error {
						c.SetInt(row, int64(bytes.Index(c.Str(1, row), c.Str(0, row))+1))
						return nil
					})
				}},
			{Name: "starts_with", Shapes: []Shape{shape(str, str, i8)}, Infix: "^@", Doc: "Does s begin with another string?",
				Host: func(c HostCall) error {
					return c.Rows(func(row int) error {
						c.SetInt(row, btoi(bytes.HasPrefix(c.Str(0, row), c.Str(1, row))))
						return nil
					})
				}},
			{Name: "bit_length", Shapes: []Shape{shape(str, i32)}, Doc: "Number of bits.",
				Emit: func(b Builder, _ Shape, a []Value) Value { return b.Shl(b.StrLen(a[0]), b.Const(i32, 3)) }},
			{Name: "quote_nullable", Shapes: []Shape{shape(str, str)}, Nulls: CustomNull, Doc: "s as a literal, or NULL.",
				Host: func(c HostCall) error {
					return c.AllRows(func(row int) error {
						if c.Null(0, row) {
							c.SetStr(row, []byte("NULL"))
						} else {
							c.SetStr(row, []byte(quoteLiteral(string(c.Str(0, row)))))
						}
						return nil
					})
				}},
		},
		Rows: []*Row{
			row("overlay", "overlay", T, "OVERLAY(s PLACING other FROM position FOR characters).", T, T, I, I),
			row("overlay", "overlay_all", T, "OVERLAY(s PLACING other FROM position).", T, T, I),
			row("octetindex", "octetindex", I, "Byte at which the first argument begins in the second, from 1; 0: nowhere.", T, T),
			row("starts_with", "starts_with", types.TBool, "Does the string begin with another?", T, T),
			row("^@", "starts_with", types.TBool, "Does the string begin with another?", T, T),
			row("bit_length", "bit_length", I, "Number of bits.", T),
			row("quote_nullable", "quote_nullable", T, "The string as a literal, or NULL.", T),
		},
	}
}

func hostOverlay(c HostCall, row int) error { return overlay(c, row, int(c.Int(3, row))) }

// overlay is substring(s, 1, from - 1) || other || substring(s, from + n).
func overlay(c HostCall, row, n int) error {
	s, from := c.Str(0, row), int(c.Int(2, row))
	if from <= 0 {
		return NegativeSubstring.Err()
	}
	start, _ := runeOffset(s, from-1)
	end, _ := runeOffset(s, from-1+n)
	out := append(append(append([]byte(nil), s[:start]...), c.Str(1, row)...), s[end:]...)
	if len(out) > types.MaxVarchar {
		return ResultTooLong.Err()
	}
	c.SetStr(row, out)
	return nil
}

// runeOffset is where the n-th character of s begins, from 0; of one behind the last, s's end, and how many more would
// have to come.
func runeOffset(s []byte, n int) (off, lack int) {
	for ; n > 0 && off < len(s); n-- {
		_, size := utf8.DecodeRune(s[off:])
		off += size
	}
	return off, n
}
