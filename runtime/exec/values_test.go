package exec

import "testing"

// A set rules out only stretches in which it has no value; one that only has bounds rules out less; an empty one, all.
func TestValuesWithin(t *testing.T) {
	const least, most = -1 << 63, 1<<63 - 1
	all := &values{lo: -5, hi: 900, sorted: []int64{-5, 7, 7, 900}}
	bounds := &values{lo: -5, hi: 900}
	none := &values{lo: most, hi: least}
	for _, c := range []struct {
		v      *values
		lo, hi int64
		want   bool
	}{
		{all, least, most, true}, {all, -5, -5, true}, {all, -4, 6, false}, {all, 7, 7, true}, {all, 8, 899, false},
		{all, 8, 900, true}, {all, 901, most, false}, {all, least, -6, false},
		{bounds, -4, 6, true}, {bounds, 901, most, false}, {bounds, least, -5, true},
		{none, least, most, false}, {none, 0, 0, false},
	} {
		if got := c.v.within(c.lo, c.hi); got != c.want {
			t.Errorf("%v in [%d, %d]: %v", c.v, c.lo, c.hi, got)
		}
	}
}
