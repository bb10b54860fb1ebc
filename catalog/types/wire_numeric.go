package types

import (
	"math/bits"

	"slipher/catalog/int128"
	"slipher/catalog/sqlerr"
)

// numericWire is PostgreSQL's numeric: a head of four words, then digits in base 10,000.
func numericWire() wire {
	return wire{write: func(t Type) Writer { return unscaledWriter(t, appendNumeric) },
		read: func(t Type, raw []byte) (Datum, error) {
			text, err := numericText(raw)
			if err != nil {
				return Datum{}, err
			}
			return ParseText(t, text)
		}}
}

// appendNumeric appends v with scale digits behind the point as numeric_send does: a head of four words, then digits in
// base 10,000.
func appendNumeric(dst []byte, v int128.Int, scale int) []byte {
	sign := uint16(0)
	if v.Sign() < 0 {
		sign = 0x4000
	}
	u, lo := uint64(v.Abs().Hi), v.Abs().Lo
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
	dst = be.AppendUint16(dst, uint16(n-low))
	dst = be.AppendUint16(dst, uint16(int16(weight)))
	dst = be.AppendUint16(dst, sign)
	dst = be.AppendUint16(dst, uint16(scale))
	for i := n - 1; i >= low; i-- {
		dst = be.AppendUint16(dst, group[i])
	}
	return dst
}

// numericText is PostgreSQL's binary numeric as text.
func numericText(raw []byte) (string, error) {
	if len(raw) < 8 {
		return "", errBinary
	}
	n, weight := int(be.Uint16(raw)), int(int16(be.Uint16(raw[2:])))
	sign, scale := be.Uint16(raw[4:]), int(be.Uint16(raw[6:]))
	if len(raw) != 8+2*n {
		return "", errBinary
	}
	if sign == 0xc000 || sign == 0xd000 || sign == 0xf000 {
		return "NaN", nil // refused as a DECIMAL by whoever parses it
	}
	if weight > 32 || scale > 1000 || n > 300 {
		return "", sqlerr.New(sqlerr.NumericOutOfRange, "numeric field overflow")
	}
	var b []byte
	if sign == 0x4000 {
		b = append(b, '-')
	}
	digit := func(i int) (int64, error) {
		if i < 0 || i >= n {
			return 0, nil
		}
		d := be.Uint16(raw[8+2*i:])
		if d > 9999 {
			return 0, errBinary
		}
		return int64(d), nil
	}
	if weight < 0 {
		b = append(b, '0')
	}
	last := max(n-1, weight)
	for i := min(0, weight+1); i <= last; i++ {
		// Digit i stands for 10000^(weight-i); a negative i is a zero behind the point.
		if i == weight+1 {
			b = append(b, '.')
		}
		d, err := digit(i)
		if err != nil {
			return "", err
		}
		b = appendPadded(b, d, 4)
	}
	return string(b), nil
}
