package types

import (
	"math"
	"strconv"
	"strings"

	"slipher/catalog/sqlerr"
)

func float4Kind() *kind {
	return floatKind(&kind{name: "real", short: "float4", names: named(0, "real, float4"), oid: 700, array: 1021,
		phys: F32, class: "real"}, 24)
}

func float8Kind() *kind {
	k := floatKind(&kind{name: "double precision", short: "float8", names: named(0, "float8, double precision"),
		oid: 701, array: 1022, phys: F64, class: "double"}, 53)
	k.names = append(k.names, Alias{Text: "float", Mods: 1})
	k.read = readFloat
	return k
}

// floatKind fills in what floats have in common.
func floatKind(k *kind, mantissa int) *kind {
	k.typname, k.typlen, k.category = k.short, int16(k.phys.Width()), "N"
	k.family, k.beside, k.column = Numbers, asText, true
	k.facts = func(Type) Facts { return Facts{Precision: mantissa, Radix: 2} }
	bitSize := 8 * k.phys.Width()
	k.parse, k.write, k.wire, k.room, k.badText = parseFloat, writeFloat(bitSize), floatWire(bitSize), atMost(24), 1208
	return k
}

// readFloat takes FLOAT(p): REAL up to 24 bits.
func readFloat(_ *Alias, mods []int, _ bool) (Type, *sqlerr.Error) {
	switch {
	case len(mods) == 0:
		return TFloat8, nil
	case mods[0] < 1:
		return Type{}, sqlerr.New(sqlerr.InvalidParameterValue, "precision for type float must be at least 1 bit")
	case mods[0] <= 24:
		return TFloat4, nil
	case mods[0] <= 53:
		return TFloat8, nil
	}
	return Type{}, sqlerr.New(sqlerr.InvalidParameterValue, "precision for type float must be less than 54 bits")
}

func parseFloat(t Type, s string) (Datum, error) {
	in := trimSpace(s)
	bits := 8 * t.Phys().Width()
	for i := 0; i < len(in); i++ {
		if strings.IndexByte("xXpP_", in[i]) >= 0 { // Go's forms, not SQL's
			return Datum{}, syntaxError(t.String(), s)
		}
	}
	// a sign, which Go does not take
	if strings.EqualFold(strings.TrimLeft(in[:min(1, len(in))], "+-")+in[min(1, len(in)):], "nan") {
		return Float(math.NaN()), nil
	}
	f, err := strconv.ParseFloat(in, bits)
	switch {
	case err == nil && f == 0 && strings.ContainsAny(mantissa(in), "123456789"):
		return Datum{}, sqlerr.New(sqlerr.NumericOutOfRange, "\"%s\" is out of range for type %v", s, t)
	case err == nil:
		return Float(f), nil
	case err.(*strconv.NumError).Err == strconv.ErrRange:
		return Datum{}, sqlerr.New(sqlerr.NumericOutOfRange, "\"%s\" is out of range for type %v", s, t)
	}
	return Datum{}, syntaxError(t.String(), s)
}

func mantissa(s string) string {
	m, _, _ := strings.Cut(strings.ToLower(s), "e")
	return m
}

// writeFloat is float4out and float8out.
func writeFloat(bitSize int) func(Type, Output) Writer {
	return func(_ Type, o Output) Writer {
		return func(dst []byte, r Rows, col, row int) []byte {
			return appendFloat(dst, r.Float(col, row), bitSize, o.FloatDigits)
		}
	}
}

// appendFloat appends the shortest text that reads back the same if extra is positive, else 6 or 15 digits and extra
// (which is negative) more, in PostgreSQL's choice of notation: exponents below 1e-4 and from 1e15 (1e6 for REAL) on.
func appendFloat(dst []byte, f float64, bitSize, extra int) []byte {
	digits, least := 15, 1e-4
	if bitSize == 32 {
		digits, least = 6, float64(float32(1e-4))
	}
	switch a := math.Abs(f); {
	case math.IsNaN(f):
		return append(dst, "NaN"...)
	case math.IsInf(f, 1):
		return append(dst, "Infinity"...)
	case math.IsInf(f, -1):
		return append(dst, "-Infinity"...)
	case extra <= 0:
		return strconv.AppendFloat(dst, f, 'g', max(digits+extra, 1), bitSize)
	case f == 0 || a >= least && a < math.Pow10(digits):
		return strconv.AppendFloat(dst, f, 'f', -1, bitSize)
	}
	return strconv.AppendFloat(dst, f, 'e', -1, bitSize)
}
