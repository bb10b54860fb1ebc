package fn

import (
	"math/big"

	"slipher/catalog/sqlerr"
	"slipher/catalog/super"
	"slipher/catalog/types"
)

// SUM and AVG of SUPERs are SUPERs: exact numbers are added up exactly, with as many digits behind the point as the one
// that has most, and floating-point ones as DOUBLEs; both together are one. What is no number counts as NULL.

// superSummand is the type in which exact numbers are added up.
var superSummand = types.TDecimal(types.MaxPrecision, 18)

// superTotal is the sum of the numbers in x.
func superTotal(f Finisher, x Term) Term {
	exact := f.Accumulate("sum", f.Call("super_exact", superSummand, x))
	float := f.Accumulate("sumf", f.Call("super_float", types.TFloat8, x))
	scale := f.Accumulate("max", f.Call("super_scale", types.TInt4, x))
	return f.Call("super_total", types.TSuper, exact, float, scale)
}

// superMean: the quotient has as many digits as the sum.
func superMean(f Finisher, x Term) Term {
	return f.Call("super_mean", types.TSuper, superTotal(f, x), f.Count(f.Call("super_number", types.TBool, x)))
}

func superSumOps() []*Op {
	return []*Op{
		superOp("super_exact", superRow(func(c HostCall, row int, v super.Value) error {
			x, ok := exactOf(v)
			switch {
			case !ok:
				c.SetNull(row)
				return nil
			case x.scale > int(superSummand.Scale):
				return sqlerr.Unsupported("SUM of SUPERs with more than %d digits behind the point", superSummand.Scale)
			}
			if x = x.scaled(int(superSummand.Scale) - x.scale); x.digits() > super.MaxDigits {
				return NumericOverflow.Err()
			}
			setBig(c, row, x.n)
			return nil
		}), "An exact number as DECIMAL(38,18).", str, i128),
		superOp("super_float", superRow(func(c HostCall, row int, v super.Value) error {
			if f, _, ok := v.Float(); ok {
				c.SetFloat(row, f)
			} else {
				c.SetNull(row)
			}
			return nil
		}), "A floating-point number.", str, f64),
		superOp("super_number", superRow(func(c HostCall, row int, v super.Value) error {
			if c.SetInt(row, 1); v.Kind() != super.Number {
				c.SetNull(row)
			}
			return nil
		}), "True of a number, NULL of what is none.", str, i8),
		superOp("super_total", hostSuperTotal, "A sum of exact numbers with so many digits, or of both sums.", i128, f64, i32,
			str),
		superOp("super_mean", eachRow(func(c HostCall, row int) error {
			v, n := super.Value(c.Str(0, row)), c.Int(1, row)
			if x, ok := exactOf(v); ok {
				q := superExact{new(big.Int).Quo(x.n, big.NewInt(n)), x.scale}
				return setSuper(c, row, super.AppendDecimal(nil, q.coefficient(), q.scale))
			}
			return setSuper(c, row, super.AppendFloat(nil, asFloat(v)/float64(n), 64))
		}), "A sum divided by a number of values, cut.", str, i64, str),
	}
}

func hostSuperTotal(c HostCall) error {
	return c.AllRows(func(row int) error {
		exact := superExact{bigOperand(c, 0, row), int(superSummand.Scale)}
		switch {
		case !c.Null(1, row):
			f := c.Float(1, row)
			if !c.Null(0, row) {
				more, _ := new(big.Float).SetInt(exact.n).Float64()
				f += more / 1e18
			}
			return setSuper(c, row, super.AppendFloat(nil, f, 64))
		case c.Null(0, row):
			c.SetNull(row)
			return nil
		}
		scale := int(c.Int(2, row))
		unit := superExact{big.NewInt(1), 0}.scaled(exact.scale - scale).n
		sum := superExact{new(big.Int).Quo(exact.n, unit), scale}
		if sum.digits() > super.MaxDigits {
			return NumericOverflow.Err()
		}
		return setSuper(c, row, super.AppendDecimal(nil, sum.coefficient(), scale))
	})
}
