// Package int128 is signed integers of 128 bits, the values of wide decimals, in Go code: arithmetic and text.
// Generated code has its own (catalog/fn/decimal.go).
package int128

import (
	"math"
	"math/big"
	"math/bits"
)

// Int is a signed 128-bit integer, two's complement. It wraps like Go's integers.
type Int struct {
	Hi int64
	Lo uint64
}

// Of widens v.
func Of(v int64) Int { return Int{Hi: v >> 63, Lo: uint64(v)} }

// Sign is -1, 0 or 1.
func (v Int) Sign() int {
	switch {
	case v.Hi < 0:
		return -1
	case v.Hi == 0 && v.Lo == 0:
		return 0
	}
	return 1
}

// Neg is -v.
func (v Int) Neg() Int {
	lo, borrow := bits.Sub64(0, v.Lo, 0)
	hi, _ := bits.Sub64(0, uint64(v.Hi), borrow)
	return Int{Hi: int64(hi), Lo: lo}
}

// Add is v+w, wrapped.
func (v Int) Add(w Int) Int {
	lo, carry := bits.Add64(v.Lo, w.Lo, 0)
	hi, _ := bits.Add64(uint64(v.Hi), uint64(w.Hi), carry)
	return Int{Hi: int64(hi), Lo: lo}
}

// Cmp is -1, 0 or 1 as v is less than, equal to or greater than w.
func (v Int) Cmp(w Int) int {
	switch {
	case v.Hi < w.Hi, v.Hi == w.Hi && v.Lo < w.Lo:
		return -1
	case v == w:
		return 0
	}
	return 1
}

// FitsInt64 reports whether v is in the range of int64.
func (v Int) FitsInt64() bool { return v.Hi == int64(v.Lo)>>63 }

// MulSmallAdd is v*m+a for v >= 0; ok is false if the result exceeds 2^127-1.
func (v Int) MulSmallAdd(m, a uint64) (r Int, ok bool) {
	h1, l := bits.Mul64(v.Lo, m)
	h2, h := bits.Mul64(uint64(v.Hi), m)
	l, c := bits.Add64(l, a, 0)
	h, c = bits.Add64(h, h1, c)
	if h2 != 0 || c != 0 || h>>63 != 0 {
		return r, false
	}
	return Int{Hi: int64(h), Lo: l}, true
}

// DivSmall is v/d and the remainder for v >= 0 (also for the bit pattern of -2^127).
func (v Int) DivSmall(d uint64) (q Int, rem uint64) {
	hi, r := bits.Div64(0, uint64(v.Hi), d)
	lo, r := bits.Div64(r, v.Lo, d)
	return Int{Hi: int64(hi), Lo: lo}, r
}

// Abs is the magnitude as an unsigned bit pattern (-2^127 keeps its bits).
func (v Int) Abs() Int {
	if v.Hi < 0 {
		return v.Neg()
	}
	return v
}

// pow10s are the powers of ten up to 10^38.
var pow10s = func() (p [39]Int) {
	p[0] = Of(1)
	for i := 1; i < len(p); i++ {
		p[i], _ = p[i-1].MulSmallAdd(10, 0)
	}
	return p
}()

// Pow10 is 10^n, 0 <= n <= 38.
func Pow10(n int) Int { return pow10s[n] }

// String is v in decimal digits.
func (v Int) String() string { return string(AppendDecimal(nil, v, 0)) }

// Digits is how many decimal digits v has, 1 of 0.
func (v Int) Digits() int {
	n := len(AppendDecimal(nil, v, 0))
	if v.Hi < 0 {
		n--
	}
	return n
}

// Big is v without a limit.
func (v Int) Big() *big.Int {
	b := new(big.Int).Lsh(big.NewInt(v.Hi), 64)
	return b.Add(b, new(big.Int).SetUint64(v.Lo))
}

// From is b, cut to 128 bits.
func From(b *big.Int) Int {
	low := new(big.Int).And(b, new(big.Int).SetUint64(math.MaxUint64))
	return Int{Hi: new(big.Int).Rsh(b, 64).Int64(), Lo: low.Uint64()}
}

// AppendDecimal appends v with scale digits behind the point, up to 38.
func AppendDecimal(dst []byte, v Int, scale int) []byte {
	hi, lo := v.Hi, v.Lo
	u := uint64(hi)
	if hi < 0 {
		dst = append(dst, '-')
		var borrow uint64
		lo, borrow = bits.Sub64(0, lo, 0)
		u, _ = bits.Sub64(0, u, borrow)
	}
	var buf [48]byte // 39 digits, the point, leading zeros up to the scale (38)
	i := len(buf)
	for n := 0; u != 0 || lo != 0 || n <= scale; n++ {
		if n == scale && scale > 0 {
			i--
			buf[i] = '.'
		}
		var d uint64
		if u == 0 {
			lo, d = lo/10, lo%10
		} else {
			var rem uint64
			u, rem = u/10, u%10
			lo, d = bits.Div64(rem, lo, 10)
		}
		i--
		buf[i] = byte('0' + d)
	}
	return append(dst, buf[i:]...)
}
