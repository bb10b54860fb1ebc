package types

import (
	"strconv"
	"strings"

	"slipher/catalog/int128"
	"slipher/catalog/sqlerr"
)

func decimalKind() *kind {
	return &kind{name: "numeric", short: "decimal", typname: "numeric", names: named(2, "decimal, numeric, dec"),
		oid: 1700, array: 1231, typlen: -1, category: "N", parameter: TDecimal(MaxPrecision, 10),
		physOf: decimalPhys, bounds: decimalBounds, mod: decimalModifier(), read: readDecimal, facts: func(t Type) Facts {
			return Facts{Precision: int(t.Prec), Radix: 10, Exact: true, Scale: int(t.Scale)}
		},
		// With a scale of 0 it is in the class of integers: Type.DistClass.
		family: Numbers, class: "integer", column: true,
		holding: func(t Type, text string) Type { return DecimalExact(t, DecimalOf(text)) },
		beside:  func(t Type) Type { return TDecimal(MaxPrecision, int(max(t.Scale, 6))) },
		parse:   parseDecimal, write: func(t Type, _ Output) Writer { return unscaledWriter(t, int128.AppendDecimal) },
		wire: numericWire(),
		room: func(t Type) int { return int(t.Prec) + 3 }, badText: 1209}
}

// decimalPhys: 19 digits are those of 64 bits.
func decimalPhys(t Type) Phys {
	if t.Prec > 19 {
		return I128
	}
	return I64
}

func decimalBounds(t Type) (least, most int128.Int) {
	most = MaxUnscaled(int(t.Prec))
	return most.Neg(), most
}

func decimalModifier() *modifier {
	return &modifier{
		check: func(t Type) *sqlerr.Error {
			if t.Prec < 1 || t.Prec > MaxPrecision || t.Scale > t.Prec || t.Scale > MaxPrecision-1 {
				return sqlerr.New(sqlerr.InvalidParameterValue, "NUMERIC precision %d, scale %d is out of range", t.Prec, t.Scale)
			}
			return nil
		},
		show:   func(t Type) string { return strconv.Itoa(int(t.Prec)) + "," + strconv.Itoa(int(t.Scale)) },
		typmod: func(t Type) int32 { return (int32(t.Prec)<<16 | int32(t.Scale)) + typmodShift },
		of: func(typmod int32) Type {
			m := typmod - typmodShift
			return TDecimal(int(m>>16&0xff), int(m&0xff))
		},
	}
}

func readDecimal(_ *Alias, mods []int, _ bool) (Type, *sqlerr.Error) {
	prec, scale := 18, 0
	if len(mods) > 0 {
		prec = mods[0]
	}
	if len(mods) > 1 {
		scale = mods[1]
	}
	if prec < 1 || prec > MaxPrecision {
		return Type{}, sqlerr.New(sqlerr.InvalidParameterValue, "NUMERIC precision %d must be between 1 and %d", prec,
			MaxPrecision)
	}
	if scale < 0 || scale > prec || scale > MaxPrecision-1 {
		return Type{}, sqlerr.New(sqlerr.InvalidParameterValue, "NUMERIC scale %d must be between 0 and precision %d", scale,
			min(prec, MaxPrecision-1))
	}
	return TDecimal(prec, scale), nil
}

// DecimalOf is the narrowest decimal type that holds a literal's digits.
func DecimalOf(text string) Type {
	text = strings.Trim(text, " \t\n\r+-")
	whole, frac, _ := strings.Cut(text, ".")
	if strings.ContainsAny(frac+whole, "eE") {
		return TDecimal(MaxPrecision, 10)
	}
	scale := min(len(frac), MaxPrecision-1)
	return TDecimal(max(1, min(len(whole)+scale, MaxPrecision)), scale)
}
