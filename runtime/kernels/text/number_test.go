package text_test

import (
	"math"
	"math/big"
	"math/rand/v2"
	"testing"

	"slipher/catalog/fn"
	"slipher/catalog/int128"
	"slipher/catalog/types"
)

// Every op evaluates on zeros and extremes in every shape without a trap or a
// class mismatch: what garbage under NULL may look like.
func TestOpsOnGarbage(t *testing.T) {
	samples := map[types.Phys][]types.Datum{
		types.I8:   {types.Int(0), types.Int(1)},
		types.F32:  {types.Float(0), types.Float(math.Inf(1)), types.Float(math.NaN()), types.Float(-1.5)},
		types.F64:  {types.Float(0), types.Float(math.Inf(-1)), types.Float(math.NaN()), types.Float(1e300)},
		types.I128: {types.Int(0), types.Int(-1), types.Int128(math.MinInt64, 0), types.Int128(math.MaxInt64, -1)},
		types.Str:  {types.String(""), types.String("\xff\xc3"), types.String("a very long string\xe2\x82")},
	}
	for p, lo := range map[types.Phys]int64{types.I16: math.MinInt16, types.I32: math.MinInt32, types.I64: math.MinInt64} {
		samples[p] = []types.Datum{types.Int(0), types.Int(-1), types.Int(lo), types.Int(^lo)}
	}
	// Operands that are always constants of the program: a sane value each.
	for _, op := range table.Ops() {
		if op.Emit == nil {
			continue
		}
		for _, sh := range op.Shapes {
			for range 40 {
				b := fn.Bound{Op: op, Ret: typeOf(sh.Out)}
				var args []types.Datum
				for i, p := range sh.In {
					d := samples[p][rand.IntN(len(samples[p]))]
					if c, ok := constOperand(op.Name, i); ok {
						d = c
					}
					b.Args = append(b.Args, typeOf(p))
					args = append(args, d)
				}
				run(b, args)
			}
		}
	}
}

// typeOf is some type of a class.
func typeOf(p types.Phys) types.Type {
	return map[types.Phys]types.Type{types.I8: types.TBool, types.I16: types.TInt2, types.I32: types.TInt4,
		types.I64:  types.TInt8,
		types.I128: types.TDecimal(38, 0), types.F32: types.TFloat4, types.F64: types.TFloat8, types.Str: types.TText}[p]
}

// constOperand is the value of an operand that is a constant factor or divisor.
func constOperand(op string, i int) (types.Datum, bool) {
	switch op {
	case "dec_up", "dec_up_nc", "dec_down_round", "dec_down_trunc", "int_to_dec", "int_to_dec_check", "dec_to_int_round",
		"dec_to_int_trunc",
		"dec_round", "dec_trunc", "dec_floor", "dec_ceil":
		return types.Int(1000), i == 1
	}
	return types.Datum{}, false
}

func num(s string) int128.Int {
	v, ok := new(big.Int).SetString(s, 10)
	if !ok {
		panic(s)
	}
	return int128.From(v)
}

