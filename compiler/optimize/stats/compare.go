package stats

import (
	"cmp"
	"strings"

	"slipher/catalog/types"
)

// Compare orders two non-NULL values of type t: bytewise for strings, NaN above all floats.
func Compare(t types.Type, a, b types.Datum) int {
	switch p := t.Phys(); {
	case p == types.Str:
		return strings.Compare(a.S, b.S)
	case p.IsFloat():
		x, y := a.Float(), b.Float()
		switch {
		case x < y || x == x && y != y:
			return -1
		case x > y || x != x && y == y:
			return 1
		}
		return 0
	case p == types.I128:
		return cmp.Or(cmp.Compare(a.Hi, b.Hi), cmp.Compare(uint64(a.Lo), uint64(b.Lo)))
	}
	return cmp.Compare(a.Lo, b.Lo)
}
