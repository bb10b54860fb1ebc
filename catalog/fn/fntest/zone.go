package fntest

import (
	"slipher/catalog/fn"
	"slipher/catalog/types"
	"slipher/catalog/zone"
)

// InZone is b for a session in a time zone, which is a constant then.
func InZone(b fn.Bound, z zone.Table) fn.Bound {
	if b.Zoned {
		b.Zoned = false
		b.Extra = append([]fn.Const{{Phys: types.Str, V: types.String(string(z))}}, b.Extra...)
	}
	return b
}