// Operators on numbers give the documented type, value and error.
func TestNumberOperators(t *testing.T) {
	d := types.TDecimal
	for _, c := range []struct {
		op   string
		a, b types.Type
		x, y string
		ret  types.Type
		want string
		code fn.Code
	}{
		{"+", types.TInt2, types.TInt2, "32767", "1", types.TInt2, "", fn.SmallintRange},
		{"+", types.TInt2, types.TInt4, "32767", "1", types.TInt4, "32768", 0},
		{"-", types.TInt4, types.TInt4, "-2147483648", "1", types.TInt4, "", fn.IntegerRange},
		{"*", types.TInt8, types.TInt8, "4294967296", "2147483648", types.TInt8, "", fn.BigintRange},
		{"*", types.TInt8, types.TInt8, "4294967296", "-2147483648", types.TInt8, "-9223372036854775808", 0},
		{"/", types.TInt4, types.TInt4, "5", "2", types.TInt4, "2", 0},
		{"/", types.TInt4, types.TInt4, "-5", "2", types.TInt4, "-2", 0},
		{"/", types.TInt4, types.TInt4, "-5", "0", types.TInt4, "", fn.DivideByZero},
		{"/", types.TInt4, types.TInt4, "-2147483648", "-1", types.TInt4, "", fn.IntegerRange},
		{"/", types.TInt4, types.TInt4, "7", "-1", types.TInt4, "-7", 0},
		{"%", types.TInt4, types.TInt4, "-7", "3", types.TInt4, "-1", 0},
		{"%", types.TInt8, types.TInt8, "-9223372036854775808", "-1", types.TInt8, "0", 0},
		{"+", d(8, 2), d(8, 2), "150", "275", d(9, 2), "425", 0},
		{"+", d(8, 2), d(8, 3), "150", "275", d(10, 3), "1775", 0},
		{"+", types.TInt4, d(8, 2), "3", "275", d(13, 2), "575", 0},
		{"-", d(38, 0), d(38, 0), "-99999999999999999999999999999999999999", "1", d(38, 0), "", fn.NumericOverflow},
		{"+", d(38, 0), d(38, 0), "99999999999999999999999999999999999998", "1", d(38, 0),
			"99999999999999999999999999999999999999", 0},
		{"+", d(38, 0), d(38, 0), "99999999999999999999999999999999999999", "99999999999999999999999999999999999999",
			d(38, 0), "", fn.NumericOverflow},
		{"*", d(8, 2), d(8, 2), "150", "-275", d(17, 4), "-41250", 0},
		{"*", d(18, 4), d(18, 4), "999999999999999999", "999999999999999999", d(37, 8),
			"999999999999999998000000000000000001", 0},
		{"*", d(30, 0), d(10, 0), "100000000000000000000000000000", "1000000000", d(38, 0), "", fn.NumericOverflow},
		{"*", d(30, 0), d(10, 0), "100000000000000000000000000000", "100000000", d(38, 0),
			"10000000000000000000000000000000000000", 0},
		{"*", d(38, 30), d(38, 30), "2000000000000000000000000000000", "1500000000000000000000000000000", d(38, 37),
			"30000000000000000000000000000000000000", 0},
		{"/", d(8, 2), types.TInt2, "10000", "3", d(14, 8), "3333333333", 0},
		{"/", d(8, 2), types.TInt2, "20000", "3", d(14, 8), "6666666667", 0},
		{"/", d(8, 2), types.TInt2, "-20000", "3", d(14, 8), "-6666666667", 0},
		{"/", d(8, 2), d(8, 2), "1", "0", d(17, 9), "", fn.DivideByZero},
		{"/", d(38, 4), d(38, 4), "10000", "30000", d(38, 4), "3333", 0},
		{"/", d(38, 4), d(38, 4), "99999999999999999999999999999999999999", "1", d(38, 4), "", fn.NumericOverflow},
		{"/", d(38, 0), d(38, 37), "1", "10000000000000000000000000000000000000", d(38, 4), "10000", 0},
		{"/", d(38, 0), d(38, 37), "12345678901234567890123456789012345678", "10000000000000000000000000000000000000",
			d(38, 4), "", fn.NumericOverflow},
		{"%", d(8, 2), d(8, 3), "-750", "2000", d(9, 3), "-1500", 0},
		{"=", d(8, 2), d(8, 3), "150", "1500", types.TBool, "1", 0},
		{"<", types.TInt4, d(8, 3), "2", "1500", types.TBool, "0", 0},
		{">=", d(38, 2), types.TInt8, "-1", "-9223372036854775808", types.TBool, "1", 0},
	} {
		_, b, err := table.Resolve(c.op, []types.Type{c.a, c.b}, nil)
		if err != nil {
			t.Errorf("%v %s %v: %v", c.a, c.op, c.b, err)
			continue
		}
		if b.Ret != c.ret {
			t.Errorf("%v %s %v: type %v, want %v", c.a, c.op, c.b, b.Ret, c.ret)
		}
		args := []types.Datum{types.Wide(num(c.x)), types.Wide(num(c.y))}
		for i, from := range []types.Type{c.a, c.b} {
			var code fn.Code
			if args[i], code = cast(t, args[i], from, b.Args[i], fn.Implicit); code != 0 {
				t.Errorf("%v %s %v: cast of operand %d: %v", c.a, c.op, c.b, i, code)
			}
		}
		got, code := run(b, args)
		if code != c.code || code == 0 && got.I128() != num(c.want) {
			t.Errorf("%s %s %s (%v, %v) = %v %v, want %s %v", c.x, c.op, c.y, c.a, c.b, got.I128(), code, c.want, c.code)
		}
	}
}

