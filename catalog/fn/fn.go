package fn

import (
	"slices"

	"slipher/catalog/types"
	"slipher/catalog/zone"
)

// NullRule says what NULL arguments do to a result.
type NullRule uint8

const (
	Strict     NullRule = iota // any NULL argument gives NULL; Emit never sees one
	CustomNull                 // EmitNull decides: it sees each argument's null flag
)

// Volatility as in PostgreSQL's pg_proc.
type Volatility uint8

const (
	Immutable Volatility = iota
	Stable               // folded once a statement (getdate(), current_date)
	Volatile             // evaluated for every row (random())
)

// Where a function may run.
type Where uint8

const (
	Anywhere   Where = iota
	LeaderOnly       // current_schema(), version(), pg_*: Redshift guide, "Leader node-only functions"
)

// Shape is one physical instance of an Op: a primitive is built for every
// shape, and lowering binds calls to nothing else.
type Shape struct {
	In  []types.Phys
	Out types.Phys
}

// Op is one scalar suboperator: the one place where an operation's meaning is.
//
// Emit is called once per loop while code is generated and returns the result
// for one row. Arguments are never NULL in a way that matters: under a NULL or
// unselected row the values are initialised garbage and b.Fail is ignored
// there (the builder ANDs the mask). Emit must not trap on garbage: guard
// divisors. A Bool is an i1 Value inside Emit (the builder converts at vectors).
type Op struct {
	Name      string // unique; part of cache keys and golden files, e.g. "add"
	Shapes    []Shape
	MayFail   bool // Emit calls b.Fail
	Overflows bool // it fails only where the result does not fit its type
	Nulls     NullRule
	// Volatile: another value each time it is evaluated; never computed once for two uses.
	Volatile bool
	// NullIfNull, of an op with CustomNull: a NULL operand gives NULL there, too.
	NullIfNull bool
	// Commutes: op(a,b) = op(b,a); lowering then puts a parameter second.
	Commutes bool
	// Infix is the sign between the first two operands ("=", "||"), Prefix that in front of the only one.
	Infix, Prefix string
	// Associative: op(op(a,b),c) = op(a,op(b,c)), errors included.
	Associative bool
	// Compares: it is a comparison of two operands by the order of their values.
	Compares Comparison
	// Equates: it is whether its operands are equal, as NotEqual's and Equal's are, but says something of NULLs, too.
	Equates bool
	// Negation is the op that is true exactly where this one is false, Mirror the one that gives the same
	// for exchanged operands: what comparisons have. Names, "" for none; Negated and Mirrored find the ops.
	Negation, Mirror string
	// Cast: a conversion of the first operand, written ::type. The other operands are constants or the session's zone.
	Cast bool
	// InCast: casts are made of it, too, which are not shown as such.
	InCast bool
	// Tries is the op whose failures are NULL here: TRY_CAST.
	Tries *Op
	// Zones are operands that are zone.Tables: plans show the names.
	Zones []int
	// Key: it gives the key of a value with an order of its own (types.Type.OwnOrder). Plans show the operand.
	Key bool
	// Monotone: keeps the order of the first operand's values, the others being constants.
	Monotone bool
	// KeepsHash: what it gives has the first operand's DistHash if both are of one comparison class.
	KeepsHash bool
	// IgnoresBlanks: trailing blanks of strings do not count. Emit sees strings without them.
	IgnoresBlanks bool
	// Folded is the op that does the same in any case, of those that look for a string in another: names, "" for none.
	Folded string
	// FoldedBy is the operand, counted from 1, that holds the parameters of a regular expression: an "i" in front of them
	// is what Folded is for others. 0: there is none.
	FoldedBy int
	// Selects is the share of rows for which it is true if nothing else is known, 0: nobody knows.
	Selects float64
	// Spread is how its results lie if the operands lie as a and b do, nil: nobody knows.
	Spread func(a, b Spread) Spread
	// Narrow is how it is computed where the operands are known to be small, nil if in no other way.
	Narrow *Narrow
	Emit   func(b Builder, sh Shape, args []Value) Value
	// EmitNull replaces Emit for CustomNull: nulls[i] is an i1 (nil if args[i] is
	// never NULL); it returns the value and its null flag (nil: never NULL).
	EmitNull func(b Builder, sh Shape, args, nulls []Value) (Value, Value)
	// Host, if set instead of Emit, runs the operation in Go on whole vectors
	// (status HOST(k)): for what is long, rare and better left to a Go library.
	// Rows skips NULL arguments; with CustomNull the result may be NULL beyond that (SetNull), and AllRows skips none.
	Host func(c HostCall) error
	Doc  string

	negated, mirrored *Op // by Table.link
}

// Comparison is what a comparison asks of the order of its operands.
type Comparison uint8

// The comparisons.
const (
	NoComparison Comparison = iota
	Equal
	NotEqual
	Less
	LessOrEqual
	Greater
	GreaterOrEqual
)

