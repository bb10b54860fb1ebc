package types

import (
	"fmt"
	"math"

	"slipher/catalog/int128"
	"slipher/catalog/sqlerr"
	"slipher/catalog/zone"
)

// kind is a row of the table of kinds: all that others ask of an SQL type. What depends on nothing but the
// physical class is not here: it is a column of no table but a property of Phys.
//
// A new type is a row in a file of its own, its number and its line in kinds.go. TestKinds says what a row lacks.
type kind struct {
	// name is format_type's, without the modifier; short is what plans and messages call it; typname is
	// pg_type's, names are all that users may write.
	name, short, typname string
	names                []Alias

	oid, array uint32 // pg_type.oid, typarray (0: none that clients ask for)
	typlen     int16  // pg_type.typlen: bytes, -1 if they vary
	category   string // pg_type.typcategory
	// parameter is the type of a client's parameter of which only the OID is known, if not the kind itself.
	parameter Type

	// element is the type of an array's elements; nil: it is no array. first is the number of the first of them.
	element func(Type) Type
	first   int64
	// named gives the names and the OID where they hang on the elements.
	named func(Type) (name, short, typname string, oid uint32)

	phys   Phys            // physical class
	physOf func(Type) Phys // where it depends on the modifier
	mod    *modifier       // nil: the type has none, or what is written is ignored
	// read gives the type that a name means with these modifiers. inCast: lengths are open where none is written.
	// nil: the kind itself.
	read  func(n *Alias, mods []int, inCast bool) (Type, *sqlerr.Error)
	facts func(Type) Facts // nil: information_schema has nothing to say

	family Family
	// class is the comparison class: values of one class that are equal have the same DistHash. "": rows are
	// never placed by such values.
	class string
	// ownOrder: values are compared by their keys, of another type, which an operation of the type's own makes of them
	// (fn.Table.KeyOf): equal ones may differ in their bits.
	ownOrder bool
	key      Type
	// incomparable: of no two values it is asked whether they are equal, or which is less. Such a kind has an order of its
	// own, which nobody knows.
	incomparable bool
	// partial: of some pairs of values neither is less nor equal.
	partial bool
	// ofKey is a value of a key.
	ofKey func(key Datum) Datum
	// holding is t, with room for a literal's text; nil: the type has no more room than another of the kind.
	holding func(t Type, text string) Type
	// beside is the type in which a value is compared with text; nil: it is not.
	beside func(Type) Type
	// bare: strings that never end in a blank.
	bare    bool
	column  bool // tables have columns of it, DISTKEY and SORTKEY among them
	keyless bool // not those two
	// onlyRaw: columns are stored as RAW says, however they might be stored.
	onlyRaw bool
	// literal is the type of an untyped literal that is cast to the kind, if the literal is not its text form.
	literal Type
	// stored is the type of the column that keeps a result of this type, if it is another one.
	stored Type
	// storedOf is it where it depends on the type.
	storedOf func(Type) Type
	// distinct guesses the values that a column has if nothing is known, 0: by the rows of its table.
	distinct float64
	// unit is what one is worth on the axis of the values that it is compared with, 0: one.
	unit float64

	// parse reads all of a text; zoned does where that depends on the session's time zone.
	parse func(t Type, s string) (Datum, error)
	zoned func(t Type, s string, z zone.Table) (Datum, error)
	// sameText: what is read by zoned is written the same in all zones.
	sameText bool
	// write is the text form.
	write func(t Type, o Output) Writer
	wire  wire
	// room is how many bytes the text form takes at most; nil: as many as a string may have.
	room func(Type) int
	// cuts: an explicit cast to a short string cuts the text. Numbers are refused instead: their first digits
	// mean something else.
	cuts bool
	// clock reads words that ask what time it is; nil: there are none.
	clock func(t Type, word string, now func() Clock) (Datum, bool)
	// badText is the load error (stl_load_errors.err_code) of text that is no value, 0: the one of all that is odd.
	badText int
	// bounds are the least and the greatest value of a kind of an integer class; nil: those of the class.
	bounds func(Type) (least, most int128.Int)
	// endless: beyond the bounds, the least and the greatest number of the class are -infinity and infinity.
	endless bool
}

