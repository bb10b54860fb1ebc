package stats

import (
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
		if a.Hi != b.Hi {
			if a.Hi < b.Hi {
				return -1
			}
			return 1
		}
		switch x, y := uint64(a.Lo), uint64(b.Lo); {
		case x < y:
			return -1
		case x > y:
			return 1
		}
		return 0
	}
	switch {
	case a.Lo < b.Lo:
		return -1
	case a.Lo > b.Lo:
		return 1
	}
	return 0
}
