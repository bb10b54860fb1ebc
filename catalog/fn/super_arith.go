package fn

import (
	"math"
	"math/big"

	"slipher/catalog/int128"
	"slipher/catalog/super"
	"slipher/catalog/types"
)

// superArithGroup is arithmetic with SUPERs, of which each value has a type of its own: as with values of that type,
// but that an exact number has as many digits as it needs. What is no number gives NULL. Redshift guide, "Dynamic
// typing".
func superArithGroup() Group {
	any, value := Param{Class: AnyType}, Param{Kind: types.Super}
	var g Group
	for _, o := range superArithmetic {
		ret := func(args []types.Type, _ []*types.Datum) (Bound, error) {
			t, ok := CommonType(args[0], args[1], types.DecimalExact)
			if !ok || t.Kind != types.Super {
				return Bound{}, errNoMatch
			}
			return Bound{Op: opRef("super_" + o.name), Args: []types.Type{t, t}, Ret: t}, nil
		}
		const doc = "Of numbers in SUPERs."
		g.Rows = append(g.Rows, two(o.sign, value, any, ret, doc), two(o.sign, any, value, ret, doc))
		op := superOp("super_"+o.name, hostSuperArithmetic(o), o.doc, str, str, str)
		op.Infix = o.sign
		g.Ops = append(g.Ops, op)
	}
	return g
}

// superOperation is one of them, on exact numbers and on others. ok false: it is a division by zero.
type superOperation struct {
	sign, name, doc string
	exact           func(x, y superExact) (r superExact, ok bool)
	float           func(x, y float64) (r float64, ok bool)
}

var superArithmetic = []superOperation{
	{"+", "add", "The sum.", func(x, y superExact) (superExact, bool) {
		x, y = aligned(x, y)
		return superExact{new(big.Int).Add(x.n, y.n), x.scale}, true
	}, func(x, y float64) (float64, bool) { return x + y, true }},
	{"-", "sub", "The difference.", func(x, y superExact) (superExact, bool) {
		x, y = aligned(x, y)
		return superExact{new(big.Int).Sub(x.n, y.n), x.scale}, true
	}, func(x, y float64) (float64, bool) { return x - y, true }},
	{"*", "mul", "The product.", func(x, y superExact) (superExact, bool) {
		return superExact{new(big.Int).Mul(x.n, y.n), x.scale + y.scale}, true
	}, func(x, y float64) (float64, bool) { return x * y, true }},
	{"/", "div", "The quotient, cut: an integer of two integers.", superQuotient,
		func(x, y float64) (float64, bool) { return x / y, y != 0 }},
	{"%", "mod", "The remainder.", func(x, y superExact) (superExact, bool) {
		if x, y = aligned(x, y); y.n.Sign() == 0 {
			return x, false
		}
		return superExact{new(big.Int).Rem(x.n, y.n), x.scale}, true
	}, func(x, y float64) (float64, bool) { return math.Mod(x, y), y != 0 }},
}

// superExact is n units of 10^-scale.
type superExact struct {
	n     *big.Int
	scale int
}

func exactOf(v super.Value) (superExact, bool) {
	n, scale, ok := v.Exact()
	return superExact{n.Big(), scale}, ok
}

func (x superExact) coefficient() int128.Int { return int128.From(x.n) }

func (x superExact) scaled(by int) superExact {
	return superExact{new(big.Int).Mul(x.n, new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(by)), nil)), x.scale + by}
}

func (x superExact) digits() int { return len(new(big.Int).Abs(x.n).String()) }

// aligned gives both the larger scale.
func aligned(x, y superExact) (superExact, superExact) {
	return x.scaled(max(0, y.scale-x.scale)), y.scaled(max(0, x.scale-y.scale))
}

// superQuotient has the scale of DECIMALs of as many digits as the values have. Redshift guide, "Computations with
// numeric values".
func superQuotient(x, y superExact) (superExact, bool) {
	if y.n.Sign() == 0 {
		return x, false
	}
	scale := 0
	if x.scale > 0 || y.scale > 0 {
		scale = max(4, x.scale+max(y.digits(), y.scale)-y.scale+1)
		if whole := max(x.digits()-x.scale, 0) + y.scale; whole+scale > super.MaxDigits {
			scale = max(4, super.MaxDigits-whole)
		}
	}
	q := x.scaled(max(0, scale+y.scale-x.scale))
	d := y.scaled(max(0, q.scale-scale-y.scale))
	return superExact{new(big.Int).Quo(q.n, d.n), scale}, true
}

func hostSuperArithmetic(o superOperation) func(HostCall) error {
	return func(c HostCall) error {
		var buf [32]byte
		return c.Rows(func(row int) error {
			x, y := super.Value(c.Str(0, row)), super.Value(c.Str(1, row))
			if x.Kind() != super.Number || y.Kind() != super.Number {
				c.SetNull(row)
				return nil
			}
			a, exact := exactOf(x)
			b, ok := exactOf(y)
			if exact && ok {
				r, ok := o.exact(a, b)
				switch {
				case !ok:
					return DivideByZero.Err()
				case r.scale > super.MaxScale || r.digits() > super.MaxDigits:
					return NumericOverflow.Err()
				}
				c.SetStr(row, super.AppendDecimal(buf[:0], r.coefficient(), r.scale))
				return nil
			}
			r, ok := o.float(asFloat(x), asFloat(y))
			switch {
			case !ok:
				return DivideByZero.Err()
			case math.IsInf(r, 0):
				return FloatOverflow.Err()
			}
			c.SetStr(row, super.AppendFloat(buf[:0], r, 64))
			return nil
		})
	}
}

// asFloat is a number as a double.
func asFloat(v super.Value) float64 {
	if f, _, ok := v.Float(); ok {
		return f
	}
	d, _ := types.FromSuper(v, types.TFloat8, "")
	return d.Float()
}