// modifier is how a kind's modifier is checked and shown.
type modifier struct {
	check  func(t Type) *sqlerr.Error // refuses one out of range
	show   func(t Type) string        // as SQL writes it within the parentheses
	typmod func(t Type) int32         // PostgreSQL's number of it
	of     func(typmod int32) Type    // the type that a number means
}

// Family is a set of kinds that are one to users: values of two of them are comparable, text is one of them.
type Family uint8

// The families. A kind of none is alone.
const (
	Alone Family = iota
	Numbers
	Strings
	Dates
	Intervals
	Times
)

// Facts are what information_schema.columns says of a type; 0 where it says nothing.
type Facts struct {
	Length           int32 // of a string, in bytes
	Precision, Radix int
	Exact            bool // then there is a scale
	Scale            int
	Fraction         int // digits of a second
}

// row is k's row; of a number that is none's, Unknown's.
func (k Kind) row() *kind {
	if int(k) < len(kinds) {
		return kinds[k]
	}
	return kinds[Unknown]
}

// Kinds lists all kinds.
func Kinds() []Kind {
	out := make([]Kind, len(kinds))
	for i := range out {
		out[i] = Kind(i)
	}
	return out
}

// Phys is the physical class in which values of t are stored and exchanged.
// Code generation may compute decimals more narrowly inside a segment.
func (t Type) Phys() Phys {
	if p := fixedPhys[t.Kind]; p != NoPhys { // asked for every value: no row is looked up
		return p
	}
	return t.physOfModifier()
}

// fixedPhys are the classes of kinds that have one whatever the modifier.
var fixedPhys [256]Phys

func (t Type) physOfModifier() Phys {
	if int(t.Kind) >= len(kinds) {
		panic(fmt.Sprintf("BUG: no physical class for kind %d", t.Kind))
	}
	return kinds[t.Kind].physOf(t)
}

// Name is format_type's without the modifier: "character varying".
func (t Type) Name() string {
	if f := t.Kind.row().named; f != nil {
		name, _, _, _ := f(t)
		return name
	}
	return t.Kind.row().name
}

// ShortName is Name in a word: "varchar".
func (t Type) ShortName() string {
	if f := t.Kind.row().named; f != nil {
		_, short, _, _ := f(t)
		return short
	}
	return t.Kind.row().short
}

// Modifier is what stands in parentheses behind the name: "256", "18,0", "" for nothing.
func (t Type) Modifier() string {
	if m := t.Kind.row().mod; m != nil {
		return m.show(t)
	}
	return ""
}

// String is the name format_type gives: "character varying(256)", "numeric(18,0)".
func (t Type) String() string { return t.modified(t.Name()) }

// Short is ShortName with the modifier: "varchar(256)".
func (t Type) Short() string { return t.modified(t.ShortName()) }

func (t Type) modified(name string) string {
	if m := t.Modifier(); m != "" {
		return name + "(" + m + ")"
	}
	return name
}

// OID is PostgreSQL's type id, as row descriptions and pg_type show it.
func (t Type) OID() uint32 {
	if f := t.Kind.row().named; f != nil {
		_, _, _, oid := f(t)
		return oid
	}
	return t.Kind.row().oid
}

// TypName is pg_type.typname.
func (t Type) TypName() string {
	if f := t.Kind.row().named; f != nil {
		_, _, typname, _ := f(t)
		return typname
	}
	return t.Kind.row().typname
}

// TypLen is pg_type.typlen: bytes, -1 if they vary.
func (t Type) TypLen() int16 { return t.Kind.row().typlen }

// Typmod is PostgreSQL's atttypmod, -1 if t has none.
func (t Type) Typmod() int32 {
	if m := t.Kind.row().mod; m != nil {
		return m.typmod(t)
	}
	return -1
}

// OfOID is the type of a type id and a modifier; false if there is none, or one that has a modifier lacks it.
func OfOID(oid uint32, typmod int64) (Type, bool) {
	if oid == 0 {
		return Type{}, false
	}
	for k, r := range kinds {
		switch {
		case r.array == oid && (r.mod == nil || r.family == Strings):
			return ArrayOf(Type{Kind: Kind(k)}), true
		case r.oid != oid:
		case r.mod == nil:
			return Type{Kind: Kind(k)}, true
		case typmod >= typmodShift:
			return r.mod.of(int32(typmod)), true
		}
	}
	return Type{}, false
}

