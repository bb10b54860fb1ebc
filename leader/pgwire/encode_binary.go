package pgwire

import (
	"encoding/binary"
	"math"
	"math/bits"

	"slipher/catalog/types"
)

// binaryEncoder is the binary output of a type, in PostgreSQL's layouts (not
// Redshift's, which clients must ask for by client_protocol_version 2).
func binaryEncoder(t types.Type) appendValue {
	be := binary.BigEndian
	switch t.Kind {
	case types.Bool:
		return func(dst []byte, r Rows, col, row int) []byte { return append(dst, byte(r.Int(col, row))) }
	case types.Int2:
		return func(dst []byte, r Rows, col, row int) []byte { return be.AppendUint16(dst, uint16(r.Int(col, row))) }
	case types.Int4, types.Date, types.OID:
		return func(dst []byte, r Rows, col, row int) []byte { return be.AppendUint32(dst, uint32(r.Int(col, row))) }
	case types.Int8, types.Timestamp:
		return func(dst []byte, r Rows, col, row int) []byte { return be.AppendUint64(dst, uint64(r.Int(col, row))) }
	case types.Float4:
		return func(dst []byte, r Rows, col, row int) []byte {
			return be.AppendUint32(dst, math.Float32bits(float32(r.Float(col, row))))
		}
	case types.Float8:
		return func(dst []byte, r Rows, col, row int) []byte {
			return be.AppendUint64(dst, math.Float64bits(r.Float(col, row)))
		}
	case types.Decimal:
		scale := int(t.Scale)
		if t.Phys() == types.I128 {
			return func(dst []byte, r Rows, col, row int) []byte {
				hi, lo := r.Int128(col, row)
				return appendNumeric(dst, hi, uint64(lo), scale)
			}
		}
		return func(dst []byte, r Rows, col, row int) []byte {
			v := r.Int(col, row)
			return appendNumeric(dst, v>>63, uint64(v), scale)
		}
	case types.Interval:
		return func(dst []byte, r Rows, col, row int) []byte {
			months, micros := r.Int128(col, row)
			dst = be.AppendUint64(dst, uint64(micros%microsPerDay))
			dst = be.AppendUint32(dst, uint32(micros/microsPerDay))
			return be.AppendUint32(dst, uint32(months))
		}
	}
	return textEncoder(t, 0) // strings are the same in both formats
}

// appendNumeric appends the integer hi:lo with scale digits behind the point
// as numeric_send does: a head of four words, then digits in base 10,000.
func appendNumeric(dst []byte, hi int64, lo uint64, scale int) []byte {
	u, sign := uint64(hi), uint16(0)
	if hi < 0 {
		sign = 0x4000
		var borrow uint64
		lo, borrow = bits.Sub64(0, lo, 0)
		u, _ = bits.Sub64(0, u, borrow)
	}
	// The point must fall between base-10,000 digits: the first group taken
	// holds the scale's odd digits, shifted up.
	var group [12]uint16 // least significant first
	n, fraction := 0, (scale+3)/4
	take := func(div uint64) (rem uint64) {
		if u == 0 {
			lo, rem = lo/div, lo%div
			return rem
		}
		var top uint64
		u, top = u/div, u%div
		lo, rem = bits.Div64(top, lo, div)
		return rem
	}
	if odd := scale % 4; odd != 0 {
		div, shift := [4]uint64{1, 10, 100, 1000}[odd], [4]uint64{1, 1000, 100, 10}[odd]
		group[n] = uint16(take(div) * shift)
		n++
	}
	for u != 0 || lo != 0 {
		group[n] = uint16(take(10_000))
		n++
	}
	weight := n - fraction - 1
	for n > 0 && group[n-1] == 0 { // only a fraction's leading zeros can be
		n--
		weight--
	}
	low := 0
	for low < n && group[low] == 0 {
		low++
	}
	if n == low {
		weight, sign = 0, 0
	}
	be := binary.BigEndian
	dst = be.AppendUint16(dst, uint16(n-low))
	dst = be.AppendUint16(dst, uint16(int16(weight)))
	dst = be.AppendUint16(dst, sign)
	dst = be.AppendUint16(dst, uint16(scale))
	for i := n - 1; i >= low; i-- {
		dst = be.AppendUint16(dst, group[i])
	}
	return dst
}
