package super

import (
	"math"
	"math/big"
	"math/bits"
)

// Coefficient is a signed integer of 128 bits, two's complement: an exact number without its scale.
type Coefficient struct {
	Hi int64
	Lo uint64
}

// CoefficientOf widens v.
func CoefficientOf(v int64) Coefficient { return Coefficient{Hi: v >> 63, Lo: uint64(v)} }

// magnitude is |n| and whether n is negative.
func (n Coefficient) magnitude() (hi, lo uint64, negative bool) {
	if n.Hi >= 0 {
		return uint64(n.Hi), n.Lo, false
	}
	lo, borrow := bits.Sub64(0, n.Lo, 0)
	hi, _ = bits.Sub64(0, uint64(n.Hi), borrow)
	return hi, lo, true
}

// negated is -n.
func (n Coefficient) negated() Coefficient {
	lo, borrow := bits.Sub64(0, n.Lo, 0)
	hi, _ := bits.Sub64(0, uint64(n.Hi), borrow)
	return Coefficient{Hi: int64(hi), Lo: lo}
}

// timesTenPlus is 10n + digit of up to 38 digits.
func (n Coefficient) timesTenPlus(digit byte) Coefficient {
	h, l := bits.Mul64(n.Lo, 10)
	l, carry := bits.Add64(l, uint64(digit), 0)
	return Coefficient{Hi: int64(uint64(n.Hi)*10 + h + carry), Lo: l}
}

// appendDigits appends the decimal digits of a magnitude, "0" of 0.
func appendDigits(dst []byte, hi, lo uint64) []byte {
	var buf [40]byte
	i := len(buf)
	for {
		var rem, digit uint64
		if hi == 0 {
			lo, digit = lo/10, lo%10
		} else {
			hi, rem = hi/10, hi%10
			lo, digit = bits.Div64(rem, lo, 10)
		}
		i--
		buf[i] = byte('0' + digit)
		if hi|lo == 0 {
			return append(dst, buf[i:]...)
		}
	}
}

// Digits is how many decimal digits n has, 1 of 0.
func (n Coefficient) Digits() int {
	hi, lo, _ := n.magnitude()
	return len(appendDigits(nil, hi, lo))
}

// Big is n, without a limit.
func (n Coefficient) Big() *big.Int {
	b := new(big.Int).Lsh(big.NewInt(n.Hi), 64)
	return b.Add(b, new(big.Int).SetUint64(n.Lo))
}

// CoefficientFrom is b, which has at most MaxDigits digits.
func CoefficientFrom(b *big.Int) Coefficient {
	low := new(big.Int).And(b, new(big.Int).SetUint64(math.MaxUint64))
	return Coefficient{Hi: new(big.Int).Rsh(b, 64).Int64(), Lo: low.Uint64()}
}
