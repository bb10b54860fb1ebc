package sqlerr

//go:generate go run github.com/tinylib/msgp -file sqlerr.go -o sqlerr_gen.go -io=false -tests=false

import (
	"errors"
	"fmt"
)

// Code is an SQLSTATE.
type Code string

// The codes in use. PostgreSQL manual, appendix A.
const (
	Warning                      Code = "01000"
	FeatureNotSupported          Code = "0A000"
	ConnectionFailure            Code = "08006"
	TransactionResolutionUnknown Code = "08007"
	ProtocolViolation            Code = "08P01"
	DataException                Code = "22000"
	StringTooLong                Code = "22001"
	NumericOutOfRange            Code = "22003"
	InvalidDatetimeFormat        Code = "22007"
	DatetimeOverflow             Code = "22008"
	ZoneDisplacement             Code = "22009"
	IntervalOverflow             Code = "22015"
	DivisionByZero               Code = "22012"
	InvalidParameterValue        Code = "22023"
	InvalidTextRepresentation    Code = "22P02"
	BadCopyFormat                Code = "22P04"
	InvalidByteSequence          Code = "22021"
	InvalidFrameOffset           Code = "22013"
	NullValueNotAllowed          Code = "22004"
	InvalidLimit                 Code = "2201W"
	InvalidOffset                Code = "2201X"
	InvalidEscape                Code = "22025"
	NotNullViolation             Code = "23502"
	InvalidTransactionState      Code = "25000"
	ActiveTransaction            Code = "25001"
	NoActiveTransaction          Code = "25P01"
	InFailedTransaction          Code = "25P02"
	InvalidStatementName         Code = "26000"
	InvalidAuthorization         Code = "28000"
	InvalidCursorName            Code = "34000"
	InvalidCatalogName           Code = "3D000"
	InvalidSchemaName            Code = "3F000"
	SerializationFailure         Code = "40001"
	DeadlockDetected             Code = "40P01"
	SyntaxError                  Code = "42601"
	InsufficientPrivilege        Code = "42501"
	CannotCoerce                 Code = "42846"
	GroupingError                Code = "42803"
	WindowingError               Code = "42P20"
	DatatypeMismatch             Code = "42804"
	UndefinedColumn              Code = "42703"
	UndefinedFunction            Code = "42883"
	UndefinedTable               Code = "42P01"
	UndefinedParameter           Code = "42P02"
	UndefinedObject              Code = "42704"
	DuplicateColumn              Code = "42701"
	DuplicateDatabase            Code = "42P04"
	DuplicateCursor              Code = "42P03"
	DuplicatePreparedStatement   Code = "42P05"
	DuplicateSchema              Code = "42P06"
	DuplicateTable               Code = "42P07"
	DuplicateAlias               Code = "42712"
	AmbiguousColumn              Code = "42702"
	AmbiguousFunction            Code = "42725"
	DuplicateFunction            Code = "42723"
	InvalidFunctionDefinition    Code = "42P13"
	InvalidColumnReference       Code = "42P10"
	InvalidRecursion             Code = "42P19"
	InvalidTableDefinition       Code = "42P16"
	WrongObjectType              Code = "42809"
	InvalidObjectDefinition      Code = "42P17"
	IndeterminateDatatype        Code = "42P18"
	OutOfMemory                  Code = "53200"
	TooManyConnections           Code = "53300"
	DiskFull                     Code = "53100"
	StatementTooComplex          Code = "54001"
	ProgramLimitExceeded         Code = "54000"
	ObjectNotInState             Code = "55000"
	ObjectInUse                  Code = "55006"
	QueryCanceled                Code = "57014"
	AdminShutdown                Code = "57P01"
	LockNotAvailable             Code = "55P03"
	CannotConnectNow             Code = "57P03"
	SystemError                  Code = "58000"
	IOError                      Code = "58030"
	UndefinedFile                Code = "58P01"
	InternalError                Code = "XX000"
	DataCorrupted                Code = "XX001"
	DependentObjects             Code = "2BP01"
	DuplicateObject              Code = "42710"
	InvalidForeignKey            Code = "42830"
	NameTooLong                  Code = "42622"
	ReservedName                 Code = "42939"
	TooManyColumns               Code = "54011"
	TooManyArguments             Code = "54023"
)

// Error is an error with its SQLSTATE. It travels between processes as msgp.
// Position counts characters (not bytes) of the user's text from 1; 0 is none.
type Error struct {
	Code     Code   `msg:"code"`
	Message  string `msg:"message"`
	Detail   string `msg:"detail"`
	Hint     string `msg:"hint"`
	Where    string `msg:"where"`
	Position int    `msg:"position"`
	cause    error
}

func (e *Error) Error() string { return e.Message }
func (e *Error) Unwrap() error { return e.cause }

// New makes an Error from a format.
func New(code Code, format string, args ...any) *Error {
	return &Error{Code: code, Message: fmt.Sprintf(format, args...)}
}

// Unsupported names what is refused: 0A000.
func Unsupported(format string, args ...any) *Error {
	return New(FeatureNotSupported, format+" is not supported", args...)
}

// Wrap attaches a code to err, unless err carries one already.
func Wrap(err error, code Code) error {
	if err == nil {
		return nil
	}
	var e *Error
	if errors.As(err, &e) {
		return err
	}
	return &Error{Code: code, Message: err.Error(), cause: err}
}

// From returns err as an *Error, XX000 if it has no code.
func From(err error) *Error {
	var e *Error
	if errors.As(err, &e) {
		return e
	}
	return &Error{Code: InternalError, Message: err.Error(), cause: err}
}

// WithDetail sets the detail and returns e.
func (e *Error) WithDetail(format string, args ...any) *Error {
	e.Detail = fmt.Sprintf(format, args...)
	return e
}

// WithHint sets the hint and returns e.
func (e *Error) WithHint(format string, args ...any) *Error {
	e.Hint = fmt.Sprintf(format, args...)
	return e
}

// At sets the position (characters from 1) unless one is set, and returns e.
func (e *Error) At(position int) *Error {
	if e.Position == 0 {
		e.Position = position
	}
	return e
}
