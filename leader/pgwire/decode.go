package pgwire

import (
	"bytes"
	"encoding/binary"
	"math"
	"unicode/utf8"

	"github.com/jackc/pgx/v5/pgproto3"

	"slipher/catalog/sqlerr"
	"slipher/catalog/types"
)

// decodeParam reads a parameter's value as Bind carries it. nil is NULL.
func decodeParam(t types.Type, format int16, raw []byte) (types.Datum, error) {
	switch {
	case raw == nil:
		return types.NullDatum, nil
	case format == pgproto3.TextFormat:
		return parseText(t, raw)
	case format == pgproto3.BinaryFormat:
		return decodeBinary(t, raw)
	}
	return types.Datum{}, sqlerr.New(sqlerr.InvalidParameterValue, "unsupported format code: %d", format)
}

var (
	errUTF8   = sqlerr.New(sqlerr.InvalidByteSequence, "invalid byte sequence for encoding \"UTF8\"")
	errBinary = sqlerr.New("22P03", "incorrect binary data format in bind parameter")
)

// binaryWidth is the length of a fixed-width kind's binary form.
var binaryWidth = map[types.Kind]int{
	types.Bool: 1, types.Int2: 2, types.Int4: 4, types.Int8: 8, types.OID: 4,
	types.Float4: 4, types.Float8: 8, types.Date: 4, types.Timestamp: 8, types.Interval: 16,
}

func decodeBinary(t types.Type, raw []byte) (types.Datum, error) {
	if w, ok := binaryWidth[t.Kind]; ok && len(raw) != w {
		return types.Datum{}, errBinary
	}
	be := binary.BigEndian
	switch t.Kind {
	case types.Bool:
		return types.BoolDatum(raw[0] != 0), nil
	case types.Int2:
		return types.Int(int64(int16(be.Uint16(raw)))), nil
	case types.Date:
		return inRange(int64(int32(be.Uint32(raw))), types.MinDate, types.MaxDate, "date")
	case types.Timestamp:
		return inRange(int64(be.Uint64(raw)), types.MinTimestamp, types.MaxTimestamp, "timestamp")
	case types.Int4:
		return types.Int(int64(int32(be.Uint32(raw)))), nil
	case types.OID:
		return types.Int(int64(be.Uint32(raw))), nil
	case types.Int8:
		return types.Int(int64(be.Uint64(raw))), nil
	case types.Float4:
		return types.Float(float64(math.Float32frombits(be.Uint32(raw)))), nil
	case types.Float8:
		return types.Float(math.Float64frombits(be.Uint64(raw))), nil
	case types.Interval:
		micros := int64(be.Uint64(raw)) + int64(int32(be.Uint32(raw[8:])))*microsPerDay
		return types.Int128(int64(int32(be.Uint32(raw[12:]))), micros), nil
	case types.Decimal:
		text, err := numericText(raw)
		if err != nil {
			return types.Datum{}, err
		}
		return types.ParseText(t, text)
	}
	return parseText(t, raw)
}

// parseText reads a value's text, which has neither NUL bytes nor broken characters.
func parseText(t types.Type, raw []byte) (types.Datum, error) {
	if !utf8.Valid(raw) || bytes.IndexByte(raw, 0) >= 0 {
		return types.Datum{}, errUTF8
	}
	return types.ParseText(t, string(raw))
}

// inRange refuses days or microseconds outside the calendar.
func inRange(v, least, most int64, name string) (types.Datum, error) {
	if v < least || v > most {
		return types.Datum{}, sqlerr.New(sqlerr.DatetimeOverflow, "%s out of range", name)
	}
	return types.Int(v), nil
}

// numericText is PostgreSQL's binary numeric as text.
func numericText(raw []byte) (string, error) {
	if len(raw) < 8 {
		return "", errBinary
	}
	be := binary.BigEndian
	n, weight := int(be.Uint16(raw)), int(int16(be.Uint16(raw[2:])))
	sign, scale := be.Uint16(raw[4:]), int(be.Uint16(raw[6:]))
	if len(raw) != 8+2*n {
		return "", errBinary
	}
	if sign == 0xc000 || sign == 0xd000 || sign == 0xf000 {
		return "NaN", nil // refused as a DECIMAL by whoever parses it
	}
	if weight > 32 || scale > 1000 || n > 300 {
		return "", sqlerr.New(sqlerr.NumericOutOfRange, "numeric field overflow")
	}
	var b []byte
	if sign == 0x4000 {
		b = append(b, '-')
	}
	digit := func(i int) (int64, error) {
		if i < 0 || i >= n {
			return 0, nil
		}
		d := be.Uint16(raw[8+2*i:])
		if d > 9999 {
			return 0, errBinary
		}
		return int64(d), nil
	}
	if weight < 0 {
		b = append(b, '0')
	}
	last := max(n-1, weight)
	for i := min(0, weight+1); i <= last; i++ {
		// Digit i stands for 10000^(weight-i); a negative i is a zero behind the point.
		if i == weight+1 {
			b = append(b, '.')
		}
		d, err := digit(i)
		if err != nil {
			return "", err
		}
		b = appendPadded(b, d, 4)
	}
	return string(b), nil
}
