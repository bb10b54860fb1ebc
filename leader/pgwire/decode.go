package pgwire

import (
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
		return types.DecodeText(t, raw)
	case format == pgproto3.BinaryFormat:
		return types.DecodeBinary(t, raw)
	}
	return types.Datum{}, sqlerr.New(sqlerr.InvalidParameterValue, "unsupported format code: %d", format)
}
