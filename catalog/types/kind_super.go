package types

import (
	"math"
	"strconv"

	"slipher/catalog/int128"
	"slipher/catalog/sqlerr"
	"slipher/catalog/super"
	"slipher/catalog/zone"
)

// TSuper is SUPER.
var TSuper = Type{Kind: Super}

// JSON's values (catalog/super). The text form is JSON; an untyped literal is a string, as Redshift has it.
// Values are compared by their keys: equal ones may differ in their bytes. No table is placed or sorted by them.
func superKind() *kind {
	return &kind{name: "super", short: "super", typname: "super", names: named(0, "super"), oid: 4000, typlen: -1,
		category: "U", phys: Str, class: "super", ownOrder: true, key: TText, ofKey: superOfKey, partial: true,
		beside: itself, column: true, keyless: true, literal: TText,
		parse: parseSuper, write: writeSuper, wire: textWire(writeSuper), room: atMost(MaxVarchar), badText: 1224}
}

func superOfKey(key Datum) Datum { return String(string(super.AppendOfKey(nil, []byte(key.S)))) }

// parseSuper reads JSON; null is NULL.
func parseSuper(_ Type, s string) (Datum, error) { return ParseSuper([]byte(s), super.Options{}) }

// ParseSuper is the SUPER that a JSON text says, null NULL.
func ParseSuper(text []byte, o super.Options) (Datum, error) {
	v, err := super.Parse(nil, text, o)
	if err != nil {
		return Datum{}, sqlerr.New(sqlerr.InvalidTextRepresentation, "invalid input syntax for type super").
			WithDetail("%s", err)
	}
	return SuperDatum(v), nil
}

// SuperDatum is v; null is NULL.
func SuperDatum(v super.Value) Datum {
	if v.Kind() == super.Null {
		return NullDatum
	}
	return String(string(v))
}

func writeSuper(Type, Output) Writer {
	return func(dst []byte, r Rows, col, row int) []byte { return super.AppendJSON(dst, r.Str(col, row)) }
}

// InSuper reports whether values of type t are cast to SUPER.
func InSuper(t Type) bool { return t.Kind == Bool || t.IsString() || t.IsNumeric() }

// AppendSuper appends a value of such a type as a SUPER: numbers, truth values and strings are JSON's.
func AppendSuper(dst []byte, t Type, d Datum) []byte {
	switch {
	case t.Kind == Bool:
		return super.AppendBool(dst, d.Lo != 0)
	case t.IsString():
		return super.AppendString(dst, []byte(d.S))
	case t.Phys().IsFloat():
		return super.AppendFloat(dst, d.Float(), 8*t.Phys().Width())
	}
	return super.AppendDecimal(dst, d.I128(), int(t.Scale))
}

// FromSuper is a SUPER as a value of type t: what an explicit cast makes of the number, the truth value or the text
// that it is. Arrays and objects are none.
func FromSuper(v super.Value, t Type, z zone.Table) (Datum, error) {
	none := func() (Datum, error) {
		return Datum{}, sqlerr.New(sqlerr.CannotCoerce, "cannot cast a SUPER %v to type %v", v.Kind(), t)
	}
	text, isText := v.Text()
	n, scale, exact := v.Exact()
	switch k := v.Kind(); {
	case k == super.Null:
		return NullDatum, nil
	case isText && t.IsString():
		return ParseText(t, CutString(string(text), int(t.Len)))
	case isText:
		return ParseTextIn(t, string(text), z)
	case t.IsString() && (k == super.Number || k == super.Bool):
		text := super.AppendJSON(nil, v)
		if k == super.Number { // NaN and the infinities are no JSON
			text = super.AppendNumber(nil, v)
		}
		if len(text) > int(t.Len) {
			return Datum{}, sqlerr.New(sqlerr.StringTooLong, "value too long for type %v", t)
		}
		return String(string(text)), nil
	case t.Kind == Bool && k == super.Bool:
		return BoolDatum(v.IsTrue()), nil
	case t.Kind == Bool && exact && scale == 0: // Redshift guide, "Limitations": a decimal with a scale is none
		return BoolDatum(n != int128.Int{}), nil
	case t.IsInteger() && k == super.Bool:
		return Int(BoolDatum(v.IsTrue()).Lo), nil
	case t.IsNumeric() && exact:
		return exactAs(t, n, scale)
	case t.IsNumeric() && k == super.Number:
		f, _, _ := v.Float()
		return floatAs(t, f)
	}
	return none()
}

// exactAs is n units of 10^-scale as a value of type t, whose digits are cut.
func exactAs(t Type, n int128.Int, scale int) (Datum, error) {
	if t.Phys().IsFloat() {
		return ParseText(t, FormatDecimal(n, scale))
	}
	v, ok := n.Abs(), true
	for ; scale > int(t.Scale); scale-- {
		v, _ = v.DivSmall(10)
	}
	for ; scale < int(t.Scale) && ok; scale++ {
		v, ok = v.MulSmallAdd(10, 0)
	}
	if n.Sign() < 0 {
		v = v.Neg()
	}
	if least, most := t.Bounds(); !ok || v.Cmp(least) < 0 || v.Cmp(most) > 0 {
		return Datum{}, sqlerr.New(sqlerr.NumericOutOfRange, "%s is out of range for type %v", FormatDecimal(n, scale), t)
	}
	return Wide(v), nil
}

// floatAs is f as a value of type t: to integers the nearest one, to decimals 15 digits of it, as SQL's casts do.
func floatAs(t Type, f float64) (Datum, error) {
	text := strconv.FormatFloat(f, 'g', -1, 64)
	switch {
	case t.IsInteger():
		text = strconv.FormatFloat(math.RoundToEven(f), 'f', 0, 64)
	case t.Kind == Decimal:
		text = strconv.FormatFloat(f, 'e', 14, 64)
	}
	return ParseText(t, text)
}
