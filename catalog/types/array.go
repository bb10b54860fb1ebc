package types

import (
	"bytes"
	"encoding/binary"
	"errors"
	"math"
	"strings"

	"slipher/catalog/sqlerr"
	"slipher/catalog/zone"
)

// An array is its elements one behind the other and a byte 0. An element is a byte that says what it is, and
//
//	integers, decimals   8 or 16 bytes, the highest first, the sign turned around
//	floats               8 bytes of what FloatOrder says, likewise
//	strings              the bytes and a 0, which is in no string
//
// so that bytes are ordered as PostgreSQL orders arrays: by their first elements that differ, NULL behind all others,
// and if there are none by their length. Equal arrays are equal bytes: -0 is 0. A NULL has as many bytes as another
// element of fixed size.
const (
	arrayEnd   = 0
	arrayValue = 1
	arrayNull  = 2
)

// EmptyArray is the array without elements, of all types.
var EmptyArray = Datum{S: string([]byte{arrayEnd})}

// MaxArray is how many bytes an array may have.
const MaxArray = 16 << 20

var (
	errArraySize = sqlerr.New(sqlerr.ProgramLimitExceeded, "array size exceeds the maximum allowed (%d bytes)", MaxArray)
	errArray     = errors.New("BUG: an array is cut off")
	errNested    = sqlerr.Unsupported("an array of arrays")
)

// elementBytes is the size of an element of type t behind its first byte, 0 if it varies.
func elementBytes(t Type) int {
	switch p := t.Phys(); {
	case p == Str:
		return 0
	case t.Kind == Decimal || p == I128: // one size for all decimals of a scale
		return 16
	}
	return 8
}

// AppendElement appends an element to an array's bytes, which are without their end.
func AppendElement(dst []byte, t Type, d Datum) []byte {
	n := elementBytes(t)
	if d.Null {
		return append(dst, append([]byte{arrayNull}, make([]byte, n)...)...)
	}
	dst = append(dst, arrayValue)
	const sign = 1 << 63
	switch {
	case n == 0:
		return append(append(dst, d.S...), 0)
	case t.Phys().IsFloat():
		return binary.BigEndian.AppendUint64(dst, uint64(FloatOrder(d.Float()))^sign)
	case n == 16:
		dst = binary.BigEndian.AppendUint64(dst, uint64(d.Hi)^sign)
		return binary.BigEndian.AppendUint64(dst, uint64(d.Lo))
	}
	return binary.BigEndian.AppendUint64(dst, uint64(d.Lo)^sign)
}

// AppendArray puts an array and the element behind it together.
func AppendArray(dst []byte, array []byte, t Type, d Datum) []byte {
	return append(AppendElement(append(dst, array[:max(len(array), 1)-1]...), t, d), arrayEnd)
}

// CheckArray refuses an array that is too long.
func CheckArray(array []byte) error {
	if len(array) > MaxArray {
		return errArraySize
	}
	return nil
}

// MakeArray is an array of elements of type t.
func MakeArray(t Type, ds ...Datum) Datum {
	var out []byte
	for _, d := range ds {
		out = AppendElement(out, t, d)
	}
	return String(string(append(out, arrayEnd)))
}

// NextElement takes the first element off what is left of an array. more is false at its end.
func NextElement(array []byte, t Type) (d Datum, rest []byte, more bool, err error) {
	if len(array) == 0 {
		return d, nil, false, errArray
	}
	what, rest, n := array[0], array[1:], elementBytes(t)
	if what == arrayEnd {
		return d, nil, false, nil
	}
	switch {
	case what == arrayNull:
		if len(rest) < n {
			return d, nil, false, errArray
		}
		return NullDatum, rest[n:], true, nil
	case n == 0:
		end := bytes.IndexByte(rest, 0)
		if end < 0 {
			return d, nil, false, errArray
		}
		return String(string(rest[:end])), rest[end+1:], true, nil
	case len(rest) < n:
		return d, nil, false, errArray
	}
	const sign = 1 << 63
	switch w := binary.BigEndian.Uint64(rest); {
	case t.Phys().IsFloat():
		d = Float(OrderedFloat(int64(w ^ sign)))
	case n == 16:
		d = Int128(int64(w^sign), int64(binary.BigEndian.Uint64(rest[8:])))
	default:
		d = Int(int64(w ^ sign))
	}
	return d, rest[n:], true, nil
}

// OrderedFloat is the double that FloatOrder made v of.
func OrderedFloat(v int64) float64 {
	if v == math.MaxInt64 {
		return math.NaN()
	}
	return math.Float64frombits(uint64(v ^ (v >> 63 & math.MaxInt64)))
}

// EachElement calls f for each element of an array of elements of type t.
func EachElement(array []byte, t Type, f func(Datum) error) error {
	for {
		d, rest, more, err := NextElement(array, t)
		if err != nil || !more {
			return err
		}
		if err := f(d); err != nil {
			return err
		}
		array = rest
	}
}