// Casts between numbers round, truncate and check as their context says.
func TestNumberCasts(t *testing.T) {
	d := types.TDecimal
	for _, c := range []struct {
		from, to types.Type
		ctx      fn.CastContext
		x, want  string
		code     fn.Code
	}{
		{types.TInt4, types.TInt2, fn.Assignment, "32768", "", fn.SmallintRange},
		{types.TInt2, types.TInt8, fn.Implicit, "-5", "-5", 0},
		{types.TInt4, d(5, 2), fn.Implicit, "999", "99900", 0},
		{types.TInt4, d(5, 2), fn.Implicit, "1000", "", fn.NumericPrecision},
		{types.TInt8, d(38, 10), fn.Implicit, "-9223372036854775808", "-92233720368547758080000000000", 0},
		{types.TInt2, d(19, 19), fn.Implicit, "1", "", fn.NumericPrecision},
		{types.TInt2, d(19, 19), fn.Implicit, "0", "0", 0},
		{d(8, 2), types.TInt4, fn.Explicit, "150", "1", 0},
		{d(8, 2), types.TInt4, fn.Explicit, "-150", "-1", 0},
		{d(8, 2), types.TInt4, fn.Explicit, "149", "1", 0},
		{d(19, 19), types.TInt4, fn.Explicit, "5000000000000000000", "0", 0},
		{d(38, 0), types.TInt8, fn.Explicit, "9223372036854775808", "", fn.BigintRange},
		{d(8, 3), d(8, 2), fn.Explicit, "1239", "123", 0},
		{d(8, 3), d(8, 2), fn.Assignment, "1235", "124", 0},
		{d(8, 3), d(8, 2), fn.Assignment, "-1235", "-124", 0},
		{d(8, 2), d(7, 3), fn.Explicit, "1000000", "", fn.NumericPrecision},
		{d(8, 2), d(7, 3), fn.Explicit, "999999", "9999990", 0},
		{d(19, 0), d(19, 10), fn.Explicit, "1000000000", "", fn.NumericPrecision},
		{d(18, 0), d(19, 1), fn.Explicit, "999999999999999999", "", fn.NumericPrecision},
		{d(38, 10), d(19, 2), fn.Assignment, "12345678901234567895", "123456789012", 0},
		{d(38, 10), d(5, 2), fn.Assignment, "12345678901234567895", "", fn.NumericPrecision},
		{d(20, 0), d(19, 0), fn.Explicit, "9223372036854775807", "9223372036854775807", 0},
		{d(20, 0), d(19, 0), fn.Explicit, "9223372036854775808", "", fn.NumericPrecision},
		{d(19, 2), d(38, 2), fn.Implicit, "-7", "-7", 0},
	} {
		got, code := cast(t, types.Wide(num(c.x)), c.from, c.to, c.ctx)
		if code != c.code || code == 0 && got.I128() != num(c.want) {
			t.Errorf("%s: %v to %v (%v) = %v %v, want %s %v", c.x, c.from, c.to, c.ctx, got.I128(), code, c.want, c.code)
		}
	}
}

