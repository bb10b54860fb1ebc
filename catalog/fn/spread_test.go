package fn

import (
	"math"
	"testing"
)

// TestSpread proves what operations and aggregates make of how their operands lie.
func TestSpread(t *testing.T) {
	dice := Spread{Mean: 3.5, Variance: 35.0 / 12, Below: func(x float64) float64 {
		return math.Min(1, math.Max(0, math.Ceil(x)-1)/6)
	}}
	for _, c := range []struct {
		what     string
		s        Spread
		at, want float64
	}{
		{"a number", Exactly(4), 4, 0},
		{"a number", Exactly(4), 4.5, 1},
		{"times a constant", spreadProduct(Exactly(2), dice), 7, 0.5},
		{"times a negative one", spreadProduct(dice, Exactly(-1)), -3.5, 0.5},
		{"less a constant", spreadSum(-1)(dice, Exactly(1)), 1, 1.0 / 6},
		{"a constant less it", spreadSum(-1)(Exactly(7), dice), 3.5, 0.5},
		{"by a constant", spreadQuotient(dice, Exactly(2)), 2, 0.5},
		{"the sum of a hundred", spreadTotal(dice, 100), 350, 0.5},
		{"their mean", spreadMean(dice, 100), 3.5, 0.5},
		{"one alone", spreadTotal(dice, 1), 3.5, 0.5},
		{"the greatest of two", spreadGreatest(dice, 2), 6, 25.0 / 36},
		{"the least of two", spreadLeast(dice, 2), 2, 11.0 / 36},
		{"the count of one", spreadCount(Spread{}, 1), 2, 1},
		{"of one and one more by chance", spreadCount(Spread{}, 2), 2, math.Exp(-1)},
		{"none are empty", spreadCount(Spread{}, 2), 1, 0},
		{"a place among ten", spreadPlace(10), 4, 0.3},
	} {
		if got := c.s.Less(c.at); math.Abs(got-c.want) > 1e-9 {
			t.Errorf("%s: %.4f are less than %g, want %.4f", c.what, got, c.at, c.want)
		}
	}
	if s := spreadTotal(dice, 4); s.Mean != 14 {
		t.Errorf("the mean of a sum is %g", s.Mean)
	}
	if m := spreadGreatest(dice, 50).Mean; m < 5 || m > 6.01 {
		t.Errorf("the greatest of fifty is about %g", m)
	}
	for _, by := range []Spread{Exactly(0), dice} {
		if s := spreadQuotient(dice, by); !math.IsNaN(s.Mean) {
			t.Errorf("by %g, more or less: %g", by.Mean, s.Mean)
		}
	}
}
