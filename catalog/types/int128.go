package types

import "math/bits"

// I128Value is a signed 128-bit integer, two's complement, for arithmetic on
// datums of class I128 on the leader. It wraps like Go's integers.
type I128Value struct {
	Hi int64
	Lo uint64
}

// I128 is the value of a datum of class I128 (or of a narrower integer class:
// datums are sign extended).
func (d Datum) I128() I128Value { return I128Value{Hi: d.Hi, Lo: uint64(d.Lo)} }

// Datum is v as a datum.
func (v I128Value) Datum() Datum { return Datum{Lo: int64(v.Lo), Hi: v.Hi} }

// I128From widens v.
func I128From(v int64) I128Value { return I128Value{Hi: v >> 63, Lo: uint64(v)} }

// Sign is -1, 0 or 1.
func (v I128Value) Sign() int {
	switch {
	case v.Hi < 0:
		return -1
	case v.Hi == 0 && v.Lo == 0:
		return 0
	}
	return 1
}

// Neg is -v.
func (v I128Value) Neg() I128Value {
	lo, borrow := bits.Sub64(0, v.Lo, 0)
	hi, _ := bits.Sub64(0, uint64(v.Hi), borrow)
	return I128Value{Hi: int64(hi), Lo: lo}
}

// Add is v+w, wrapped.
func (v I128Value) Add(w I128Value) I128Value {
	lo, carry := bits.Add64(v.Lo, w.Lo, 0)
	hi, _ := bits.Add64(uint64(v.Hi), uint64(w.Hi), carry)
	return I128Value{Hi: int64(hi), Lo: lo}
}

// Cmp is -1, 0 or 1 as v is less than, equal to or greater than w.
func (v I128Value) Cmp(w I128Value) int {
	switch {
	case v.Hi < w.Hi, v.Hi == w.Hi && v.Lo < w.Lo:
		return -1
	case v == w:
		return 0
	}
	return 1
}

// FitsInt64 reports whether v is in the range of int64.
func (v I128Value) FitsInt64() bool { return v.Hi == int64(v.Lo)>>63 }

// mulSmallAdd is v*m+a for v >= 0; ok is false if the result exceeds 2^127-1.
func (v I128Value) mulSmallAdd(m, a uint64) (r I128Value, ok bool) {
	h1, l := bits.Mul64(v.Lo, m)
	h2, h := bits.Mul64(uint64(v.Hi), m)
	l, c := bits.Add64(l, a, 0)
	h, c = bits.Add64(h, h1, c)
	if h2 != 0 || c != 0 || h>>63 != 0 {
		return r, false
	}
	return I128Value{Hi: int64(h), Lo: l}, true
}

// divSmall is v/d and the remainder for v >= 0 (also for the bit pattern of -2^127).
func (v I128Value) divSmall(d uint64) (q I128Value, rem uint64) {
	hi, r := bits.Div64(0, uint64(v.Hi), d)
	lo, r := bits.Div64(r, v.Lo, d)
	return I128Value{Hi: int64(hi), Lo: lo}, r
}

// Abs is the magnitude as an unsigned bit pattern (-2^127 keeps its bits).
func (v I128Value) Abs() I128Value {
	if v.Hi < 0 {
		return v.Neg()
	}
	return v
}

// pow10s are the powers of ten up to 10^38.
var pow10s = func() (p [39]I128Value) {
	p[0] = I128From(1)
	for i := 1; i < len(p); i++ {
		p[i], _ = p[i-1].mulSmallAdd(10, 0)
	}
	return p
}()

// Pow10 is 10^n, 0 <= n <= 38.
func Pow10(n int) I128Value { return pow10s[n] }

// MaxUnscaled is the largest unscaled magnitude of DECIMAL(p, s): 10^p-1, but
// 2^63-1 for p = 19, which is stored in 64 bits.
func MaxUnscaled(prec int) I128Value {
	if prec == 19 {
		return I128Value{Lo: 1<<63 - 1}
	}
	return Pow10(prec).Add(I128From(-1))
}

// String is v in decimal digits.
func (v I128Value) String() string {
	var buf [40]byte
	i := len(buf)
	u := v.Abs()
	for {
		var d uint64
		u, d = u.divSmall(10)
		i--
		buf[i] = byte('0' + d)
		if u.Hi == 0 && u.Lo == 0 {
			break
		}
	}
	if v.Hi < 0 {
		i--
		buf[i] = '-'
	}
	return string(buf[i:])
}
