package types

import "testing"

// Worked values: the rules of the Redshift guide, "Computations with numeric values".
func TestDecimalResultTypes(t *testing.T) {
	d := TDecimal
	for _, c := range []struct {
		op         string
		a, b, want Type
	}{
		{"/", d(8, 2), d(8, 2), d(17, 9)},
		{"/", d(8, 2), TInt2, d(14, 8)},
		{"*", d(8, 2), TInt2, d(14, 2)},
		{"+", d(8, 2), d(8, 2), d(9, 2)},
		{"+", TInt4, d(8, 2), d(13, 2)},
		{"/", d(8, 2), TInt4, d(19, 13)},
		{"*", d(18, 4), d(18, 4), d(37, 8)},
		{"/", d(38, 4), d(38, 4), d(38, 4)},
		{"u", d(7, 2), d(15, 3), d(15, 3)},
		{"u", d(19, 0), d(19, 10), d(19, 10)},
		{"*", d(15, 2), d(16, 2), d(32, 4)},
		{"*", d(38, 30), d(38, 30), d(38, 37)},
	} {
		f := map[string]func(a, b Type) Type{"+": DecimalAdd, "*": DecimalMul, "/": DecimalDiv, "u": DecimalUnion}[c.op]
		if got := f(IntegerAsDecimal(c.a), IntegerAsDecimal(c.b)); got != c.want {
			t.Errorf("%v %s %v = %v, want %v", c.a, c.op, c.b, got, c.want)
		}
	}
}
