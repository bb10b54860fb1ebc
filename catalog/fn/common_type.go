package fn

import (
	"errors"
	"strings"

	"slipher/catalog/types"
)

// errNoMatch is what Ret returns for argument types it has no meaning for;
// Resolve makes the user's error of it.
var errNoMatch = errors.New("no operator for these types")

// ComparisonType is the type in which values of a and b are compared, false if
// they are not comparable. ca and cb are the operands' values if they are
// constants, else nil.
//
// A literal takes the other side's type. Beside a decimal, text is read as a
// decimal; beside another number, the number is written as text; beside a date,
// text is read as one.
func ComparisonType(a, b types.Type, ca, cb *types.Datum) (types.Type, bool) {
	switch {
	case a.Kind == types.Unknown && b.Kind == types.Unknown:
		return types.TText, true
	case a.Kind == types.Unknown:
		return literalAs(b, ca), true
	case b.Kind == types.Unknown:
		return literalAs(a, cb), true
	case a.IsString() && b.IsString():
		return types.TVarchar(max(a.TextBytes(), b.TextBytes())).Collated(a.Fold || b.Fold), true
	case a.IsString():
		return b.BesideText()
	case b.IsString():
		return a.BesideText()
	}
	return CommonType(a, b, types.DecimalExact)
}

// literalAs is the type in which a literal is compared with a value of type t:
// t, with room for what the literal says.
func literalAs(t types.Type, lit *types.Datum) types.Type {
	switch {
	case t.IsString():
		return types.TText.Collated(t.Fold)
	case t.Kind == types.Decimal && lit != nil && !lit.Null:
		return types.DecimalExact(t, types.DecimalOf(lit.S))
	case t.IsInteger() && lit != nil && strings.ContainsAny(lit.S, ".eE"):
		// Not PostgreSQL's (an error there): '1.5' beside an integer compares as a number.
		return types.DecimalExact(types.IntegerAsDecimal(t), types.DecimalOf(lit.S))
	}
	return t.Widest()
}

// CommonType is the type that values of both a and b are cast to in CASE,
// COALESCE, set operations, GREATEST and IN. union decides between two decimals:
// types.DecimalUnion, or DecimalExact where no digit may be lost.
func CommonType(a, b types.Type, union func(a, b types.Type) types.Type) (types.Type, bool) {
	if a.Kind > b.Kind {
		a, b = b, a
	}
	switch {
	case a == b:
		return a, true
	case a.Kind == types.Unknown:
		return b, true
	case a.IsNumeric() && b.IsNumeric():
		return commonNumber(a, b, union), true
	case a.IsInteger() && b.Kind == types.OID:
		return types.TInt8, true
	case a.IsString() && b.IsString():
		if a.Kind == types.Char && b.Kind == types.Char {
			return types.TChar(max(int(a.Len), int(b.Len))).Collated(a.Fold || b.Fold), true
		}
		return types.TVarchar(max(a.TextBytes(), b.TextBytes())).Collated(a.Fold || b.Fold), true
	case a.Kind == b.Kind && a.Phys() == types.Str && a.Len > 0 && !a.IsArray():
		return types.Type{Kind: a.Kind, Len: max(a.Len, b.Len)}, true
	case a.IsArray() && b.IsArray():
		if types.SameElements(a, b) {
			return b, true
		}
		return a, types.SameElements(b, a)
	case a.Family() == types.Dates && b.Family() == types.Dates:
		return b, true
	case a.Kind == types.Super:
		return a, types.InSuper(b)
	case b.Kind == types.Super:
		return b, types.InSuper(a)
	case a.Family() == types.Intervals && b.Family() == types.Intervals:
		return types.TInterval, true
	case a.Family() == types.Times && b.Family() == types.Times:
		if a == types.TTimetz || b == types.TTimetz {
			return types.TTimetz, true
		}
		return types.TZonedTime, true
	}
	return types.Type{}, false
}

// commonNumber: a.Kind <= b.Kind, both numeric.
func commonNumber(a, b types.Type, union func(a, b types.Type) types.Type) types.Type {
	switch {
	case b.Kind == types.Decimal:
		return union(types.IntegerAsDecimal(a), b)
	case b.Phys().IsFloat() && a.Kind != b.Kind:
		return types.TFloat8
	}
	return b
}