// ParameterType is the type of a client's parameter that it declares by a type id alone.
func ParameterType(oid uint32) (Type, bool) {
	if oid == textArrayOID {
		return ArrayOf(TText), true
	}
	for k, r := range kinds {
		if r.array == oid && oid != 0 {
			elem, ok := ParameterType(r.oid)
			return ArrayOf(elem), ok
		}
		if r.oid == oid && oid != 0 {
			if r.parameter != (Type{}) {
				return r.parameter, true
			}
			return Type{Kind: Kind(k)}, true
		}
	}
	return Type{}, false
}

// Check refuses a modifier out of range.
func (t Type) Check() *sqlerr.Error {
	if m := t.Kind.row().mod; m != nil {
		return m.check(t)
	}
	return nil
}

// Facts are what information_schema says of t.
func (t Type) Facts() Facts {
	if f := t.Kind.row().facts; f != nil {
		return f(t)
	}
	return Facts{}
}

// IsString reports whether t's values are text.
func (t Type) IsString() bool { return t.Kind.row().family == Strings }

// IsInteger reports whether t is SMALLINT, INTEGER or BIGINT.
func (t Type) IsInteger() bool { return t.Kind >= Int2 && t.Kind <= Int8 }

// IsNumeric reports whether t is an integer, DECIMAL, REAL or DOUBLE.
func (t Type) IsNumeric() bool { return t.Kind.row().family == Numbers }

// Comparable reports whether values of the types can be equal: PostgreSQL asks
// for an equality operator between them.
func Comparable(a, b Type) bool {
	f := a.Kind.row().family
	return a.Kind == b.Kind && a.IsComparable() || f != Alone && f == b.Kind.row().family
}

// IsComparable reports whether values of t are equal or not, less or not.
func (t Type) IsComparable() bool { return !t.Kind.row().incomparable }

// Family is t's.
func (t Type) Family() Family { return t.Kind.row().family }

// DistClass is the comparison class of a type: DistHash gives equal values of
// one class the same hash. Empty: not for placement.
func (t Type) DistClass() string {
	if t.Kind == Decimal && t.Scale != 0 {
		return fmt.Sprintf("decimal.%02d", t.Scale)
	}
	if t.Fold {
		return foldedClass
	}
	return t.Kind.row().class
}

// OwnOrder reports whether values are compared by their keys.
func (t Type) OwnOrder() bool { return t.Fold || t.Kind.row().ownOrder }

// OrderName is what the operations by the order of t's values are named after, of types with an order of their own.
func (t Type) OrderName() string {
	if t.Fold {
		return "fold"
	}
	return t.ShortName()
}

// IsOpaque reports whether only operations of the type's own read its strings: their order, a beginning of one, or one
// without its trailing blanks mean nothing.
func (t Type) IsOpaque() bool { return t.OwnOrder() && t.Phys() == Str }

// KeyType is the type of the keys by which values are compared, of types with an order of their own.
func (t Type) KeyType() Type {
	if t.Fold {
		return TText
	}
	return t.Kind.row().key
}

// PartialOrder reports whether there are values of type t of which neither is less than, nor equal to, the other.
func (t Type) PartialOrder() bool { return t.Kind.row().partial }

// OfKey is a value of type t, which has an order of its own, of its key.
func (t Type) OfKey(key Datum) Datum {
	if key.Null || t.Fold {
		return key
	}
	return t.Kind.row().ofKey(key)
}

// LiteralType is the type of an untyped literal that is cast to t; false: it is the text form of one of t's values.
func (t Type) LiteralType() (Type, bool) {
	l := t.Kind.row().literal
	return l, l != Type{}
}

// BesideText is the type in which values of t are compared with text.
func (t Type) BesideText() (Type, bool) {
	if f := t.Kind.row().beside; f != nil {
		return f(t), true
	}
	return Type{}, false
}

// WithLiteral is the common type of values of type t and an untyped literal of this text: the kind is t's (text,
// if t is Unknown), the length and the digits are those of the wider of both.
func (t Type) WithLiteral(text string) Type {
	if f := t.Kind.row().holding; f != nil {
		return f(t, text).Collated(t.Fold)
	}
	return t
}

