package pgwire

import (
	"encoding/binary"
	"strconv"

	"github.com/jackc/pgx/v5/pgproto3"

	"slipher/catalog/sqlerr"
	"slipher/catalog/types"
	"slipher/catalog/zone"
	"slipher/compiler/plan"
)

// rowEncoder turns rows into DataRow messages.
type rowEncoder struct {
	cols []types.Writer
	fix  []byte // "D", room for the length, the number of columns
}

// formatter is what of a session decides the text of values.
type formatter interface {
	// FloatDigits is extra_float_digits.
	FloatDigits() int
	// Zone is the session's time zone.
	Zone() zone.Zone
}

// outputOf is what a session says of the text of values.
func outputOf(s any) types.Output {
	out := types.Output{Padded: true, Zone: zone.UTC.Table}
	if f, ok := s.(formatter); ok {
		out.FloatDigits, out.Zone = f.FloatDigits(), f.Zone().Table
	}
	return out
}

func newRowEncoder(cols []plan.OutputColumn, formats []int16, s any) (*rowEncoder, error) {
	if n := len(formats); n > 1 && n != len(cols) {
		return nil, sqlerr.New(sqlerr.ProtocolViolation, "bind message has %d result formats but query has %d columns", n,
			len(cols))
	}
	out := outputOf(s)
	e := &rowEncoder{fix: []byte{'D', 0, 0, 0, 0, byte(len(cols) >> 8), byte(len(cols))}}
	for i, c := range cols {
		f := types.TextWriter(c.Type, out)
		if formatOf(formats, i) == pgproto3.BinaryFormat {
			f = types.BinaryWriter(c.Type)
		}
		e.cols = append(e.cols, f)
	}
	return e, nil
}

// append appends row as a DataRow message.
func (e *rowEncoder) append(dst []byte, r Rows, row int) []byte {
	start := len(dst)
	dst = append(dst, e.fix...)
	for col, f := range e.cols {
		if r.IsNull(col, row) {
			dst = append(dst, 0xff, 0xff, 0xff, 0xff)
			continue
		}
		at := len(dst)
		dst = f(append(dst, 0, 0, 0, 0), r, col, row)
		binary.BigEndian.PutUint32(dst[at:], uint32(len(dst)-at-4))
	}
	binary.BigEndian.PutUint32(dst[start+1:], uint32(len(dst)-start-1))
	return dst
}

// rowDescription describes a result.
func rowDescription(cols []plan.OutputColumn, formats []int16) *pgproto3.RowDescription {
	d := &pgproto3.RowDescription{Fields: make([]pgproto3.FieldDescription, len(cols))}
	for i, c := range cols {
		d.Fields[i] = pgproto3.FieldDescription{
			Name:                 []byte(c.Name),
			TableOID:             c.TableOID,
			TableAttributeNumber: uint16(c.ColumnNo),
			DataTypeOID:          c.Type.OID(),
			DataTypeSize:         c.Type.TypLen(),
			TypeModifier:         c.Type.Typmod(),
			Format:               formatOf(formats, i),
		}
	}
	return d
}

// bindContext is the Where field of an error in a parameter.
func bindContext(i int) string { return "unnamed portal parameter $" + strconv.Itoa(i+1) }
