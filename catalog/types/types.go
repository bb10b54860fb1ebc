package types

//go:generate go run github.com/tinylib/msgp -file types.go -o types_gen.go -io=false -tests=false

import "fmt"

// Kind is an SQL type without its modifier.
type Kind uint8

// The kinds. Values are written to disk and wire: never renumber.
const (
	Unknown   Kind = 0 // an untyped string literal or NULL
	Bool      Kind = 1
	Int2      Kind = 2
	Int4      Kind = 3
	Int8      Kind = 4
	Decimal   Kind = 5
	Float4    Kind = 6
	Float8    Kind = 7
	Char      Kind = 8
	Varchar   Kind = 9
	Date      Kind = 10
	Timestamp Kind = 11
	Interval  Kind = 12 // expressions only, never a stored column: see Interval's layout below
	OID       Kind = 13 // catalog relations only; physically an I64
	Name      Kind = 14 // catalog relations only; physically a Str
)

// Type is an SQL type with its modifier. The zero Type is Unknown.
//
// Prec and Scale are set for Decimal (1 <= Prec <= 38, 0 <= Scale <= Prec).
// Len is bytes, set for Char (1..4096) and Varchar (1..65535).
// An Interval is physically an I128: months in the high 64 bits, microseconds
// (days count 86,400 s) in the low 64 bits, both signed.
type Type struct {
	Kind  Kind  `msg:"k"`
	Prec  uint8 `msg:"p"`
	Scale uint8 `msg:"s"`
	Len   int32 `msg:"l"`
}

// Phys is the physical class of a value: what a vector's element looks like.
type Phys uint8

// The physical classes. Widths: Phys.Width.
const (
	NoPhys Phys = iota
	I8          // BOOL: 0 or 1
	I16
	I32 // INTEGER; DATE: days since 2000-01-01
	I64 // BIGINT; DECIMAL p<=19, unscaled; TIMESTAMP: microseconds since 2000-01-01
	I128
	F32
	F64
	Str // 16-byte header, see runtime/abi
)

var physNames = [...]string{"none", "i8", "i16", "i32", "i64", "i128", "f32", "f64", "str"}
var physWidths = [...]int{0, 1, 2, 4, 8, 16, 4, 8, 16}

func (p Phys) String() string { return physNames[p] }

// Width is the size of one vector element in bytes.
func (p Phys) Width() int { return physWidths[p] }

// IsInt reports whether p is I8..I128.
func (p Phys) IsInt() bool { return p >= I8 && p <= I128 }

// IsFloat reports whether p is F32 or F64.
func (p Phys) IsFloat() bool { return p == F32 || p == F64 }

// Phys is the physical class in which values of t are stored and exchanged.
// Code generation may compute decimals more narrowly inside a segment.
func (t Type) Phys() Phys {
	switch t.Kind {
	case Bool:
		return I8
	case Int2:
		return I16
	case Int4, Date:
		return I32
	case Int8, Timestamp, OID:
		return I64
	case Decimal:
		if t.Prec > 19 {
			return I128
		}
		return I64
	case Float4:
		return F32
	case Float8:
		return F64
	case Char, Varchar, Name, Unknown:
		return Str
	case Interval:
		return I128
	}
	panic(fmt.Sprintf("BUG: no physical class for kind %d", t.Kind))
}

// Convenient values of Type.
var (
	TBool      = Type{Kind: Bool}
	TInt2      = Type{Kind: Int2}
	TInt4      = Type{Kind: Int4}
	TInt8      = Type{Kind: Int8}
	TFloat4    = Type{Kind: Float4}
	TFloat8    = Type{Kind: Float8}
	TDate      = Type{Kind: Date}
	TTimestamp = Type{Kind: Timestamp}
	TInterval  = Type{Kind: Interval}
	TUnknown   = Type{Kind: Unknown}
	TText      = Type{Kind: Varchar, Len: MaxVarchar}
	TName      = Type{Kind: Name}
	TOID       = Type{Kind: OID}
)

// Limits, from the Redshift guide.
const (
	MaxVarchar   = 65535
	MaxChar      = 4096
	MaxPrecision = 38
)

// TDecimal is DECIMAL(p, s).
func TDecimal(p, s int) Type { return Type{Kind: Decimal, Prec: uint8(p), Scale: uint8(s)} }

// TVarchar is VARCHAR(n), n in bytes.
func TVarchar(n int) Type { return Type{Kind: Varchar, Len: int32(n)} }

// TChar is CHAR(n), n in bytes.
func TChar(n int) Type { return Type{Kind: Char, Len: int32(n)} }

// IsString reports whether t's values are text.
func (t Type) IsString() bool {
	return t.Kind == Char || t.Kind == Varchar || t.Kind == Unknown || t.Kind == Name
}

// IsInteger reports whether t is SMALLINT, INTEGER or BIGINT.
func (t Type) IsInteger() bool { return t.Kind >= Int2 && t.Kind <= Int8 }

// IsNumeric reports whether t is an integer, DECIMAL, REAL or DOUBLE.
func (t Type) IsNumeric() bool { return t.Kind >= Int2 && t.Kind <= Float8 }

// String is the name format_type gives: "character varying(256)", "numeric(18,0)".
func (t Type) String() string {
	switch t.Kind {
	case Bool:
		return "boolean"
	case Int2:
		return "smallint"
	case Int4:
		return "integer"
	case Int8:
		return "bigint"
	case Decimal:
		return fmt.Sprintf("numeric(%d,%d)", t.Prec, t.Scale)
	case Float4:
		return "real"
	case Float8:
		return "double precision"
	case Char:
		return fmt.Sprintf("character(%d)", t.Len)
	case Varchar:
		return fmt.Sprintf("character varying(%d)", t.Len)
	case Date:
		return "date"
	case Timestamp:
		return "timestamp without time zone"
	case Interval:
		return "interval"
	case OID:
		return "oid"
	case Name:
		return "name"
	}
	return "unknown"
}

// OID is PostgreSQL's type id, as row descriptions and pg_type show it.
func (t Type) OID() uint32 {
	switch t.Kind {
	case Bool:
		return 16
	case Int2:
		return 21
	case Int4:
		return 23
	case Int8:
		return 20
	case Decimal:
		return 1700
	case Float4:
		return 700
	case Float8:
		return 701
	case Char:
		return 1042
	case Varchar:
		return 1043
	case Date:
		return 1082
	case Timestamp:
		return 1114
	case Interval:
		return 1186
	case OID:
		return 26
	case Name:
		return 19
	}
	return 705
}

// Typmod is PostgreSQL's atttypmod, -1 if t has none.
func (t Type) Typmod() int32 {
	switch t.Kind {
	case Decimal:
		return (int32(t.Prec)<<16 | int32(t.Scale)) + 4
	case Char, Varchar:
		return t.Len + 4
	}
	return -1
}