// IsColumn reports whether tables have columns of type t.
func (t Type) IsColumn() bool { return t.Kind.row().column }

// IsKey reports whether columns of type t may be DISTKEY and among SORTKEY.
func (t Type) IsKey() bool { return t.Kind.row().column && !t.Kind.row().keyless }

// OnlyRaw reports whether RAW is the one encoding of columns of type t.
func (t Type) OnlyRaw() bool { return t.Kind.row().onlyRaw }

// IsBare reports whether t's values are strings that never end in a blank.
func (t Type) IsBare() bool { return t.Kind.row().bare }

// Widest is t with room for all values of its kind, if it is one of strings.
func (t Type) Widest() Type {
	if r := t.Kind.row(); r.mod != nil && t.Phys() == Str {
		return r.parameter.Collated(t.Fold)
	}
	return t
}

// SameStrings reports whether values of both types are strings that are equal if their bytes are.
func SameStrings(a, b Type) bool {
	return a.Phys() == Str && b.Phys() == Str && a.DistClass() == b.DistClass() && a.DistClass() != ""
}

// Stored is the type of the column that keeps results of type t.
func (t Type) Stored() Type {
	r := t.Kind.row()
	switch {
	case r.storedOf != nil:
		return r.storedOf(t)
	case r.stored != (Type{}):
		return r.stored
	}
	return t
}

// Distinct guesses how many values a column of type t has, 0: by the rows of its table.
func (t Type) Distinct() float64 { return t.Kind.row().distinct }

// Unit is what 1 of t's values is worth on the axis of all values that they are compared with.
func (t Type) Unit() float64 {
	if u := t.Kind.row().unit; u != 0 {
		return u
	}
	return 1
}

// Bounds are the least and the greatest value of a type of an integer class, infinities left aside.
func (t Type) Bounds() (least, most int128.Int) {
	if f := t.Kind.row().bounds; f != nil {
		return f(t)
	}
	if t.Phys() == I128 {
		return int128.Int{Hi: math.MinInt64}, int128.Int{Hi: math.MaxInt64, Lo: math.MaxUint64}
	}
	shift := 64 - 8*t.Phys().Width()
	return int128.Of(math.MinInt64 >> shift), int128.Of(math.MaxInt64 >> shift)
}

// IsInfinite reports whether a value of type t is infinity or -infinity, of types of days and moments.
func (t Type) IsInfinite(d Datum) bool {
	switch {
	case !t.Kind.row().endless:
		return false
	case t.Phys() == I32:
		return IsInfiniteDate(d.Lo)
	}
	return IsInfinite(d.Lo)
}

// within is bounds of 64 bits.
func within(least, most int64) func(Type) (least, most int128.Int) {
	return func(Type) (int128.Int, int128.Int) { return int128.Of(least), int128.Of(most) }
}

// TextBytes is how many bytes the text form takes at most.
func (t Type) TextBytes() int {
	if f := t.Kind.row().room; f != nil {
		return f(t)
	}
	return MaxVarchar
}

// CutsText reports whether an explicit cast to a short string cuts the text form.
func (t Type) CutsText() bool { return t.Kind.row().cuts }

// Clock is what time it is, somewhere.
type Clock struct {
	Micros int64 // since 2000-01-01 UTC
	Zone   zone.Table
}

// local is what the clock shows, as a timestamp.
func (c Clock) local() int64 { return c.Zone.Local(c.Micros) }

// Clock reads a word that asks what time it is, in lower case.
func (t Type) Clock(word string, now func() Clock) (Datum, bool) {
	if f := t.Kind.row().clock; f != nil {
		return f(t, word, now)
	}
	return Datum{}, false
}

// BadText is the load error of text that is no value of type t, 0 if it has none of its own.
func (t Type) BadText() int { return t.Kind.row().badText }

// itself is for kinds that are compared with text by reading the text as one of theirs.
func itself(t Type) Type { return t }

// asText is for kinds that are compared with text by their own text.
func asText(Type) Type { return TText }

// atMost is a room that does not depend on the modifier.
func atMost(n int) func(Type) int { return func(Type) int { return n } }

// typmodShift is what PostgreSQL's typmods of modifiers begin at.
const typmodShift = 4
