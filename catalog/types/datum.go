package types

//go:generate go run github.com/tinylib/msgp -file datum.go -o datum_gen.go -io=false -tests=false

import (
	"encoding/binary"
	"math"
)

// Datum is one value on the leader: a literal, a parameter, a zone-map bound, a
// cell of a catalog relation. Nodes and generated code never see it.
//
// Which field holds the value follows from Type.Phys: Lo for I8..I64 (sign
// extended), Hi:Lo for I128 (two's complement), Lo's bits for F32 and F64 (both
// as float64 bits), S for Str.
type Datum struct {
	Null bool   `msg:"n"`
	Lo   int64  `msg:"l"`
	Hi   int64  `msg:"h"`
	S    string `msg:"s"`
}

// NullDatum is the NULL of every type.
var NullDatum = Datum{Null: true}

// Int is a datum of an integer class, sign extended to 128 bits.
func Int(v int64) Datum { return Datum{Lo: v, Hi: v >> 63} }

// Int128 is a datum of class I128.
func Int128(hi, lo int64) Datum { return Datum{Lo: lo, Hi: hi} }

// Float is a datum of class F32 or F64.
func Float(f float64) Datum { return Datum{Lo: int64(math.Float64bits(f))} }

// String is a datum of class Str.
func String(s string) Datum { return Datum{S: s} }

// BoolDatum is a datum of BOOL.
func BoolDatum(b bool) Datum {
	if b {
		return Int(1)
	}
	return Int(0)
}

// Float is the value of an F32 or F64 datum.
func (d Datum) Float() float64 { return math.Float64frombits(uint64(d.Lo)) }

// Bytes is the value as it lies in memory and in stored columns, little endian; of a NULL zeros. p is of fixed width.
func (d Datum) Bytes(p Phys) []byte {
	var b [16]byte
	if d.Null {
		return b[:p.Width()]
	}
	lo := uint64(d.Lo)
	if p == F32 {
		lo = uint64(math.Float32bits(float32(d.Float())))
	}
	binary.LittleEndian.PutUint64(b[:], lo)
	binary.LittleEndian.PutUint64(b[8:], uint64(d.Hi))
	return b[:p.Width()]
}