// Of reports whether it holds for values that compare so: below 0, 0, above.
func (c Comparison) Of(order int) bool {
	switch c {
	case Equal:
		return order == 0
	case NotEqual:
		return order != 0
	case Less:
		return order < 0
	case LessOrEqual:
		return order <= 0
	case Greater:
		return order > 0
	}
	return c == GreaterOrEqual && order >= 0
}

// Below reports whether it holds for what is small: < and <=.
func (c Comparison) Below() bool { return c == Less || c == LessOrEqual }

// Range reports whether it is one of < <= > >=.
func (c Comparison) Range() bool { return c >= Less }

// Negated is the op that is true exactly where o is false, nil if there is none.
func (o *Op) Negated() *Op { return o.negated }

// Mirrored is the op that gives the same for exchanged operands, nil if o is no comparison.
func (o *Op) Mirrored() *Op { return o.mirrored }

// Narrow is a way to compute an op on integers that are known to be small: the unchecked op To on
// the first two operands in one class, which the result fits, too. To "": the result is the first operand.
type Narrow struct {
	To string
	// Bits bounds the magnitude of the result, given that the operands' are below 2^x and 2^y.
	Bits func(x, y int) int
}

func sumBits(x, y int) int     { return max(x, y) + 1 }
func productBits(x, y int) int { return x + y }

// HostCall is one vector's worth of a host function's work.
type HostCall interface {
	// Rows calls f for each selected, non-NULL row; AllRows for the others, too, whose NULLs have no value.
	Rows(f func(row int) error) error
	AllRows(f func(row int) error) error
	Null(arg, row int) bool
	Int(arg, row int) int64             // I8..I64
	Float(arg, row int) float64         // F32, F64
	Str(arg, row int) []byte            // borrowed until the call ends
	Int128(arg, row int) (hi, lo int64) // I8..I128, sign extended
	SetInt(row int, v int64)
	SetFloat(row int, v float64)
	SetStr(row int, v []byte) // copied into the query's arena
	SetInt128(row int, hi, lo int64)
	SetNull(row int)
}

// Value is an SSA value of the function under construction; opaque to emitters.
type Value any

// Pred is a comparison predicate.
type Pred uint8

const (
	EQ Pred = iota
	NE
	LT
	LE
	GT
	GE
	ULT // unsigned
	ULE
	UGT
	UGE
)

// Builder is what an emitter writes against. The code generator implements it
// over LLVM IR; tests implement it with a recorder. Integer Values have a class
// I8..I128 or are i1 (comparisons). Strings are Values made of two 64-bit words.
type Builder interface {
	Const(p types.Phys, v int64) Value // integers, sign extended
	ConstF(p types.Phys, v float64) Value
	Bool(v bool) Value // i1

	Add(x, y Value) Value // wrapping integers, or floats, by the operands' class
	Sub(x, y Value) Value
	Mul(x, y Value) Value
	Neg(x Value) Value
	SDiv(x, y Value) Value // the emitter guards y = 0 and MIN / -1
	SRem(x, y Value) Value
	FDiv(x, y Value) Value
	And(x, y Value) Value // integers or i1
	Or(x, y Value) Value
	Xor(x, y Value) Value
	Not(x Value) Value
	Shl(x, y Value) Value
	AShr(x, y Value) Value
	LShr(x, y Value) Value

	// Checked arithmetic on integers: the wrapped result and an i1 overflow flag.
	AddOvf(x, y Value) (r, ovf Value)
	SubOvf(x, y Value) (r, ovf Value)
	MulOvf(x, y Value) (r, ovf Value)

	ICmp(p Pred, x, y Value) Value // i1
	FCmp(p Pred, x, y Value) Value // i1; ordered by PostgreSQL: NaN = NaN, NaN > all others
	Select(c, x, y Value) Value    // any class, strings too

	SExt(x Value, to types.Phys) Value
	ZExt(x Value, to types.Phys) Value // also from i1
	Trunc(x Value, to types.Phys) Value
	SIToFP(x Value, to types.Phys) Value
	FPToSI(x Value, to types.Phys) Value // the emitter guards the range
	FPExt(x Value) Value                 // F32 to F64
	FPTrunc(x Value) Value               // F64 to F32
	FloatBits(x Value) Value             // F64 to I64, F32 to I32, bits unchanged

	// Strings: word 0 is length (low 32 bits) and first four bytes (high 32);
	// word 1 is bytes 4..11 inline if length <= 12 (unused bytes are zero in
	// both words), else the address of all the bytes.
	StrWords(s Value) (w0, w1 Value)
	MakeStr(w0, w1 Value) Value
	StrLen(s Value) Value // I32

	// If emits a branch; both arms return the same number of Values of the same
	// classes. Prefer Select: a branch stops vectorisation.
	If(c Value, then, els func() []Value) []Value

	// Fail raises an error for this row when cond (i1) holds and the row is
	// selected, not NULL and not excluded by a CASE.
	Fail(code Code, cond Value)

	// Call calls a kernel of the table in catalog/fn/kernels.go. Strings are
	// passed as two I64 words, I128 as two I64 words (lo, hi). A kernel whose
	// Result is Str or I128 writes through a hidden out pointer supplied by the
	// builder. The first argument of a kernel with Arena set is the arena.
	Call(kernel string, args ...Value) Value
	// CallErr is Call for a kernel that also returns a Code (0: fine); the
	// builder raises it as Fail does.
	CallErr(kernel string, args ...Value) Value
	// CallTry is CallErr, but that failed (i1) tells of an error, and none is raised.
	CallTry(kernel string, args ...Value) (r, failed Value)
}

