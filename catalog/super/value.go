package super

import (
	"bytes"
	"encoding/binary"
	"math"

	"slipher/catalog/int128"
)

// Value is the bytes of one value. Those of an element or a member are part of the container's.
type Value []byte

// Kind is what a value is. Their order is that of values in ORDER BY: Redshift guide, "Order by" of SUPER.
type Kind uint8

// The kinds.
const (
	Null Kind = iota
	Bool
	Number
	String
	Array
	Object
)

var kindNames = [...]string{"null", "boolean", "number", "string", "array", "object"}

func (k Kind) String() string { return kindNames[k] }

// tag is the first byte. No bytes at all, which a value's place has that nobody has filled, are null.
func (v Value) tag() byte {
	if len(v) == 0 {
		return tagNull
	}
	return v[0]
}

// Kind is v's.
func (v Value) Kind() Kind {
	switch t := v.tag(); {
	case t == tagNull:
		return Null
	case t <= tagTrue:
		return Bool
	case t <= tagFloat8:
		return Number
	case t == tagString:
		return String
	case t <= tagArray4:
		return Array
	}
	return Object
}

// IsTrue reports whether v is true.
func (v Value) IsTrue() bool { return v.tag() == tagTrue }

// Exact is an exact number, n units of 10^-scale; false if v is none.
func (v Value) Exact() (n int128.Int, scale int, ok bool) {
	switch t := v.tag(); {
	case t < tagInt1:
	case t <= tagInt16:
		return coefficientAt(v[1:], t-tagInt1), 0, true
	case t <= tagDecimal16:
		return coefficientAt(v[2:], t-tagDecimal1), int(v[1]), true
	}
	return n, 0, false
}

// Float is a floating-point number and the bits it was made of; false if v is none.
func (v Value) Float() (f float64, bitSize int, ok bool) {
	switch v.tag() {
	case tagFloat4:
		return float64(math.Float32frombits(le.Uint32(v[1:]))), 32, true
	case tagFloat8:
		return math.Float64frombits(le.Uint64(v[1:])), 64, true
	}
	return 0, 0, false
}

// Text is what a string says; nil, false if v is none.
func (v Value) Text() ([]byte, bool) {
	if v.tag() != tagString {
		return nil, false
	}
	text, _ := counted(v[1:])
	return text, true
}

// counted is the bytes behind a length, and what is behind them.
func counted(b []byte) (text, rest []byte) {
	n, used := binary.Uvarint(b)
	end := used + int(n)
	return b[used:end:end], b[end:]
}

// header is an array's or an object's number of elements, the bytes of a count, and where the elements begin.
func (v Value) header() (n, width, body int) {
	switch v.tag() {
	case tagArray1, tagObject1:
		n, width = int(v[1]), 1
	case tagArray2, tagObject2:
		n, width = int(le.Uint16(v[1:])), 2
	case tagArray4, tagObject4:
		n, width = int(le.Uint32(v[1:])), 4
	}
	return n, width, 1 + width*(1+n)
}

// Len is how many elements or members v has, 0 if it is neither an array nor an object.
func (v Value) Len() int {
	n, _, _ := v.header()
	return n
}

// at are the bytes of element i of a container with this header.
func (v Value) at(i, width, body int) []byte {
	from := body
	if i > 0 {
		from += v.end(i-1, width)
	}
	to := body + v.end(i, width)
	return v[from:to:to]
}

// end is where element i ends, counted from the begin of the first.
func (v Value) end(i, width int) int {
	switch at := v[1+(i+1)*width:]; width {
	case 1:
		return int(at[0])
	case 2:
		return int(le.Uint16(at))
	default:
		return int(le.Uint32(at))
	}
}

// Element is element i of an array, from 0; false if there is none.
func (v Value) Element(i int64) (Value, bool) {
	n, width, body := v.header()
	if v.Kind() != Array || i < 0 || i >= int64(n) {
		return nil, false
	}
	return v.at(int(i), width, body), true
}

// Member is member i of an object, i < Len.
func (v Value) Member(i int) (name []byte, value Value) {
	_, width, body := v.header()
	name, rest := counted(v.at(i, width, body))
	return name, rest
}

// Find is the member of this name; false if there is none.
func (v Value) Find(name []byte) (Value, bool) {
	if v.Kind() != Object {
		return nil, false
	}
	n, width, body := v.header()
	for i := range n {
		if is, rest := counted(v.at(i, width, body)); bytes.Equal(is, name) {
			return rest, true
		}
	}
	return nil, false
}

// Each calls f for the elements of an array, name nil, or the members of an object.
func (v Value) Each(f func(name []byte, value Value)) {
	n, width, body := v.header()
	object := v.Kind() == Object
	for i := range n {
		var name []byte
		b := v.at(i, width, body)
		if object {
			name, b = counted(b)
		}
		f(name, b)
	}
}

// First is the first of values that stand one behind the other, and the bytes behind it.
func First(values []byte) (v Value, rest []byte) {
	n := Value(values).size()
	return values[:n:n], values[n:]
}

// size is how many bytes v has, which may be followed by others.
func (v Value) size() int {
	switch t := v.tag(); {
	case t <= tagTrue:
		return 1
	case t <= tagInt16:
		return 1 + 1<<(t-tagInt1)
	case t <= tagDecimal16:
		return 2 + 1<<(t-tagDecimal1)
	case t == tagFloat4:
		return 5
	case t == tagFloat8:
		return 9
	case t == tagString:
		n, used := binary.Uvarint(v[1:])
		return 1 + used + int(n)
	}
	n, width, body := v.header()
	if n == 0 {
		return body
	}
	return body + v.end(n-1, width)
}
