package fn

import "math"

// Spread is how numbers lie, for estimates: their mean and variance, and which share of them is less than some number.
// The rows of operations and aggregates say what they make of it.
type Spread struct {
	Mean, Variance float64
	// Below is the share of numbers less than x; nil: they lie as those of a normal distribution.
	Below func(x float64) float64
}

// Exactly is one number.
func Exactly(x float64) Spread { return Spread{Mean: x} }

// Less is the share of numbers less than x.
func (s Spread) Less(x float64) float64 {
	switch {
	case s.Below != nil:
		return s.Below(x)
	case s.Variance > 0:
		return math.Erfc((s.Mean-x)/math.Sqrt(2*s.Variance)) / 2
	case s.Mean < x:
		return 1
	}
	return 0
}

// scaled is the numbers times f, plus c.
func (s Spread) scaled(f, c float64) Spread {
	out := Spread{Mean: s.Mean*f + c, Variance: s.Variance * f * f}
	if s.Below != nil {
		switch below := s.Below; {
		case f > 0:
			out.Below = func(x float64) float64 { return below((x - c) / f) }
		case f < 0:
			out.Below = func(x float64) float64 { return 1 - below((x-c)/f) }
		}
	}
	return out
}

// What operations make of two operands that have nothing to do with each other.

func spreadSum(sign float64) func(a, b Spread) Spread {
	return func(a, b Spread) Spread {
		switch {
		case b.Variance == 0:
			return a.scaled(1, sign*b.Mean)
		case a.Variance == 0:
			return b.scaled(sign, a.Mean)
		}
		return Spread{Mean: a.Mean + sign*b.Mean, Variance: a.Variance + b.Variance}
	}
}

func spreadProduct(a, b Spread) Spread {
	switch {
	case b.Variance == 0:
		return a.scaled(b.Mean, 0)
	case a.Variance == 0:
		return b.scaled(a.Mean, 0)
	}
	return Spread{Mean: a.Mean * b.Mean,
		Variance: a.Mean*a.Mean*b.Variance + b.Mean*b.Mean*a.Variance + a.Variance*b.Variance}
}

// spreadQuotient takes a divisor for its mean that is close to it; of others the mean of 1/b is not known.
func spreadQuotient(a, b Spread) Spread {
	if b.Mean == 0 || b.Variance > b.Mean*b.Mean/100 {
		return Spread{Mean: math.NaN()}
	}
	return a.scaled(1/b.Mean, 0)
}

// What aggregates make of groups of rows on the average (at least 1), which are taken to come by chance beyond the
// first.

func spreadCount(_ Spread, rows float64) Spread {
	out := Spread{Mean: rows, Variance: rows - 1}
	if more := rows - 1; more > 0 && more < 100 { // else it is a normal distribution
		out.Below = func(x float64) float64 {
			term, sum := math.Exp(-more), 0.0
			for k := 0.0; k+1 < x && k < 1000; k++ {
				sum += term
				term *= more / (k + 1)
			}
			return math.Min(1, sum)
		}
	}
	return out
}

func spreadTotal(x Spread, rows float64) Spread {
	if rows <= 1 {
		return x
	}
	return Spread{Mean: rows * x.Mean, Variance: rows*x.Variance + x.Mean*x.Mean*(rows-1)}
}

func spreadMean(x Spread, rows float64) Spread {
	if rows <= 1 {
		return x
	}
	return Spread{Mean: x.Mean, Variance: x.Variance / rows}
}

func spreadLeast(x Spread, rows float64) Spread {
	return extreme(x, rows, func(x float64) float64 { return 1 - math.Pow(1-x, rows) })
}

func spreadGreatest(x Spread, rows float64) Spread {
	return extreme(x, rows, func(x float64) float64 { return math.Pow(x, rows) })
}

// extreme has its middle where the share below is a half.
func extreme(x Spread, rows float64, share func(float64) float64) Spread {
	if rows <= 1 || x.Variance == 0 {
		return x
	}
	out := Spread{Below: func(v float64) float64 { return share(x.Less(v)) }}
	width := math.Sqrt(x.Variance)
	at := func(part float64) float64 {
		low, high := x.Mean-40*width, x.Mean+40*width
		for range 60 {
			if mid := (low + high) / 2; out.Below(mid) < part {
				low = mid
			} else {
				high = mid
			}
		}
		return high
	}
	out.Mean = at(0.5)
	half := (at(0.84) - at(0.16)) / 2
	out.Variance = half * half
	return out
}

// spreadPlaces are the windows that give places.
var spreadPlaces = map[string]func(rows float64) Spread{
	"row_number": spreadPlace, "rank": spreadPlace, "dense_rank": spreadPlace}

// spreadPlace is 1, 2 and so on, up to the number of rows of a partition.
func spreadPlace(rows float64) Spread {
	rows = math.Max(1, math.Round(rows))
	return Spread{Mean: (rows + 1) / 2, Variance: (rows*rows - 1) / 12,
		Below: func(x float64) float64 { return math.Min(1, math.Max(0, math.Ceil(x)-1)/rows) }}
}