// Casts with floats on one side.
func TestFloatCasts(t *testing.T) {
	d := types.TDecimal
	for _, c := range []struct {
		x    float64
		from types.Type
		to   types.Type
		want string
		code fn.Code
	}{
		{2.5, types.TFloat8, types.TInt4, "2", 0},
		{3.5, types.TFloat8, types.TInt4, "4", 0},
		{-2.5, types.TFloat8, types.TInt2, "-2", 0},
		{2147483647.4, types.TFloat8, types.TInt4, "2147483647", 0},
		{2147483647.5, types.TFloat8, types.TInt4, "", fn.IntegerRange},
		{9223372036854775807, types.TFloat8, types.TInt8, "", fn.BigintRange},
		{-9223372036854775808, types.TFloat8, types.TInt8, "-9223372036854775808", 0},
		{4503599627370497.5, types.TFloat8, types.TInt8, "4503599627370498", 0},
		{math.NaN(), types.TFloat8, types.TInt8, "", fn.BigintRange},
		{0.1 + 0.2, types.TFloat8, d(18, 17), "30000000000000000", 0},
		{1.005, types.TFloat8, d(10, 2), "101", 0},
		{-1e300, types.TFloat8, d(38, 2), "", fn.NumericPrecision},
		{999.995, types.TFloat8, d(5, 2), "", fn.NumericPrecision},
		{1.1, types.TFloat4, d(10, 4), "11000", 0},
	} {
		got, code := cast(t, types.Float(c.x), c.from, c.to, fn.Explicit)
		if code != c.code || code == 0 && got.I128() != num(c.want) {
			t.Errorf("%v: %v to %v = %v %v, want %s %v", c.x, c.from, c.to, got.I128(), code, c.want, c.code)
		}
	}
	for _, c := range []struct {
		x    string
		s    int
		want float64
	}{{"123456", 2, 1234.56}, {"-1", 37, -1e-37}, {"99999999999999999999999999999999999999", 0, 1e38},
		{"9007199254740993", 1, 900719925474099.3}} {
		if got, _ := cast(t, types.Wide(num(c.x)), d(38, c.s), types.TFloat8, fn.Implicit); got.Float() != c.want {
			t.Errorf("%s scale %d = %v, want %v", c.x, c.s, got.Float(), c.want)
		}
	}
}

// Float arithmetic raises PostgreSQL's errors.
func TestFloatArithmetic(t *testing.T) {
	for _, c := range []struct {
		op   string
		x, y float64
		want float64
		code fn.Code
	}{
		{"+", 0.1, 0.2, 0.30000000000000004, 0},
		{"*", 1e308, 10, 0, fn.FloatOverflow},
		{"/", 1, 0, 0, fn.DivideByZero},
		{"/", 1, 3, 1.0 / 3, 0},
		{"+", math.Inf(1), 1, math.Inf(1), 0},
		{"%", 5.5, 2, 1.5, 0},
	} {
		_, b, err := table.Resolve(c.op, []types.Type{types.TFloat8, types.TFloat8}, nil)
		if err != nil {
			t.Fatal(err)
		}
		got, code := run(b, []types.Datum{types.Float(c.x), types.Float(c.y)})
		if code != c.code || code == 0 && got.Float() != c.want {
			t.Errorf("%v %s %v = %v %v, want %v %v", c.x, c.op, c.y, got.Float(), code, c.want, c.code)
		}
	}
}

// Decimal division agrees with big integers on random operands of every width.
func TestDecimalDivisionRandom(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 2))
	random := func() *big.Int {
		n := rnd.IntN(38) + 1
		v := new(big.Int)
		for range n {
			v.Mul(v, big.NewInt(10)).Add(v, big.NewInt(int64(rnd.IntN(10))))
		}
		if rnd.IntN(2) == 0 {
			v.Neg(v)
		}
		return v
	}
	limit := new(big.Int).Exp(big.NewInt(10), big.NewInt(38), nil)
	for range 20000 {
		x, y, k := random(), random(), rnd.IntN(42)
		b := fn.Bound{Op: table.Op("dec_div"), Args: []types.Type{types.TDecimal(38, 0), types.TDecimal(38, 0)},
			Extra: []fn.Const{{Phys: types.I32, V: types.Int(int64(k))}}, Ret: types.TDecimal(38, 0)}
		got, code := run(b, []types.Datum{types.Wide(num(x.String())), types.Wide(num(y.String()))})
		if y.Sign() == 0 {
			if code != fn.DivideByZero {
				t.Fatalf("%v / 0: %v", x, code)
			}
			continue
		}
		n := new(big.Int).Mul(x, new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(k)), nil))
		q, r := new(big.Int).QuoRem(n, y, new(big.Int))
		if r.Abs(r).Lsh(r, 1).CmpAbs(y) >= 0 {
			q.Add(q, big.NewInt(int64(n.Sign()*y.Sign())))
		}
		if q.CmpAbs(limit) >= 0 {
			if code != fn.NumericOverflow {
				t.Fatalf("%v * 10^%d / %v: %v, want overflow", x, k, y, code)
			}
		} else if code != 0 || got.I128() != num(q.String()) {
			t.Fatalf("%v * 10^%d / %v = %v %v, want %v", x, k, y, got.I128(), code, q)
		}
	}
}
