package types

import (
	"strconv"

	"slipher/catalog/zone"
)

// Rows gives values by column and row. Which of its methods is a column's follows from the physical class, as in Datum.
type Rows interface {
	Rows() int
	IsNull(col, row int) bool
	Int(col, row int) int64
	Int128(col, row int) (hi, lo int64)
	Float(col, row int) float64
	Str(col, row int) []byte
}

// Writer appends the value at (col, row), not NULL, to dst.
type Writer func(dst []byte, r Rows, col, row int) []byte

// Output is what a session says of the text of values.
type Output struct {
	// FloatDigits is extra_float_digits: above 0 the shortest text that reads back the same, else so many digits
	// more than 15 (6 of REAL).
	FloatDigits int
	// Padded: CHAR is written with its trailing blanks.
	Padded bool
	// Zone is the clock by which moments are written; "" is UTC.
	Zone zone.Table
}

// TextWriter writes values of type t as text.
func TextWriter(t Type, o Output) Writer { return t.Kind.row().write(t, o) }

// AppendText appends the text form of a non-NULL value: floats have as many digits as make the value read back, CHAR
// is not padded, moments are those of UTC.
func AppendText(dst []byte, t Type, d Datum) []byte { return AppendTextIn(dst, t, d, zone.UTC.Table) }

// AppendTextIn is AppendText where moments are those of z's clock.
func AppendTextIn(dst []byte, t Type, d Datum, z zone.Table) []byte {
	return TextWriter(t, Output{FloatDigits: 1, Zone: z})(dst, oneDatum(d), 0, 0)
}

// FormatText is AppendText's text.
func FormatText(t Type, d Datum) string {
	if t.IsString() {
		return d.S
	}
	return string(AppendText(nil, t, d))
}

// oneDatum is a single value as Rows.
type oneDatum Datum

func (d oneDatum) Rows() int                      { return 1 }
func (d oneDatum) IsNull(int, int) bool           { return d.Null }
func (d oneDatum) Int(int, int) int64             { return d.Lo }
func (d oneDatum) Int128(int, int) (hi, lo int64) { return d.Hi, d.Lo }
func (d oneDatum) Float(int, int) float64         { return Datum(d).Float() }
func (d oneDatum) Str(int, int) []byte            { return []byte(d.S) }

// writeAs makes write of what appends one value of a class up to I64.
func writeAs(f func(dst []byte, v int64) []byte) func(Type, Output) Writer {
	w := Writer(func(dst []byte, r Rows, col, row int) []byte { return f(dst, r.Int(col, row)) })
	return func(Type, Output) Writer { return w }
}

func writeInt(Type, Output) Writer {
	return func(dst []byte, r Rows, col, row int) []byte { return strconv.AppendInt(dst, r.Int(col, row), 10) }
}

func writeString(Type, Output) Writer {
	return func(dst []byte, r Rows, col, row int) []byte { return append(dst, r.Str(col, row)...) }
}

// appendPadded appends v, not negative, with zeros in front up to width digits.
func appendPadded(dst []byte, v int64, width int) []byte {
	for p := int64(10); width > 1; width-- {
		if v < p {
			for ; width > 1; width-- {
				dst = append(dst, '0')
			}
			break
		}
		p *= 10
	}
	return strconv.AppendInt(dst, v, 10)
}