// Elements are those of an array of elements of type t.
func Elements(array string, t Type) ([]Datum, error) {
	var out []Datum
	err := EachElement([]byte(array), t, func(d Datum) error { out = append(out, d); return nil })
	return out, err
}

// ElementCount is how many elements of type t an array has.
func ElementCount(array []byte, t Type) (int, error) {
	if n := elementBytes(t); n > 0 {
		if len(array)%(n+1) != 1 {
			return 0, errArray
		}
		return len(array) / (n + 1), nil
	}
	count := 0
	err := EachElement(array, t, func(Datum) error { count++; return nil })
	return count, err
}

// ElementAt is element number i, from 0; false if there is none.
func ElementAt(array []byte, t Type, i int64) (Datum, bool, error) {
	if i < 0 || i >= int64(len(array)) {
		return Datum{}, false, nil
	}
	if n := int64(elementBytes(t)); n > 0 {
		if i*(n+1) >= int64(len(array)) {
			return Datum{}, false, nil
		}
		array, i = array[i*(n+1):], 0
	}
	for ; ; i-- {
		d, rest, more, err := NextElement(array, t)
		if i == 0 || !more || err != nil {
			return d, more, err
		}
		array = rest
	}
}

// isArraySpace: what does not count around elements in an array's text.
func isArraySpace(c byte) bool { return c == ' ' || c >= '\t' && c <= '\r' }

// writeArray is {1,2,NULL,"x y"}.
func writeArray(t Type, o Output) Writer {
	elem, _ := t.Element()
	write := TextWriter(elem, o)
	return func(dst []byte, r Rows, col, row int) []byte {
		dst = append(dst, '{')
		first := true
		_ = EachElement(r.Str(col, row), elem, func(d Datum) error {
			if !first {
				dst = append(dst, ',')
			}
			first = false
			if d.Null {
				dst = append(dst, "NULL"...)
				return nil
			}
			at := len(dst)
			dst = quotedFrom(write(dst, oneDatum(d), 0, 0), at)
			return nil
		})
		return append(dst, '}')
	}
}

// quotedFrom puts quotes around what lies in dst from a place on, if it would be read as something else without them.
func quotedFrom(dst []byte, at int) []byte {
	text := dst[at:]
	plain := len(text) > 0 && !strings.EqualFold(string(text), "null")
	for _, c := range text {
		plain = plain && c != '{' && c != '}' && c != ',' && c != '"' && c != '\\' && !isArraySpace(c)
	}
	if plain {
		return dst
	}
	text = bytes.Clone(text)
	dst = append(dst[:at], '"')
	for _, c := range text {
		if c == '"' || c == '\\' {
			dst = append(dst, '\\')
		}
		dst = append(dst, c)
	}
	return append(dst, '"')
}

// writeVector is 1 2.
func writeVector(t Type, o Output) Writer {
	elem, _ := t.Element()
	write := TextWriter(elem, o)
	return func(dst []byte, r Rows, col, row int) []byte {
		at := len(dst)
		_ = EachElement(r.Str(col, row), elem, func(d Datum) error {
			if len(dst) > at {
				dst = append(dst, ' ')
			}
			dst = write(dst, oneDatum(d), 0, 0)
			return nil
		})
		return dst
	}
}

func parseVector(t Type, s string) (Datum, error) {
	elem, _ := t.Element()
	var out []byte
	for _, f := range strings.Fields(s) {
		d, err := ParseText(elem, f)
		if err != nil {
			return Datum{}, err
		}
		out = AppendElement(out, elem, d)
	}
	return String(string(append(out, arrayEnd))), nil
}

// parseArray reads {1,2,NULL,"x y"}.
func parseArray(t Type, s string, z zone.Table) (Datum, error) {
	elem, _ := t.Element()
	bad := func(detail string) (Datum, error) {
		return Datum{}, sqlerr.New(sqlerr.InvalidTextRepresentation, "malformed array literal: \"%s\"", s).
			WithDetail("%s", detail)
	}
	i := 0
	skip := func() {
		for i < len(s) && isArraySpace(s[i]) {
			i++
		}
	}
	if skip(); i < len(s) && s[i] == '[' {
		return Datum{}, sqlerr.Unsupported("an array literal with bounds")
	}
	if i == len(s) || s[i] != '{' {
		return bad("Array value must start with \"{\" or dimension information.")
	}
	var out []byte
	i++
	for first := true; ; first = false {
		skip()
		if first && i < len(s) && s[i] == '}' {
			break
		}
		if i < len(s) && s[i] == '{' {
			return Datum{}, errNested
		}
		text, null, ok := arrayItem(s, &i)
		if !ok {
			return bad("Unexpected array element.")
		}
		d := NullDatum
		if !null {
			var err error
			if d, err = ParseTextIn(elem, text, z); err != nil {
				return Datum{}, err
			}
		}
		out = AppendElement(out, elem, d)
		if skip(); i == len(s) {
			return bad("Unexpected end of input.")
		}
		if s[i] == '}' {
			break
		}
		i++ // a comma
	}
	i++
	if skip(); i < len(s) {
		return bad("Junk after closing right brace.")
	}
	if out = append(out, arrayEnd); len(out) > MaxArray {
		return Datum{}, errArraySize
	}
	return String(string(out)), nil
}

