package types

import (
	"cmp"
	"math"
	"strings"
)

// Compare orders two non-NULL values of class p as generated code does: trailing
// blanks do not count, -0 is 0, NaN is above all.
func Compare(p Phys, a, b Datum) int {
	switch {
	case p == Str:
		return strings.Compare(TrimBlanks(a.S), TrimBlanks(b.S))
	case p.IsFloat():
		return cmp.Compare(FloatOrder(a.Float()), FloatOrder(b.Float()))
	}
	// All integers are sign extended: one of another width than p's compares as well.
	return cmp.Or(cmp.Compare(a.Hi, b.Hi), cmp.Compare(uint64(a.Lo), uint64(b.Lo)))
}

// FloatOrder maps doubles to integers in the same order, as float_key of
// runtime/kernels/codec does: -0 is 0, NaN is above all.
func FloatOrder(f float64) int64 {
	if f != f {
		return math.MaxInt64
	}
	b := int64(math.Float64bits(f + 0)) // -0 becomes 0
	return b ^ (b >> 63 & math.MaxInt64)
}

// TrimBlanks is s without the trailing blanks, which never count in comparison.
func TrimBlanks(s string) string { return strings.TrimRight(s, " ") }
