package types

//go:generate go run github.com/tinylib/msgp -file types.go -o types_gen.go -io=false -tests=false

// Kind is an SQL type without its modifier.
type Kind uint8

// Type is an SQL type with its modifier. The zero Type is Unknown.
//
// Prec and Scale are set for Decimal (1 <= Prec <= 38, 0 <= Scale <= Prec).
// Prec is 1 of a TIMETZ whose values have zones of their own (TZonedTime).
// Len is bytes, set for Char (1..4096), Varchar (1..65535) and Varbyte (1..16777216).
// Elem is set for Array: the others are then those of its elements (Element).
// Fold is set for CHAR and VARCHAR whose values are compared in any case: COLLATE CASE_INSENSITIVE (collation.go).
type Type struct {
	Kind  Kind  `msg:"k"`
	Prec  uint8 `msg:"p"`
	Scale uint8 `msg:"s"`
	Len   int32 `msg:"l"`
	Elem  Kind  `msg:"e,omitempty"`
	Fold  bool  `msg:"f,omitempty"`
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

// classTypes are types of the classes.
var classTypes = [...]Type{I8: TBool, I16: TInt2, I32: TInt4, I64: TInt8, I128: TDecimal(MaxPrecision, 0), F32: TFloat4,
	F64: TFloat8, Str: TText}

// OfPhys is an SQL type of class p, for values of which only the class is known; Unknown of what is no class.
func OfPhys(p Phys) Type {
	if int(p) < len(classTypes) {
		return classTypes[p]
	}
	return TUnknown
}
