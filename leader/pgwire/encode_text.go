package pgwire

import (
	"math"
	"math/bits"
	"strconv"

	"slipher/catalog/types"
)

// textEncoder is the text output of a type. floatDigits is extra_float_digits.
func textEncoder(t types.Type, floatDigits int) appendValue {
	switch t.Kind {
	case types.Bool:
		return func(dst []byte, r Rows, col, row int) []byte {
			if r.Int(col, row) != 0 {
				return append(dst, 't')
			}
			return append(dst, 'f')
		}
	case types.Int2, types.Int4, types.Int8:
		return func(dst []byte, r Rows, col, row int) []byte { return strconv.AppendInt(dst, r.Int(col, row), 10) }
	case types.OID:
		return func(dst []byte, r Rows, col, row int) []byte {
			return strconv.AppendUint(dst, uint64(uint32(r.Int(col, row))), 10)
		}
	case types.Decimal:
		scale := int(t.Scale)
		if t.Phys() == types.I128 {
			return func(dst []byte, r Rows, col, row int) []byte {
				hi, lo := r.Int128(col, row)
				return appendDecimal(dst, hi, uint64(lo), scale)
			}
		}
		return func(dst []byte, r Rows, col, row int) []byte {
			v := r.Int(col, row)
			return appendDecimal(dst, v>>63, uint64(v), scale)
		}
	case types.Float4:
		return floatText(32, floatDigits)
	case types.Float8:
		return floatText(64, floatDigits)
	case types.Char:
		n := int(t.Len)
		return func(dst []byte, r Rows, col, row int) []byte {
			s := r.Str(col, row)
			dst = append(dst, s...)
			for i := len(s); i < n; i++ {
				dst = append(dst, ' ')
			}
			return dst
		}
	case types.Date:
		return func(dst []byte, r Rows, col, row int) []byte { return appendDate(dst, r.Int(col, row)) }
	case types.Timestamp:
		return func(dst []byte, r Rows, col, row int) []byte { return appendTimestamp(dst, r.Int(col, row)) }
	case types.Interval:
		return func(dst []byte, r Rows, col, row int) []byte {
			months, micros := r.Int128(col, row)
			return appendInterval(dst, months, micros)
		}
	}
	return func(dst []byte, r Rows, col, row int) []byte { return append(dst, r.Str(col, row)...) }
}

// appendDecimal appends the 128-bit integer hi:lo with scale digits behind the point.
func appendDecimal(dst []byte, hi int64, lo uint64, scale int) []byte {
	u := uint64(hi)
	if hi < 0 {
		dst = append(dst, '-')
		var borrow uint64
		lo, borrow = bits.Sub64(0, lo, 0)
		u, _ = bits.Sub64(0, u, borrow)
	}
	var buf [48]byte // 39 digits, the point, leading zeros up to the scale (38)
	i := len(buf)
	for n := 0; u != 0 || lo != 0 || n <= scale; n++ {
		if n == scale && scale > 0 {
			i--
			buf[i] = '.'
		}
		var d uint64
		if u == 0 {
			lo, d = lo/10, lo%10
		} else {
			var rem uint64
			u, rem = u/10, u%10
			lo, d = bits.Div64(rem, lo, 10)
		}
		i--
		buf[i] = byte('0' + d)
	}
	return append(dst, buf[i:]...)
}

// floatText is float4out and float8out: the shortest text that reads back the
// same if extra_float_digits is positive, else 6 or 15 digits (fewer if negative).
func floatText(bitSize, extra int) appendValue {
	digits := 15
	if bitSize == 32 {
		digits = 6
	}
	return func(dst []byte, r Rows, col, row int) []byte {
		f := r.Float(col, row)
		switch {
		case math.IsNaN(f):
			return append(dst, "NaN"...)
		case math.IsInf(f, 1):
			return append(dst, "Infinity"...)
		case math.IsInf(f, -1):
			return append(dst, "-Infinity"...)
		case extra <= 0:
			return strconv.AppendFloat(dst, f, 'g', max(digits+extra, 1), bitSize)
		}
		// PostgreSQL's switch to exponents: at 1e15 (1e6 for REAL) and below 1e-4.
		if a := math.Abs(f); f == 0 || a >= 1e-4 && a < math.Pow10(digits) {
			return strconv.AppendFloat(dst, f, 'f', -1, bitSize)
		}
		return strconv.AppendFloat(dst, f, 'e', -1, bitSize)
	}
}
