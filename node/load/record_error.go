package load

import (
	"fmt"

	"slipher/catalog/sqlerr"
	"slipher/catalog/types"
)

// Redshift's load error codes. Source: Redshift guide, "Load error reference".
const (
	ErrParse       = 1200
	ErrTooMany     = 1202
	ErrTooFew      = 1203
	ErrRange       = 1204
	ErrDate        = 1205
	ErrTimestamp   = 1206
	ErrDigit       = 1207
	ErrFloat       = 1208
	ErrDecimal     = 1209
	ErrBool        = 1210
	ErrEmptyLine   = 1211
	ErrNotNull     = 1213
	ErrDelimiter   = 1214
	ErrLine        = 1216
	ErrUTF8        = 1220
	ErrIntOverflow = 1222
)

//go:generate go run github.com/tinylib/msgp -file record_error.go -o record_error_gen.go -io=false -tests=false

// RecordError is a record COPY does not load, as stl_load_errors shows it.
type RecordError struct {
	Line   int64  `msg:"line"`   // from 1
	Offset int64  `msg:"off"`    // of the record in the batch's input
	Column int    `msg:"column"` // number in CopyOptions.Columns, -1: the record as a whole
	Name   string `msg:"name"`   // of the column
	Type   string `msg:"type"`
	Value  string `msg:"value"` // of the field, cut
	Raw    string `msg:"raw"`   // the record, cut
	Code   int    `msg:"code"`
	Reason string `msg:"reason"`
}

// rawLimit is how much of a record or field is kept: the width of stl_load_errors' columns.
const rawLimit = 1024

var reasons = map[int]string{
	ErrTooMany:   "Extra column(s) found",
	ErrTooFew:    "Input data had too few columns",
	ErrRange:     "String length exceeds DDL length",
	ErrEmptyLine: "Empty line",
	ErrNotNull:   "Missing data for not-null field",
	ErrDelimiter: "Delimiter not found",
}

// csvReason is what Redshift says of quotes that do not enclose a whole field.
const csvReason = "Invalid quote formatting for CSV"

// SQLState is the code of the error that ends a COPY because of e.
func (e *RecordError) SQLState() sqlerr.Code {
	switch e.Code {
	case ErrTooMany, ErrTooFew, ErrDelimiter, ErrEmptyLine, ErrLine:
		return sqlerr.BadCopyFormat
	case ErrRange:
		return sqlerr.StringTooLong
	case ErrNotNull:
		return sqlerr.NotNullViolation
	case ErrUTF8:
		return sqlerr.InvalidByteSequence
	case ErrDate, ErrTimestamp:
		return sqlerr.InvalidDatetimeFormat
	case ErrIntOverflow:
		return sqlerr.NumericOutOfRange
	}
	return sqlerr.InvalidTextRepresentation
}

// CodeOf is the load error code for an error that casting a field to type t gave.
func CodeOf(code sqlerr.Code, t types.Type) int {
	switch code {
	case sqlerr.NotNullViolation:
		return ErrNotNull
	case sqlerr.StringTooLong:
		return ErrRange
	case sqlerr.NumericOutOfRange:
		if t.IsInteger() {
			return ErrIntOverflow
		}
		return ErrRange
	}
	if c := t.BadText(); c != 0 {
		return c
	}
	return ErrParse
}

func utf8Reason(bad []byte) string {
	return fmt.Sprintf("String contains invalid or unsupported UTF8 codepoints. Bad UTF8 hex sequence: %x", bad)
}

// cutText is s as far as stl_load_errors keeps it, valid UTF-8 for the client.
func cutText(s []byte) string {
	if len(s) > rawLimit {
		s = s[:rawLimit]
	}
	return string(validUTF8(s))
}
