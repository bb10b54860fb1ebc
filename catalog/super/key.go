package super

import (
	"bytes"
	"math"
	"slices"
	"strconv"
)

// AppendKey appends bytes whose order is that of values and which are the same for equal ones: by kinds, as Kind has
// them but null last, then
//
//	booleans  false, true
//	numbers   as what they are written as: by sign, the place of the first digit, the digits; NaN behind the infinities
//	strings   byte by byte, without trailing blanks
//	arrays    by their first elements that differ, then by length
//	objects   as arrays of names and values, by name
//
// A key is never the beginning of another one, so that keys one behind the other are ordered as the values are.
func AppendKey(dst []byte, v Value) []byte {
	switch v.Kind() {
	case Bool:
		if v.IsTrue() {
			return append(dst, keyTrue)
		}
		return append(dst, keyFalse)
	case Number:
		return appendNumberKey(dst, v)
	case String:
		text, _ := v.Text()
		return append(append(append(dst, keyString), bytes.TrimRight(text, " ")...), keyEnd)
	case Array:
		dst = append(dst, keyArray)
		v.Each(func(_ []byte, element Value) { dst = AppendKey(dst, element) })
		return append(dst, keyEnd)
	case Object:
		return appendObjectKey(append(dst, keyObject), v)
	}
	return append(dst, keyNull)
}

// The first bytes of keys. None is one that ends a string or what stands in a container.
const (
	keyEnd byte = iota
	keyFalse
	keyTrue
	keyMinusInfinity
	keyNegative
	keyZero
	keyPositive
	keyInfinity
	keyNaN
	keyString
	keyArray
	keyObject
	keyNull
)

// middlePlace is what a place of 0 is in a key.
const middlePlace = 1 << 15

// keyKinds are the kinds of values whose keys begin so.
var keyKinds = [...]Kind{keyFalse: Bool, keyTrue: Bool, keyMinusInfinity: Number, keyNegative: Number, keyZero: Number,
	keyPositive: Number, keyInfinity: Number, keyNaN: Number, keyString: String, keyArray: Array, keyObject: Object,
	keyNull: Null}

// KeyKind is the kind of the value that key is of.
func KeyKind(key []byte) Kind {
	if len(key) == 0 {
		return Null
	}
	return keyKinds[key[0]]
}

func appendObjectKey(dst []byte, v Value) []byte {
	type member struct {
		name  []byte
		value Value
	}
	members := make([]member, 0, v.Len())
	v.Each(func(name []byte, value Value) { members = append(members, member{name, value}) })
	slices.SortFunc(members, func(a, b member) int { return bytes.Compare(a.name, b.name) })
	for _, m := range members {
		dst = append(append(append(dst, keyString), m.name...), keyEnd)
		dst = AppendKey(dst, m.value)
	}
	return append(dst, keyEnd)
}

// appendNumberKey: a number is 0.d1d2d3… times ten to the power of the place of d1, which is not 0. Behind its sign
// stand that power and the digits, two a byte and each one more than it is so that nothing is less than an end; all
// bits are the other way around below 0.
func appendNumberKey(dst []byte, v Value) []byte {
	if f, _, ok := v.Float(); ok {
		switch {
		case math.IsNaN(f):
			return append(dst, keyNaN)
		case math.IsInf(f, 1):
			return append(dst, keyInfinity)
		case math.IsInf(f, -1):
			return append(dst, keyMinusInfinity)
		}
	}
	var buf [32]byte
	text := AppendNumber(buf[:0], v)
	negative := text[0] == '-'
	if negative {
		text = text[1:]
	}
	digits, place := places(text)
	if len(digits) == 0 {
		return append(dst, keyZero)
	}
	sign := keyPositive
	if negative {
		sign = keyNegative
	}
	dst = append(dst, sign)
	from := len(dst)
	dst = append(dst, byte((place+middlePlace)>>8), byte(place+middlePlace))
	for i := 0; i < len(digits); i += 2 {
		b := (digits[i] - '0' + 1) << 4
		if i+1 < len(digits) {
			b |= digits[i+1] - '0' + 1
		}
		dst = append(dst, b)
	}
	dst = append(dst, keyEnd)
	if negative {
		for i := range dst[from:] {
			dst[from+i] = ^dst[from+i]
		}
	}
	return dst
}