// Code is a data error that generated code can raise. It maps to an SQLSTATE
// and message in errors.go, in one place.
type Code int32

// Row is one SQL function, operator or cast as users see it.
//
// Args are matched by the binder (overload resolution is its business); Ret
// computes the result type and may rewrite what is called: see Bound.
type Row struct {
	Name     string  // lower case: "+", "lower", "date_trunc"
	Args     []Param // declared parameters
	Variadic bool    // the last of Args repeats
	// Ret gives the bound call for actual argument types. consts[i] is non-nil
	// if argument i is a constant (date part, pattern).
	Ret   func(args []types.Type, consts []*types.Datum) (Bound, error)
	Vol   Volatility
	Where Where
	// Leader, for what the session or the clock knows: the binder replaces the call
	// by the constant this returns. Never set together with an Op in Ret.
	Leader func(s Session, args []types.Datum) (types.Datum, error)
	// Effect: the call changes something. The leader runs it once when the statement is executed,
	// never while it is planned; its arguments are constants or the client's parameters.
	Effect bool
	// Special: a special form, bound by the binder. Ret is nil then.
	Special bool
	// Named: arguments may have names, which the binder knows.
	Named bool
	// Shown is what a result column that it makes is called, if not Name.
	Shown string
	// Agg: an aggregate function. Ret is nil then.
	Agg *Aggregate
	// Window: a function of the rows around a row, which OVER stands behind.
	Window *Window
	// Set: a function of several rows.
	Set *Set
	// Lookup: a function whose answers the catalog has.
	Lookup *Lookup
	// Query, for a function that stands in FROM alone: what it gives are the rows of a query over catalog relations, in
	// which %d is the oid of the relation that the argument names.
	Query string
	Doc   string
}

// Session is what leader-only functions may ask for.
type Session interface {
	Setting(name string) (string, bool)
	SetSetting(name, value string, local bool) (string, error) // the value as it is kept
	Zone() zone.Zone
	CurrentUser() string
	CurrentDatabase() string
	CurrentSchema() string
	FoldsCase() bool   // of the current database: its strings are compared in any case
	Schemas() []string // those of the search path that there are
	SearchPath() []string
	BackendPID() int32
	NowMicros() int64 // statement start, since 2000-01-01 UTC
	TransactionMicros() int64
	LastQuery() int64  // of those that have ended, -1: none
	LastCopy() int64   // of those that are COPYs, -1: none
	CopiedRows() int64 // by that COPY
}

// Param is one declared parameter: a kind, or a class of kinds.
type Param struct {
	Kind  types.Kind // exact kind; ignored if Class is set
	Class Class
	Name  string
}

// Class is a set of kinds a parameter accepts.
type Class uint8

const (
	ExactKind Class = iota
	AnyNumeric
	AnyInteger
	AnyString
	AnyType
	AnyFloat
	AnyArray
)

// Bound is a resolved call: cast the arguments to Args (Table.Cast, Implicit), call Op, the
// result is Ret. An argument whose type in Args is Unknown was a constant that has gone
// into Op or Extra: it is not passed. Op nil: the first argument, relabelled.
// Extra are constants appended behind the arguments (a scale factor, a length,
// a date part's number): they are part of the program, not parameters.
type Bound struct {
	Op    *Op
	Args  []types.Type
	Extra []Const
	Ret   types.Type
	// Zoned: behind the arguments the session's time zone is passed, a zone.Table.
	Zoned bool
	// Keyed: Op is called with the arguments' keys (types.Type.KeyType).
	Keyed bool
	// Sure: Op may fail, this call cannot: its constant arguments rule that out, whatever the others are.
	Sure bool
}

// Same reports whether two calls of one function are the same but for the values of what Op is called with.
func (b *Bound) Same(c *Bound) bool {
	op := b.Op == c.Op || b.Op != nil && c.Op != nil && b.Op.Name == c.Op.Name
	return op && b.Ret == c.Ret && b.Zoned == c.Zoned && b.Keyed == c.Keyed && b.Sure == c.Sure &&
		slices.Equal(b.Args, c.Args) && slices.Equal(b.Extra, c.Extra)
}

// Const is a constant operand with its class.
type Const struct {
	Phys types.Phys
	V    types.Datum
}
