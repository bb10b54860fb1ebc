package super

import (
	"math"
	"strconv"

	"slipher/catalog/int128"
)

// AppendJSON appends v as JSON, without blanks. What is no JSON, NaN and the infinities, is a string.
func AppendJSON(dst []byte, v Value) []byte {
	switch v.Kind() {
	case Null:
		return append(dst, "null"...)
	case Bool:
		return strconv.AppendBool(dst, v.IsTrue())
	case Number:
		if f, _, ok := v.Float(); ok && (math.IsNaN(f) || math.IsInf(f, 0)) {
			return append(AppendNumber(append(dst, '"'), v), '"')
		}
		return AppendNumber(dst, v)
	case String:
		text, _ := v.Text()
		return appendQuoted(dst, text)
	}
	first, last := byte('['), byte(']')
	if v.Kind() == Object {
		first, last = '{', '}'
	}
	dst = append(dst, first)
	n := 0
	v.Each(func(name []byte, value Value) {
		if n > 0 {
			dst = append(dst, ',')
		}
		n++
		if first == '{' {
			dst = append(appendQuoted(dst, name), ':')
		}
		dst = AppendJSON(dst, value)
	})
	return append(dst, last)
}

// AppendNumber appends a number's digits: all of an exact one's, of another as many as tell it apart.
func AppendNumber(dst []byte, v Value) []byte {
	if n, scale, ok := v.Exact(); ok {
		return int128.AppendDecimal(dst, n, scale)
	}
	f, bits, _ := v.Float()
	switch size := math.Abs(f); {
	case math.IsNaN(f):
		return append(dst, "NaN"...)
	case math.IsInf(f, 1):
		return append(dst, "Infinity"...)
	case math.IsInf(f, -1):
		return append(dst, "-Infinity"...)
	case size != 0 && (size < 1e-4 || size >= 1e15):
		return strconv.AppendFloat(dst, f, 'e', -1, bits)
	}
	return strconv.AppendFloat(dst, f, 'f', -1, bits)
}

// letters are the letters that stand behind a backslash for a character.
var letters = [256]byte{'"': '"', '\\': '\\', '\b': 'b', '\f': 'f', '\n': 'n', '\r': 'r', '\t': 't'}

func appendQuoted(dst, s []byte) []byte {
	dst = append(dst, '"')
	from := 0
	for i, c := range s {
		switch l := letters[c]; {
		case l != 0:
			dst, from = append(append(dst, s[from:i]...), '\\', l), i+1
		case c < ' ':
			const hex = "0123456789abcdef"
			dst, from = append(append(dst, s[from:i]...), '\\', 'u', '0', '0', hex[c>>4], hex[c&15]), i+1
		}
	}
	return append(append(dst, s[from:]...), '"')
}