// places are the digits of a written number without zeros around them, and how many of them stand in front of the
// point.
func places(text []byte) (digits []byte, place int) {
	point, exponent := -1, 0
	digits = make([]byte, 0, 48)
	for i, c := range text {
		switch {
		case c == '.':
			point = len(digits)
		case c == 'e':
			for _, c := range text[i+2:] {
				exponent = exponent*10 + int(c-'0')
			}
			if text[i+1] == '-' {
				exponent = -exponent
			}
		case exponent == 0 && c >= '0' && c <= '9' && !bytes.ContainsRune(text[:i], 'e'):
			digits = append(digits, c)
		}
	}
	if point < 0 {
		point = len(digits)
	}
	zeros := len(digits) - len(bytes.TrimLeft(digits, "0"))
	return bytes.Trim(digits, "0"), point + exponent - zeros
}

// AppendOfKey appends a value with this key: of those that are equal the one without zeros and blanks at its end, its
// members by name.
func AppendOfKey(dst, key []byte) []byte {
	dst, _ = appendOfKey(dst, key)
	return dst
}

// BehindKey is what is behind the key that bytes begin with.
func BehindKey(b []byte) []byte {
	_, rest := appendOfKey(nil, b)
	return rest
}

// appendOfKey gives what is behind the key, too.
func appendOfKey(dst, key []byte) (out, rest []byte) {
	if len(key) == 0 {
		return AppendNull(dst), nil
	}
	first, rest := key[0], key[1:]
	switch first {
	case keyNull:
		return AppendNull(dst), rest
	case keyFalse, keyTrue:
		return AppendBool(dst, first == keyTrue), rest
	case keyZero:
		return AppendInt(dst, 0), rest
	case keyInfinity:
		return AppendFloat(dst, math.Inf(1), 64), rest
	case keyMinusInfinity:
		return AppendFloat(dst, math.Inf(-1), 64), rest
	case keyNaN:
		return AppendFloat(dst, math.NaN(), 64), rest
	case keyPositive, keyNegative:
		return appendNumberOfKey(dst, rest, first == keyNegative)
	case keyString:
		text, rest, _ := bytes.Cut(rest, []byte{keyEnd})
		return AppendString(dst, text), rest
	}
	b := BuildArray(dst)
	if first == keyObject {
		b = BuildObject(dst)
	}
	for rest[0] != keyEnd {
		b.Add(func(dst []byte) []byte {
			if first == keyObject {
				name, behind, _ := bytes.Cut(rest[1:], []byte{keyEnd})
				dst, rest = appendName(dst, name), behind
			}
			dst, rest = appendOfKey(dst, rest)
			return dst
		})
	}
	return b.Done(), rest[1:]
}

func appendNumberOfKey(dst, key []byte, negative bool) (out, rest []byte) {
	var flip byte
	text := []byte("0.")
	if negative {
		flip, text = 0xff, []byte("-0.")
	}
	place := (int(key[0]^flip)<<8 | int(key[1]^flip)) - middlePlace
	n := 0
	key = key[2:]
	for ; key[0]^flip != keyEnd; key = key[1:] {
		for _, d := range []byte{(key[0] ^ flip) >> 4, (key[0] ^ flip) & 15} {
			if d > 0 {
				text, n = append(text, d-1+'0'), n+1
			}
		}
	}
	digits := text[len(text)-n:]
	if scale := n - place; scale <= MaxScale && max(place, n) <= MaxDigits && place <= MaxDigits {
		if scale < 0 {
			digits, scale = append(digits, bytes.Repeat([]byte{'0'}, -scale)...), 0
		}
		c, _ := exactly(digits)
		if negative {
			c = c.Neg()
		}
		return AppendDecimal(dst, c, scale), key[1:]
	}
	f, _ := strconv.ParseFloat(string(text)+"e"+strconv.Itoa(place), 64)
	return AppendFloat(dst, f, 64), key[1:]
}
