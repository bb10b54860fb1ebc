package fn

import "slipher/catalog/sqlerr"

// The codes. C kernels use the same numbers (runtime/kernels/include/codes.h,
// checked by a test there); they travel from nodes to the leader: never renumber.
const (
	OK                 Code = 0
	DivideByZero       Code = 1
	SmallintRange      Code = 2
	IntegerRange       Code = 3
	BigintRange        Code = 4
	NumericOverflow    Code = 5
	FloatOverflow      Code = 6
	FloatUnderflow     Code = 7
	StringTooLong      Code = 8
	InvalidInteger     Code = 9
	InvalidNumeric     Code = 10
	InvalidFloat       Code = 11
	InvalidBool        Code = 12
	InvalidDate        Code = 13
	InvalidTimestamp   Code = 14
	DatetimeRange      Code = 15
	TimestampRange     Code = 16
	IntervalRange      Code = 17
	InvalidInterval    Code = 18
	NullNotAllowed     Code = 19
	InvalidByteSeq     Code = 20
	CharNotSingleByte  Code = 21
	FieldPosition      Code = 22
	NegativeSubstring  Code = 23
	InvalidEscape      Code = 24
	LogOfZero          Code = 25
	LogOfNegative      Code = 26
	SqrtOfNegative     Code = 27
	InvalidPower       Code = 28
	InputOutOfRange    Code = 29
	InvalidChr         Code = 30
	OutOfMemory        Code = 31
	InvalidRegexp      Code = 32
	InvalidTemplate    Code = 33
	ResultTooLong      Code = 34
	NumericPrecision   Code = 35
	InvalidRadix       Code = 36
	DatetimeField      Code = 37
	SubqueryManyRows   Code = 38
	InvalidWeekday     Code = 39
	InvalidEscapeChar  Code = 40
	ZeroNegativePower  Code = 41
	InvalidRegexpInput Code = 42
	MultipleMatches    Code = 43
	ListaggLimit       Code = 44
	ZeroStep           Code = 46
	ZoneDisplacement   Code = 50
	UnknownZone        Code = 51
	NtileArgument      Code = 60
	NthValueArgument   Code = 61
	FrameStartNegative Code = 62
	FrameEndNegative   Code = 63
	FrameStartNull     Code = 64
	FrameEndNull       Code = 65
	FrameReach         Code = 66
	HierarchyLoop      Code = 67
	NegativeLimit      Code = 68
	NegativeOffset     Code = 69
	BinMonths          Code = 70
	BinStride          Code = 71
	MixedInterval      Code = 72
	BytesTooLong       Code = 80
	BytesLengths       Code = 81
	BitIndex           Code = 82
	InfiniteDates      Code = 110
	InfiniteTimestamps Code = 111
	BinOrigin          Code = 112
)

