package types

import (
	"bytes"
	"encoding/binary"
	"math"
	"unicode/utf8"

	"slipher/catalog/sqlerr"
	"slipher/catalog/zone"
)

// wire is a kind's binary form in PostgreSQL's protocol (not Redshift's, which clients must ask for by
// client_protocol_version 2).
type wire struct {
	width int // bytes; 0 if they vary
	write func(Type) Writer
	// read: len(raw) is width, if that is not 0.
	read func(t Type, raw []byte) (Datum, error)
}

var (
	errUTF8   = sqlerr.New(sqlerr.InvalidByteSequence, "invalid byte sequence for encoding \"UTF8\"")
	errBinary = sqlerr.New("22P03", "incorrect binary data format in bind parameter")
)

// BinaryWriter writes values of type t in binary.
func BinaryWriter(t Type) Writer { return t.Kind.row().wire.write(t) }

// DecodeBinary reads a value of type t in its binary form. 22P03, or what is wrong with the value.
func DecodeBinary(t Type, raw []byte) (Datum, error) {
	w := t.Kind.row().wire
	if w.width != 0 && len(raw) != w.width {
		return Datum{}, errBinary
	}
	return w.read(t, raw)
}

// DecodeText reads a value's text, which has neither NUL bytes nor broken characters. z is the session's time zone.
func DecodeText(t Type, raw []byte, z zone.Table) (Datum, error) {
	if !utf8.Valid(raw) || bytes.IndexByte(raw, 0) >= 0 {
		return Datum{}, errUTF8
	}
	return ParseTextIn(t, string(raw), z)
}

// textWire is the text in both formats; CHAR has its blanks.
func textWire(write func(Type, Output) Writer) wire {
	return wire{write: func(t Type) Writer { return write(t, Output{Padded: true}) },
		read: func(t Type, raw []byte) (Datum, error) { return DecodeText(t, raw, zone.UTC.Table) }}
}

var be = binary.BigEndian

// intWire is an integer of so many bytes: those of the class I64 or narrower. What is out of the type's bounds, and no
// infinity, is refused.
func intWire(width int) wire {
	write := map[int]Writer{
		1: func(dst []byte, r Rows, col, row int) []byte { return append(dst, byte(r.Int(col, row))) },
		2: func(dst []byte, r Rows, col, row int) []byte { return be.AppendUint16(dst, uint16(r.Int(col, row))) },
		4: func(dst []byte, r Rows, col, row int) []byte { return be.AppendUint32(dst, uint32(r.Int(col, row))) },
		8: func(dst []byte, r Rows, col, row int) []byte { return be.AppendUint64(dst, uint64(r.Int(col, row))) },
	}[width]
	return wire{width: width, write: func(Type) Writer { return write }, read: func(t Type, raw []byte) (Datum, error) {
		v := uint64(0)
		for _, b := range raw {
			v = v<<8 | uint64(b)
		}
		shift := 64 - 8*width
		d := Int(int64(v<<shift) >> shift)
		if least, most := t.Bounds(); (d.I128().Cmp(least) < 0 || d.I128().Cmp(most) > 0) && !t.IsInfinite(d) {
			return Datum{}, sqlerr.New(sqlerr.DatetimeOverflow, "%s out of range", t.ShortName())
		}
		return d, nil
	}}
}

// floatWire is an IEEE number of 32 or 64 bits.
func floatWire(bitSize int) wire {
	if bitSize == 32 {
		return wire{width: 4, write: func(Type) Writer {
			return func(dst []byte, r Rows, col, row int) []byte {
				return be.AppendUint32(dst, math.Float32bits(float32(r.Float(col, row))))
			}
		}, read: func(_ Type, raw []byte) (Datum, error) {
			return Float(float64(math.Float32frombits(be.Uint32(raw)))), nil
		}}
	}
	return wire{width: 8, write: func(Type) Writer {
		return func(dst []byte, r Rows, col, row int) []byte {
			return be.AppendUint64(dst, math.Float64bits(r.Float(col, row)))
		}
	}, read: func(_ Type, raw []byte) (Datum, error) { return Float(math.Float64frombits(be.Uint64(raw))), nil }}
}
