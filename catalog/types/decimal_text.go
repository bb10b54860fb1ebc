package types

import (
	"strconv"
	"strings"

	"slipher/catalog/int128"
	"slipher/catalog/sqlerr"
)

// FormatDecimal writes unscaled v with scale digits behind the point.
func FormatDecimal(v int128.Int, scale int) string {
	return string(int128.AppendDecimal(nil, v, scale))
}

// unscaledWriter makes a writer of what appends an integer with scale digits behind the point.
func unscaledWriter(t Type, f func(dst []byte, v int128.Int, scale int) []byte) Writer {
	scale := int(t.Scale)
	if t.Phys() == I128 {
		return func(dst []byte, r Rows, col, row int) []byte {
			hi, lo := r.Int128(col, row)
			return f(dst, int128.Int{Hi: hi, Lo: uint64(lo)}, scale)
		}
	}
	return func(dst []byte, r Rows, col, row int) []byte {
		return f(dst, int128.Of(r.Int(col, row)), scale)
	}
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
	return Wide(v), nil
}

var (
	errDecimalSyntax = sqlerr.New(sqlerr.InvalidTextRepresentation, "no number")
	errDecimalRange  = sqlerr.New(sqlerr.NumericOutOfRange, "too many digits")
)

// parseUnscaled reads [sign] digits [. digits] [e exponent] as an integer of
// units of 10^-scale, rounded half away from zero.
func parseUnscaled(s string, scale int) (int128.Int, error) {
	neg := false
	if s != "" && (s[0] == '+' || s[0] == '-') {
		neg = s[0] == '-'
		s = s[1:]
	}
	mant, exp := s, 0
	if i := strings.IndexAny(s, "eE"); i >= 0 {
		e, err := strconv.Atoi(s[i+1:])
		if err != nil {
			return int128.Int{}, errDecimalSyntax
		}
		mant, exp = s[:i], max(-10000, min(e, 10000))
	}
	whole, frac, _ := strings.Cut(mant, ".")
	digits := whole + frac
	if digits == "" || strings.Trim(digits, "0123456789") != "" {
		return int128.Int{}, errDecimalSyntax
	}
	// keep: how many of the digits stand before the rounding position.
	keep := len(whole) + exp + scale
	var v int128.Int
	ok := true
	for i := 0; i < keep; i++ {
		var d uint64
		if i < len(digits) {
			d = uint64(digits[i] - '0')
		} else if v == (int128.Int{}) {
			break
		}
		if v, ok = v.MulSmallAdd(10, d); !ok {
			return int128.Int{}, errDecimalRange
		}
	}
	if keep >= 0 && keep < len(digits) && digits[keep] >= '5' {
		v = v.Add(int128.Of(1))
	}
	if neg {
		v = v.Neg()
	}
	return v, nil
}
