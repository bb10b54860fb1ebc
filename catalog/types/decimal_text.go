package types

import (
	"math/bits"
	"strconv"
	"strings"

	"slipher/catalog/sqlerr"
)

// FormatDecimal writes unscaled v with scale digits behind the point.
func FormatDecimal(v I128Value, scale int) string {
	return string(appendDecimal(nil, v.Hi, v.Lo, scale))
}

// unscaledWriter makes a writer of what appends the integer hi:lo with scale digits behind the point.
func unscaledWriter(t Type, f func(dst []byte, hi int64, lo uint64, scale int) []byte) Writer {
	scale := int(t.Scale)
	if t.Phys() == I128 {
		return func(dst []byte, r Rows, col, row int) []byte {
			hi, lo := r.Int128(col, row)
			return f(dst, hi, uint64(lo), scale)
		}
	}
	return func(dst []byte, r Rows, col, row int) []byte {
		v := r.Int(col, row)
		return f(dst, v>>63, uint64(v), scale)
	}
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

func parseDecimal(t Type, s string) (Datum, error) {
	v, err := parseUnscaled(trimSpace(s), int(t.Scale))
	switch {
	case err == errDecimalSyntax:
		return Datum{}, syntaxError("numeric", s)
	case err != nil || v.Abs().Cmp(MaxUnscaled(int(t.Prec))) > 0:
		return Datum{}, sqlerr.New(sqlerr.NumericOutOfRange, "Numeric data overflow (result precision)").
			WithDetail("\"%s\" does not fit type %v.", s, t)
	}
	return v.Datum(), nil
}

var (
	errDecimalSyntax = sqlerr.New(sqlerr.InvalidTextRepresentation, "no number")
	errDecimalRange  = sqlerr.New(sqlerr.NumericOutOfRange, "too many digits")
)

// parseUnscaled reads [sign] digits [. digits] [e exponent] as an integer of
// units of 10^-scale, rounded half away from zero.
func parseUnscaled(s string, scale int) (I128Value, error) {
	neg := false
	if s != "" && (s[0] == '+' || s[0] == '-') {
		neg = s[0] == '-'
		s = s[1:]
	}
	mant, exp := s, 0
	if i := strings.IndexAny(s, "eE"); i >= 0 {
		e, err := strconv.Atoi(s[i+1:])
		if err != nil {
			return I128Value{}, errDecimalSyntax
		}
		mant, exp = s[:i], max(-10000, min(e, 10000))
	}
	whole, frac, _ := strings.Cut(mant, ".")
	digits := whole + frac
	if digits == "" || strings.Trim(digits, "0123456789") != "" {
		return I128Value{}, errDecimalSyntax
	}
	// keep: how many of the digits stand before the rounding position.
	keep := len(whole) + exp + scale
	var v I128Value
	ok := true
	for i := 0; i < keep; i++ {
		var d uint64
		if i < len(digits) {
			d = uint64(digits[i] - '0')
		} else if v == (I128Value{}) {
			break
		}
		if v, ok = v.mulSmallAdd(10, d); !ok {
			return I128Value{}, errDecimalRange
		}
	}
	if keep >= 0 && keep < len(digits) && digits[keep] >= '5' {
		v = v.Add(I128From(1))
	}
	if neg {
		v = v.Neg()
	}
	return v, nil
}
