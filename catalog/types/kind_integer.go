package types

import (
	"math"
	"strconv"
	"strings"

	"slipher/catalog/sqlerr"
)

func int2Kind() *kind {
	return integerKind(&kind{name: "smallint", short: "int2", names: named(0, "smallint, int2"), oid: 21, array: 1005,
		phys:     I16,
		distinct: 1000})
}

func int4Kind() *kind {
	return integerKind(&kind{name: "integer", short: "int4", names: named(0, "integer, int, int4"), oid: 23, array: 1007,
		phys: I32})
}

func int8Kind() *kind {
	return integerKind(&kind{name: "bigint", short: "int8", names: named(0, "bigint, int8"), oid: 20, array: 1016,
		phys: I64})
}

// integerKind fills in what integers have in common.
func integerKind(k *kind) *kind {
	k.typname, k.typlen, k.category = k.short, int16(k.phys.Width()), "N"
	k.family, k.class, k.beside, k.column = Numbers, "integer", asText, true
	k.facts = func(Type) Facts { return Facts{Precision: 8 * k.phys.Width(), Radix: 2, Exact: true} }
	k.parse, k.write, k.wire, k.room, k.badText = parseInt, writeInt, intWire(k.phys.Width()), atMost(24), 1207
	return k
}

func parseInt(t Type, s string) (Datum, error) {
	in := trimSpace(s)
	bits := 8 * t.Phys().Width()
	v, err := strconv.ParseInt(in, 10, bits)
	switch {
	case err == nil && t.Kind == OID && (v < 0 || v > math.MaxUint32):
		return Datum{}, sqlerr.New(sqlerr.NumericOutOfRange, "value \"%s\" is out of range for type oid", s)
	case err == nil:
		return Int(v), nil
	case err.(*strconv.NumError).Err == strconv.ErrRange && strings.Trim(in[1:], "0123456789") == "":
		return Datum{}, sqlerr.New(sqlerr.NumericOutOfRange, "value \"%s\" is out of range for type %v", s, t)
	}
	return Datum{}, sqlerr.New(sqlerr.InvalidTextRepresentation, "invalid input syntax for integer: \"%s\"", s)
}