// codes maps each Code to what the client sees. The one place.
var codes = map[Code]struct {
	state   sqlerr.Code
	message string
}{
	DivideByZero:       {sqlerr.DivisionByZero, "Divide by zero"},
	SmallintRange:      {sqlerr.NumericOutOfRange, "smallint out of range"},
	IntegerRange:       {sqlerr.NumericOutOfRange, "integer out of range"},
	BigintRange:        {sqlerr.NumericOutOfRange, "bigint out of range"},
	NumericOverflow:    {sqlerr.NumericOutOfRange, "Numeric data overflow"},
	NumericPrecision:   {sqlerr.NumericOutOfRange, "Numeric data overflow (result precision)"},
	FloatOverflow:      {sqlerr.NumericOutOfRange, "value out of range: overflow"},
	FloatUnderflow:     {sqlerr.NumericOutOfRange, "value out of range: underflow"},
	StringTooLong:      {sqlerr.StringTooLong, "Value too long for character type"},
	InvalidInteger:     {sqlerr.InvalidTextRepresentation, "invalid input syntax for integer"},
	InvalidNumeric:     {sqlerr.InvalidTextRepresentation, "invalid input syntax for type numeric"},
	InvalidFloat:       {sqlerr.InvalidTextRepresentation, "invalid input syntax for type double precision"},
	InvalidBool:        {sqlerr.InvalidTextRepresentation, "invalid input syntax for type boolean"},
	InvalidDate:        {sqlerr.InvalidDatetimeFormat, "invalid input syntax for type date"},
	InvalidTimestamp:   {sqlerr.InvalidDatetimeFormat, "invalid input syntax for type timestamp"},
	DatetimeField:      {sqlerr.DatetimeOverflow, "date/time field value out of range"},
	DatetimeRange:      {sqlerr.DatetimeOverflow, "date out of range"},
	TimestampRange:     {sqlerr.DatetimeOverflow, "timestamp out of range"},
	IntervalRange:      {sqlerr.DatetimeOverflow, "interval out of range"},
	InvalidInterval:    {sqlerr.InvalidDatetimeFormat, "invalid input syntax for type interval"},
	NullNotAllowed:     {sqlerr.NotNullViolation, "Cannot insert a NULL value into a NOT NULL column"},
	InvalidByteSeq:     {sqlerr.InvalidByteSequence, "invalid byte sequence for encoding \"UTF8\""},
	CharNotSingleByte:  {sqlerr.InvalidByteSequence, "CHAR string contains invalid multi-byte or non-ASCII character"},
	FieldPosition:      {sqlerr.InvalidParameterValue, "field position must be greater than zero"},
	NegativeSubstring:  {"22011", "negative substring length not allowed"},
	InvalidEscape:      {sqlerr.InvalidEscape, "LIKE pattern must not end with escape character"},
	InvalidEscapeChar:  {sqlerr.InvalidEscape, "invalid escape string"},
	LogOfZero:          {"2201E", "cannot take logarithm of zero"},
	LogOfNegative:      {"2201E", "cannot take logarithm of a negative number"},
	SqrtOfNegative:     {"2201F", "cannot take square root of a negative number"},
	InvalidPower:       {"2201F", "a negative number raised to a non-integer power yields a complex result"},
	ZeroNegativePower:  {"2201F", "zero raised to a negative power is undefined"},
	InputOutOfRange:    {sqlerr.NumericOutOfRange, "input is out of range"},
	InvalidChr:         {sqlerr.ProgramLimitExceeded, "requested character not valid for encoding"},
	OutOfMemory:        {sqlerr.OutOfMemory, "out of memory"},
	InvalidRegexp:      {"2201B", "invalid regular expression"},
	InvalidRegexpInput: {sqlerr.InvalidParameterValue, "invalid parameter of a regular expression function"},
	InvalidTemplate:    {sqlerr.InvalidDatetimeFormat, "value does not match the format template"},
	ResultTooLong:      {sqlerr.ProgramLimitExceeded, "Result size exceeds the limit of 65535 bytes"},
	InvalidRadix:       {sqlerr.InvalidParameterValue, "radix must be between 2 and 36"},
	SubqueryManyRows:   {"21000", "more than one row returned by a subquery used as an expression"},
	InvalidWeekday:     {sqlerr.InvalidParameterValue, "invalid day of the week"},
	ZoneDisplacement:   {sqlerr.ZoneDisplacement, "time zone displacement out of range"},
	UnknownZone:        {sqlerr.InvalidParameterValue, "time zone not recognized"},
	ListaggLimit:       {sqlerr.StringTooLong, "Result size exceeds LISTAGG limit"},
	NtileArgument:      {"22014", "argument of ntile must be greater than zero"},
	NthValueArgument:   {"22016", "argument of nth_value must be greater than zero"},
	FrameStartNegative: {sqlerr.InvalidFrameOffset, "frame starting offset must not be negative"},
	FrameEndNegative:   {sqlerr.InvalidFrameOffset, "frame ending offset must not be negative"},
	FrameStartNull:     {sqlerr.NullValueNotAllowed, "frame starting offset must not be null"},
	FrameEndNull:       {sqlerr.NullValueNotAllowed, "frame ending offset must not be null"},
	FrameReach:         {sqlerr.InvalidFrameOffset, "invalid preceding or following size in window function"},
	ZeroStep:           {sqlerr.InvalidParameterValue, "step size cannot equal zero"},
	HierarchyLoop:      {sqlerr.DataException, "CONNECT BY loop in user data"},
	NegativeLimit:      {sqlerr.InvalidLimit, "LIMIT must not be negative"},
	NegativeOffset:     {sqlerr.InvalidOffset, "OFFSET must not be negative"},
	BinMonths:          {sqlerr.FeatureNotSupported, "timestamps cannot be binned into intervals containing months or years"},
	BinStride:          {sqlerr.DatetimeOverflow, "stride must be greater than zero"},
	MixedInterval:      {sqlerr.DatetimeOverflow, "interval of years and months and of days and time cannot be stored"},
	BytesTooLong:       {sqlerr.StringTooLong, "Value too long for type binary varying"},
	BytesLengths:       {"22026", "bitwise operations need binary values of the same length"},
	BitIndex:           {"2202E", "index of a bit is out of range"},
	InfiniteDates:      {sqlerr.DatetimeOverflow, "cannot subtract infinite dates"},
	InfiniteTimestamps: {sqlerr.DatetimeOverflow, "cannot subtract infinite timestamps"},
	BinOrigin:          {sqlerr.DatetimeOverflow, "origin out of range"},
	MultipleMatches:    {"21000", "Found multiple matches to update the same tuple."},
}

// Err is the error that a Code stands for; nil for OK.
func (c Code) Err() *sqlerr.Error {
	if c == OK {
		return nil
	}
	e, ok := codes[c]
	if !ok {
		return sqlerr.New(sqlerr.InternalError, "generated code raised the unknown error %d", int32(c))
	}
	return sqlerr.New(e.state, "%s", e.message)
}

// String is the message.
func (c Code) String() string {
	if c == OK {
		return "no error"
	}
	return c.Err().Message
}
