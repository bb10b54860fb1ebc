package pgwire

import (
	"strconv"

	"slipher/catalog/types"
)

func parseText(t types.Type, s string) (types.Datum, error) {
	if t.IsString() {
		return types.String(s), nil
	}
	v, err := strconv.ParseInt(s, 10, 64)
	return types.Int(v), err
}
