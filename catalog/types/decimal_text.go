package types

import (
	"strconv"
	"strings"

	"slipher/catalog/sqlerr"
)

// FormatDecimal writes unscaled v with scale digits behind the point.
func FormatDecimal(v I128Value, scale int) string {
	s := v.String()
	if scale == 0 {
		return s
	}
	sign := ""
	if s[0] == '-' {
		sign, s = "-", s[1:]
	}
	if len(s) <= scale {
		s = strings.Repeat("0", scale+1-len(s)) + s
	}
	return sign + s[:len(s)-scale] + "." + s[len(s)-scale:]
}

func parseDecimal(t Type, s, in string) (Datum, error) {
	v, err := parseUnscaled(in, int(t.Scale))
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
