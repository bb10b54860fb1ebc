package pgwire

import (
	"github.com/jackc/pgx/v5/pgproto3"

	"slipher/catalog/sqlerr"
	"slipher/catalog/types"
	"slipher/catalog/zone"
)

// decodeParam reads a parameter's value as Bind carries it, its times by z's clock. nil is NULL.
func decodeParam(t types.Type, format int16, raw []byte, z zone.Table) (types.Datum, error) {
	switch {
	case raw == nil:
		return types.NullDatum, nil
	case format == pgproto3.TextFormat:
		return types.DecodeText(t, raw, z)
	case format == pgproto3.BinaryFormat:
		return types.DecodeBinary(t, raw)
	}
	return types.Datum{}, sqlerr.New(sqlerr.InvalidParameterValue, "unsupported format code: %d", format)
}
