package int128

import (
	"math/big"
	"math/rand/v2"
	"strings"
	"testing"
)

// some is a number of any size.
func some() Int {
	wide := Int{Hi: int64(rand.Uint64()), Lo: rand.Uint64()}.Big()
	return From(wide.Rsh(wide, uint(rand.IntN(128))))
}

var edges = []Int{{}, Of(1), Of(-1), {Lo: 1 << 63}, {Hi: -1, Lo: 1 << 63}, {Hi: 1<<63 - 1, Lo: 1<<64 - 1},
	{Hi: -1 << 63}, Pow10(38), Pow10(38).Neg()}

// Arithmetic is big.Int's, cut to 128 bits.
func TestArithmetic(t *testing.T) {
	for i := range 20000 {
		a, b := some(), some()
		if i < len(edges)*len(edges) {
			a, b = edges[i/len(edges)], edges[i%len(edges)]
		}
		x, y := a.Big(), b.Big()
		for what, pair := range map[string][2]Int{
			"from": {From(x), a},
			"add":  {a.Add(b), From(new(big.Int).Add(x, y))},
			"neg":  {a.Neg(), From(new(big.Int).Neg(x))},
			"abs":  {a.Abs(), From(new(big.Int).Abs(x))},
		} {
			if pair[0] != pair[1] {
				t.Fatalf("%s of %v, %v: %v, want %v", what, x, y, pair[0], pair[1])
			}
		}
		if a.Cmp(b) != x.Cmp(y) || a.Sign() != x.Sign() || a.FitsInt64() != x.IsInt64() || a.String() != x.String() {
			t.Fatalf("%v, %v: %d, %d, %t, %s", x, y, a.Cmp(b), a.Sign(), a.FitsInt64(), a)
		}
		if want := len(new(big.Int).Abs(x).String()); a.Digits() != want {
			t.Fatalf("%v has %d digits", x, a.Digits())
		}
		if a.Sign() < 0 {
			continue
		}
		m, c := rand.Uint64()>>rand.IntN(64), rand.Uint64()
		r, ok := a.MulSmallAdd(m, c)
		want := new(big.Int).Add(new(big.Int).Mul(x, new(big.Int).SetUint64(m)), new(big.Int).SetUint64(c))
		if ok != (want.BitLen() < 128) || ok && r.Big().Cmp(want) != 0 {
			t.Fatalf("%v * %d + %d is %v %t", x, m, c, r, ok)
		}
		if m > 0 {
			q, rem := a.DivSmall(m)
			div, mod := new(big.Int).QuoRem(x, new(big.Int).SetUint64(m), new(big.Int))
			if q.Big().Cmp(div) != 0 || rem != mod.Uint64() {
				t.Fatalf("%v / %d is %v, %d", x, m, q, rem)
			}
		}
	}
}

func TestAppendDecimal(t *testing.T) {
	for i := range 2000 {
		v := some()
		if i < len(edges) {
			v = edges[i]
		}
		scale := rand.IntN(39)
		digits := new(big.Int).Abs(v.Big()).String()
		digits = strings.Repeat("0", max(0, scale+1-len(digits))) + digits
		want := digits[:len(digits)-scale]
		if scale > 0 {
			want += "." + digits[len(digits)-scale:]
		}
		if v.Sign() < 0 {
			want = "-" + want
		}
		if got := string(AppendDecimal(nil, v, scale)); got != want {
			t.Fatalf("%v with %d digits is %s, want %s", v.Big(), scale, got, want)
		}
	}
}