// arrayItem reads one element's text from *i to what ends it, a comma or a brace, or the end. null: it is NULL.
func arrayItem(s string, i *int) (text string, null, ok bool) {
	var out []byte
	quoted, escaped, keep := false, false, 0 // keep: blanks in front of this are not around the element
	for ; *i < len(s); *i++ {
		switch c := s[*i]; {
		case c == '\\':
			if *i++; *i == len(s) {
				return "", false, false
			}
			out, escaped = append(out, s[*i]), true
			keep = len(out)
		case c == '"':
			if quoted || len(out) > 0 { // half of it
				return "", false, false
			}
			quoted = true
			for *i++; *i < len(s) && s[*i] != '"'; *i++ {
				if s[*i] == '\\' {
					if *i++; *i == len(s) {
						return "", false, false
					}
				}
				out = append(out, s[*i])
			}
			if *i == len(s) {
				return "", false, false
			}
			keep = len(out)
		case c == ',' || c == '}':
			return arrayText(out, keep, quoted, escaped)
		case c == '{', quoted && !isArraySpace(c):
			return "", false, false
		default:
			out = append(out, c)
		}
	}
	return arrayText(out, keep, quoted, escaped)
}

// arrayText is an element's text without the blanks behind it.
func arrayText(out []byte, keep int, quoted, escaped bool) (text string, null, ok bool) {
	n := len(out)
	for n > keep && isArraySpace(out[n-1]) {
		n--
	}
	text = string(out[:n])
	return text, !quoted && !escaped && strings.EqualFold(text, "null"), quoted || n > 0
}

// arrayWire is PostgreSQL's: dimensions, whether there are NULLs, the elements' OID, length and first number, and each
// element with its length, -1 for NULL.
func arrayWire() wire {
	write := func(t Type) Writer {
		elem, _ := t.Element()
		item := BinaryWriter(elem)
		return func(dst []byte, r Rows, col, row int) []byte {
			head := len(dst)
			dst = be.AppendUint32(dst, 1)
			dst = be.AppendUint32(dst, 0)
			dst = be.AppendUint32(dst, elem.OID())
			dst = be.AppendUint32(dst, 0)
			dst = be.AppendUint32(dst, uint32(t.FirstElement()))
			n := uint32(0)
			_ = EachElement(r.Str(col, row), elem, func(d Datum) error {
				n++
				if d.Null {
					be.PutUint32(dst[head+4:], 1)
					dst = be.AppendUint32(dst, math.MaxUint32)
					return nil
				}
				at := len(dst)
				dst = item(be.AppendUint32(dst, 0), oneDatum(d), 0, 0)
				be.PutUint32(dst[at:], uint32(len(dst)-at-4))
				return nil
			})
			if n == 0 { // no dimension
				be.PutUint32(dst[head:], 0)
				return dst[:head+12]
			}
			be.PutUint32(dst[head+12:], n)
			return dst
		}
	}
	return wire{write: write, read: readArray}
}

func readArray(t Type, raw []byte) (Datum, error) {
	elem, _ := t.Element()
	word := func() (int32, bool) {
		if len(raw) < 4 {
			return 0, false
		}
		v := int32(be.Uint32(raw))
		raw = raw[4:]
		return v, true
	}
	dims, ok0 := word()
	_, ok1 := word()
	oid, ok2 := word()
	if !ok0 || !ok1 || !ok2 || dims < 0 || dims == 0 && len(raw) > 0 {
		return Datum{}, errBinary
	}
	if dims == 0 {
		return EmptyArray, nil
	}
	if dims > 1 {
		return Datum{}, errNested
	}
	if sent, ok := ParameterType(uint32(oid)); !ok || sent.Family() != elem.Family() || sent.Phys() != elem.Phys() {
		if !(uint32(oid) == textOID && elem.IsString()) && sent.Kind != elem.Kind {
			return Datum{}, sqlerr.New(sqlerr.DatatypeMismatch, "binary data has array element type %d (%s) instead of "+
				"expected %d (%s)", oid, FormatType(int64(oid), -1), elem.OID(), elem.Name())
		}
	}
	n, ok0 := word()
	if _, ok1 = word(); !ok0 || !ok1 || n < 0 {
		return Datum{}, errBinary
	}
	var out []byte
	for range n {
		size, ok := word()
		if !ok || size < -1 || int(size) > len(raw) {
			return Datum{}, errBinary
		}
		d := NullDatum
		if size >= 0 {
			var err error
			if d, err = DecodeBinary(elem, raw[:size]); err != nil {
				return Datum{}, err
			}
			raw = raw[size:]
		}
		out = AppendElement(out, elem, d)
	}
	if len(raw) > 0 {
		return Datum{}, errBinary
	}
	if out = append(out, arrayEnd); len(out) > MaxArray {
		return Datum{}, errArraySize
	}
	return String(string(out)), nil
}

// textOID is pg_type's text, which is VARCHAR here.
const textOID = 25
