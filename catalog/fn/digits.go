package fn

import (
	"math/big"
	"strings"

	"slipher/catalog/sqlerr"
	"slipher/catalog/types"
)

// digitsGroup is functions about decimals' digits, and sizes that are written with units.
func digitsGroup() Group {
	whole := types.TDecimal(types.MaxPrecision, 0)
	// about binds a function of a decimal, whose scale is the op's second operand.
	about := func(op string) retFunc {
		return func(args []types.Type, consts []*types.Datum) (Bound, error) {
			t := types.IntegerAsDecimal(numberOf(args[0], whole, consts[0]))
			if t.Kind != types.Decimal {
				return Bound{}, errNoMatch
			}
			return Bound{Op: opRef(op), Args: []types.Type{t}, Extra: []Const{i32Const(int(t.Scale))}, Ret: types.TInt4}, nil
		}
	}
	each := func(out types.Phys, more ...types.Phys) []Shape {
		return []Shape{shape(append(append([]types.Phys{i64}, more...), out)...),
			shape(append(append([]types.Phys{i128}, more...), out)...)}
	}
	return Group{
		Ops: []*Op{
			{Name: "scale_of", Shapes: each(i32, i32), Doc: "The scale of a decimal's type.",
				Host: eachRow(func(c HostCall, row int) error { c.SetInt(row, c.Int(1, row)); return nil })},
			{Name: "least_scale", Shapes: each(i32, i32), Doc: "The least scale at which a decimal of a scale is the same.",
				Host: eachRow(func(c HostCall, row int) error {
					c.SetInt(row, int64(leastScale(bigOperand(c, 0, row), int(c.Int(1, row)))))
					return nil
				})},
			{Name: "whole_quotient", Shapes: []Shape{shape(i128, i128, i128)}, MayFail: true,
				Doc: "The quotient of two decimals of one scale, without its fraction.", Host: hostWholeQuotient},
			{Name: "size_bytes", Shapes: []Shape{shape(str, i64)}, MayFail: true, Doc: "The bytes of a size with its unit.",
				Host: eachRow(hostSizeBytes)},
		},
		Rows: []*Row{
			one("scale", number, about("scale_of"), "The digits behind the point of a number's type."),
			one("min_scale", number, about("least_scale"), "The digits behind the point that a number needs."),
			two("div", number, number, bindWholeQuotient, "The quotient without its fraction."),
			row("pg_size_bytes", "size_bytes", types.TInt8, "The bytes of a size: 1.5 GB.", types.TText),
		},
	}
}

func leastScale(n *big.Int, scale int) int {
	ten, rest := big.NewInt(10), new(big.Int)
	for ; scale > 0; scale-- {
		n, rest = new(big.Int).QuoRem(n, ten, rest)
		if rest.Sign() != 0 {
			break
		}
	}
	return scale
}

func bindWholeQuotient(args []types.Type, consts []*types.Datum) (Bound, error) {
	whole := types.TDecimal(types.MaxPrecision, 0)
	scale := 0
	for i, a := range args {
		t := types.IntegerAsDecimal(numberOf(a, whole, consts[i]))
		if t.Kind != types.Decimal {
			return Bound{}, errNoMatch
		}
		scale = max(scale, int(t.Scale))
	}
	t := types.TDecimal(types.MaxPrecision, scale)
	return Bound{Op: opRef("whole_quotient"), Args: []types.Type{t, t}, Ret: whole}, nil
}

func hostWholeQuotient(c HostCall) error {
	limit := powerOfTen(types.MaxPrecision)
	return c.Rows(func(row int) error {
		d := bigOperand(c, 1, row)
		if d.Sign() == 0 {
			return DivideByZero.Err()
		}
		n := new(big.Int).Quo(bigOperand(c, 0, row), d)
		if n.CmpAbs(limit) >= 0 {
			return NumericOverflow.Err()
		}
		setBig(c, row, n)
		return nil
	})
}

// sizeUnits are the powers of two of units.
var sizeUnits = map[string]uint{"": 0, "b": 0, "bytes": 0, "kb": 10, "mb": 20, "gb": 30, "tb": 40, "pb": 50}

func hostSizeBytes(c HostCall, row int) error {
	text := string(c.Str(0, row))
	bad := func() error { return sqlerr.New(sqlerr.InvalidParameterValue, "invalid size: \"%s\"", text) }
	s := strings.TrimSpace(text)
	end := strings.IndexFunc(s, func(r rune) bool { return !strings.ContainsRune("+-0123456789.", r) })
	if end < 0 {
		end = len(s)
	} else if s[end] == 'e' || s[end] == 'E' { // an exponent
		n := end + 1
		for n < len(s) && (s[n] >= '0' && s[n] <= '9' || n == end+1 && (s[n] == '+' || s[n] == '-')) {
			n++
		}
		end = n
	}
	v, ok := new(big.Rat).SetString(s[:end])
	shift, known := sizeUnits[strings.ToLower(strings.TrimSpace(s[end:]))]
	if !ok || len(s[:end]) > 60 {
		return bad()
	}
	if !known {
		return sqlerr.From(bad()).WithDetail("Invalid size unit: \"%s\".", strings.TrimSpace(s[end:])).
			WithHint("Valid units are \"bytes\", \"B\", \"kB\", \"MB\", \"GB\", \"TB\", and \"PB\".")
	}
	v.Mul(v, new(big.Rat).SetInt(new(big.Int).Lsh(big.NewInt(1), shift)))
	n, rest := new(big.Int).QuoRem(v.Num(), v.Denom(), new(big.Int))
	if rest.Abs(rest).Lsh(rest, 1).Cmp(v.Denom()) >= 0 { // half away from zero
		n.Add(n, big.NewInt(int64(v.Sign())))
	}
	if !n.IsInt64() {
		return BigintRange.Err()
	}
	c.SetInt(row, n.Int64())
	return nil
}
