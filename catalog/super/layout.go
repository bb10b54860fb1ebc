package super

import (
	"encoding/binary"
	"math"

	"slipher/catalog/int128"
)

// A value is a tag and what follows it:
//
//	null, false, true
//	integer    1, 2, 4, 8 or 16 bytes, the lowest first
//	decimal    its scale, then an integer
//	float4, 8  its bits, the lowest first
//	string     its length as a varint, its bytes
//	array      how many elements there are and where each one ends, counted from the first one's begin; the elements
//	object     the same of members: a name's length as a varint, the name, the value
//
// Counts and ends are of 1, 2 or 4 bytes, whichever suffice, the lowest first: an element is found without reading the
// ones before it. Members are in the order in which they were written; no two have one name.
const (
	tagNull byte = iota
	tagFalse
	tagTrue
	tagInt1
	tagInt2
	tagInt4
	tagInt8
	tagInt16
	tagDecimal1
	tagDecimal2
	tagDecimal4
	tagDecimal8
	tagDecimal16
	tagFloat4
	tagFloat8
	tagString
	tagArray1
	tagArray2
	tagArray4
	tagObject1
	tagObject2
	tagObject4
)

// Limits. Redshift guide, "Limitations" of SUPER.
const (
	MaxBytes  = 16 << 20
	MaxDepth  = 1000
	MaxString = 65535
	// MaxDigits and MaxScale are those of DECIMAL.
	MaxDigits = 38
	MaxScale  = 37
)

var le = binary.LittleEndian

// appendCoefficient appends n behind the tag that its size asks for, the first one being one byte's, and a scale.
func appendCoefficient(dst []byte, first byte, scale []byte, n int128.Int) []byte {
	at := func(size byte) []byte { return append(append(dst, first+size), scale...) }
	switch v := int64(n.Lo); {
	case n.Hi != v>>63:
		return le.AppendUint64(le.AppendUint64(at(4), n.Lo), uint64(n.Hi))
	case v == int64(int8(v)):
		return append(at(0), byte(v))
	case v == int64(int16(v)):
		return le.AppendUint16(at(1), uint16(v))
	case v == int64(int32(v)):
		return le.AppendUint32(at(2), uint32(v))
	}
	return le.AppendUint64(at(3), n.Lo)
}

// coefficientAt reads an integer of 1<<size bytes.
func coefficientAt(b []byte, size byte) int128.Int {
	var v int64
	switch size {
	case 0:
		v = int64(int8(b[0]))
	case 1:
		v = int64(int16(le.Uint16(b)))
	case 2:
		v = int64(int32(le.Uint32(b)))
	case 3:
		v = int64(le.Uint64(b))
	default:
		return int128.Int{Hi: int64(le.Uint64(b[8:])), Lo: le.Uint64(b)}
	}
	return int128.Int{Hi: v >> 63, Lo: uint64(v)}
}

// AppendNull, AppendBool, AppendInt and the others append a value.
func AppendNull(dst []byte) []byte { return append(dst, tagNull) }

// AppendBool appends true or false.
func AppendBool(dst []byte, v bool) []byte {
	if v {
		return append(dst, tagTrue)
	}
	return append(dst, tagFalse)
}

// AppendDecimal appends n units of 10^-scale.
func AppendDecimal(dst []byte, n int128.Int, scale int) []byte {
	if scale == 0 {
		return appendCoefficient(dst, tagInt1, nil, n)
	}
	return appendCoefficient(dst, tagDecimal1, []byte{byte(scale)}, n)
}

// AppendInt appends an integer.
func AppendInt(dst []byte, v int64) []byte { return AppendDecimal(dst, int128.Of(v), 0) }

// AppendFloat appends a floating-point number; of 32 bits it is written with as few digits as tell REALs apart.
func AppendFloat(dst []byte, v float64, bitSize int) []byte {
	if bitSize == 32 {
		return le.AppendUint32(append(dst, tagFloat4), math.Float32bits(float32(v)))
	}
	return le.AppendUint64(append(dst, tagFloat8), math.Float64bits(v))
}

// AppendString appends a string of UTF-8 without NUL.
func AppendString(dst, s []byte) []byte {
	return append(binary.AppendUvarint(append(dst, tagString), uint64(len(s))), s...)
}

// appendContainer makes an array or an object of what begins at start: the elements, one behind the other, of which
// ends say where they end, counted from there. first is the tag of the smallest.
func appendContainer(dst []byte, start int, first byte, ends []int) []byte {
	size := len(dst) - start
	width, tag := 1, first
	if n := max(size, len(ends)); n > math.MaxUint16 {
		width, tag = 4, first+2
	} else if n > math.MaxUint8 {
		width, tag = 2, first+1
	}
	head := 1 + width*(1+len(ends))
	for range head {
		dst = append(dst, 0)
	}
	copy(dst[start+head:], dst[start:start+size])
	dst[start] = tag
	put := func(i, v int) {
		switch at := dst[start+1+i*width:]; width {
		case 1:
			at[0] = byte(v)
		case 2:
			le.PutUint16(at, uint16(v))
		default:
			le.PutUint32(at, uint32(v))
		}
	}
	put(0, len(ends))
	for i, end := range ends {
		put(i+1, end)
	}
	return dst
}

// Builder makes an array or an object out of values that are appended one behind the other.
type Builder struct {
	buf   []byte
	start int
	first byte
	ends  []int
}

// BuildArray begins an array behind dst, BuildObject an object.
func BuildArray(dst []byte) *Builder { return &Builder{buf: dst, start: len(dst), first: tagArray1} }

// BuildObject begins an object behind dst. Its names differ, which is the caller's to see to.
func BuildObject(dst []byte) *Builder { return &Builder{buf: dst, start: len(dst), first: tagObject1} }

// Add appends an element: what f appends is one value.
func (b *Builder) Add(f func(dst []byte) []byte) {
	b.buf = f(b.buf)
	b.ends = append(b.ends, len(b.buf)-b.start)
}

// AddValue appends an element.
func (b *Builder) AddValue(v Value) {
	b.Add(func(dst []byte) []byte { return append(dst, v...) })
}

// AddMember appends a member of an object.
func (b *Builder) AddMember(name []byte, v Value) {
	b.Add(func(dst []byte) []byte { return append(appendName(dst, name), v...) })
}

// Done is everything, with what stood in front of it.
func (b *Builder) Done() []byte { return appendContainer(b.buf, b.start, b.first, b.ends) }

func appendName(dst, name []byte) []byte {
	return append(binary.AppendUvarint(dst, uint64(len(name))), name...)
}
