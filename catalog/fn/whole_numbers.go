package fn

import (
	"math"
	"math/big"
	"math/bits"

	"slipher/catalog/sqlerr"
	"slipher/catalog/types"
)

// wholeNumbersGroup is functions of whole numbers that PostgreSQL has beyond arithmetic.
func wholeNumbersGroup() Group {
	op := func(name, doc string, f func(c HostCall, row int) error, shapes ...Shape) *Op {
		return &Op{Name: name, Shapes: shapes, MayFail: true, Doc: doc,
			Host: eachRow(f)}
	}
	I, N := types.TInt4, types.TInt8
	return Group{
		Ops: []*Op{
			op("gcd", "The greatest common divisor, not negative.", func(c HostCall, row int) error {
				return setCount(c, row, gcd(magnitude(c.Int(0, row)), magnitude(c.Int(1, row))))
			}, shape(i64, i64, i64)),
			op("lcm", "The least common multiple, not negative.", func(c HostCall, row int) error {
				a, b := magnitude(c.Int(0, row)), magnitude(c.Int(1, row))
				if a == 0 || b == 0 {
					return setCount(c, row, 0)
				}
				over, l := bits.Mul64(a/gcd(a, b), b)
				if over != 0 {
					return BigintRange.Err()
				}
				return setCount(c, row, l)
			}, shape(i64, i64, i64)),
			op("factorial", "The product of the numbers from 1 on.", hostFactorial, shape(i64, i128)),
			op("width_bucket", "The number of the part, of so many between two bounds, that a value lies in.", hostWidthBucket,
				shape(f64, f64, f64, i32, i32)),
		},
		Rows: []*Row{
			row("gcd", "gcd", N, "The greatest common divisor.", N, N),
			row("lcm", "lcm", N, "The least common multiple.", N, N),
			row("factorial", "factorial", types.TDecimal(types.MaxPrecision, 0), "The product of the numbers from 1 on.", N),
			row("width_bucket", "width_bucket", I,
				"The number of the part, of so many between two bounds, that a value lies in; 0 or one more outside.", types.TFloat8,
				types.TFloat8, types.TFloat8, I),
		},
	}
}

func magnitude(v int64) uint64 {
	if v < 0 {
		return -uint64(v)
	}
	return uint64(v)
}

func gcd(a, b uint64) uint64 {
	for b != 0 {
		a, b = b, a%b
	}
	return a
}

func setCount(c HostCall, row int, v uint64) error {
	if v > math.MaxInt64 {
		return BigintRange.Err()
	}
	c.SetInt(row, int64(v))
	return nil
}

// hostFactorial: 33! is the last of 38 digits.
func hostFactorial(c HostCall, row int) error {
	n := c.Int(0, row)
	switch {
	case n < 0:
		return sqlerr.New(sqlerr.NumericOutOfRange, "factorial of a negative number is undefined")
	case n > 33:
		return NumericOverflow.Err()
	}
	setBig(c, row, new(big.Int).MulRange(1, n))
	return nil
}

// hostWidthBucket: the first bound may be the greater one. A value on the upper bound lies outside.
func hostWidthBucket(c HostCall, row int) error {
	bad := func(what string) error { return sqlerr.New("2201G", "%s", what) }
	x, lo, hi, n := c.Float(0, row), c.Float(1, row), c.Float(2, row), c.Int(3, row)
	switch {
	case n <= 0:
		return bad("count must be greater than zero")
	case math.IsNaN(x) || math.IsNaN(lo) || math.IsNaN(hi):
		return bad("operand, lower bound, and upper bound cannot be NaN")
	case math.IsInf(lo, 0) || math.IsInf(hi, 0):
		return bad("lower and upper bounds must be finite")
	case lo == hi:
		return bad("lower bound cannot equal upper bound")
	}
	if lo > hi {
		x, lo, hi = -x, -lo, -hi
	}
	switch {
	case x < lo:
		c.SetInt(row, 0)
	case x >= hi:
		if n == math.MaxInt32 {
			return IntegerRange.Err()
		}
		c.SetInt(row, n+1)
	default:
		c.SetInt(row, min(int64(float64(n)*((x/2-lo/2)/(hi/2-lo/2))), n-1)+1)
	}
	return nil
}
