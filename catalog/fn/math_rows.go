package fn

import (
	"math"

	"slipher/catalog/types"
)

func mathRows() []*Row {
	F := types.TFloat8
	var rows []*Row
	double := func(op string, names ...string) {
		for _, n := range names {
			rows = append(rows, row(n, op, F, "In double precision.", F))
		}
	}
	double("sqrt", "sqrt", "|/", "dsqrt")
	double("cbrt", "cbrt", "||/")
	double("exp", "exp", "dexp")
	double("ln", "ln", "dlog1")
	double("log10", "log", "dlog10", "log10")
	for _, n := range []string{"sin", "cos", "tan", "cot", "asin", "acos", "atan", "sinh", "cosh", "tanh", "asinh",
		"acosh", "atanh", "sind", "cosd", "tand", "cotd", "asind", "acosd", "atand"} {
		double(n, n)
	}
	rows = append(rows,
		row("atan2", "atan2", F, "Arc tangent of a quotient.", F, F),
		row("atan2d", "atan2d", F, "Arc tangent of a quotient, in degrees.", F, F),
		row("log", "log_base", F, "Logarithm to a base.", F, F),
		row("power", "pow", F, "In double precision.", F, F),
		row("pow", "pow", F, "In double precision.", F, F),
		row("^", "pow", F, "In double precision.", F, F),
		&Row{Name: "random", Ret: fixed("random", F), Vol: Volatile, Doc: "A double in [0, 1)."},
		&Row{Name: "pi", Ret: func([]types.Type, []*types.Datum) (Bound, error) { return Bound{Ret: F}, nil },
			Leader: func(Session, []types.Datum) (types.Datum, error) { return types.Float(math.Pi), nil },
			Doc:    "3.14159265358979."},
	)
	for _, f := range []struct {
		name   string
		factor float64
	}{{"degrees", 180 / math.Pi}, {"radians", math.Pi / 180}} {
		rows = append(rows, &Row{Name: f.name, Args: exact(F), Doc: "Converts an angle.",
			Ret: func([]types.Type, []*types.Datum) (Bound, error) {
				return Bound{Op: opRef("float_scale"), Args: []types.Type{F}, Extra: []Const{{f64, types.Float(f.factor)}}, Ret: F},
					nil
			}})
	}
	rows = append(rows, one("sign", number, signOf, "-1, 0 or 1; of a decimal, without digits behind the point."))
	for _, f := range []struct{ name, op string }{{"round", "round"}, {"trunc", "trunc"}, {"ceil", "ceil"},
		{"ceiling", "ceil"}, {"floor", "floor"}} {
		rows = append(rows, one(f.name, number, rounding(f.op), "A whole number of the argument's type."))
	}
	for _, name := range []string{"round", "trunc"} {
		rows = append(rows, two(name, number, Param{Kind: types.Int4, Name: "digits"}, digitsRounding(name),
			"At a digit behind the point, or before it if negative."))
	}
	return rows
}

// signOf binds sign. A decimal keeps its width but not its scale: 1 is 1, not 0.01.
func signOf(args []types.Type, consts []*types.Datum) (Bound, error) {
	b, err := unary("sign")(args, consts)
	if err == nil && b.Ret.Kind == types.Decimal {
		b.Ret = types.TDecimal(int(b.Ret.Prec), 0)
	}
	return b, err
}

// rounding binds round, trunc, ceil and floor to whole numbers.
func rounding(op string) retFunc {
	return func(args []types.Type, _ []*types.Datum) (Bound, error) {
		t := numberOf(args[0], types.TFloat8, nil)
		switch {
		case t.IsInteger():
			return Bound{Args: []types.Type{t}, Ret: t}, nil
		case t.Kind != types.Decimal:
			return Bound{Op: opRef(op), Args: []types.Type{types.TFloat8}, Ret: types.TFloat8}, nil
		}
		return decimalRounding("dec_"+op, t, 0), nil
	}
}

// decimalRounding rounds a decimal to n digits behind the point, or at a digit
// before it for negative n. The result has the digits that are left, and one
// more that rounding up may need: round(28.05, 1) is 28.1, of scale 1.
func decimalRounding(op string, t types.Type, n int) Bound {
	s := int(t.Scale)
	if n >= s {
		return Bound{Args: []types.Type{t}, Ret: t}
	}
	n = max(n, s-types.MaxPrecision)
	whole := int(t.Prec) - s
	if op != "dec_trunc" {
		whole++
	}
	ret := types.TDecimal(max(1, min(whole+max(n, 0), types.MaxPrecision)), max(n, 0))
	w := workWidth(t, ret, s-n)
	divisor, limit := factorAndLimit(w, s-n, ret)
	multiplier, _ := factorAndLimit(w, max(-n, 0), ret)
	return Bound{Op: opRef(op), Args: []types.Type{t}, Extra: []Const{divisor, multiplier, limit}, Ret: ret}
}

// digitsRounding binds round(x, n) and trunc(x, n). For decimals n must be a
// constant, else the work is done in double precision.
func digitsRounding(op string) retFunc {
	return func(args []types.Type, consts []*types.Datum) (Bound, error) {
		t := numberOf(args[0], types.TFloat8, nil)
		n := consts[1]
		if n != nil && !n.Null && args[1].IsInteger() {
			digits := int(max(-100, min(n.Lo, 100)))
			switch {
			case t.IsInteger() && digits >= 0:
				return Bound{Args: []types.Type{t}, Ret: t}, nil
			case t.IsInteger() || t.Kind == types.Decimal:
				b := decimalRounding("dec_"+op, types.IntegerAsDecimal(t), digits)
				if b.Op != nil {
					b.Args = append(b.Args, types.TUnknown)
				}
				return b, nil
			}
		}
		return Bound{Op: opRef(op + "_digits"), Args: []types.Type{types.TFloat8, types.TInt4}, Ret: types.TFloat8}, nil
	}
}
