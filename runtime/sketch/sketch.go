package sketch

import (
	"encoding/binary"
	"fmt"
	"math"
	"math/bits"

	"slipher/catalog/types"
)

// A sketch has 2^precision registers: the error is 1.04/sqrt(8192), a standard deviation of 1.15 %, so that one in ten
// thousand counts is wrong by more than 4.5 %.
const (
	precision = 13
	registers = 1 << precision
	most      = 64 - precision + 1 // what a register holds at most
)

// Sketch counts distinct values. The zero value has seen none. Not safe for concurrent use.
type Sketch struct {
	regs   *[registers]uint8 // nil: all are 0
	counts [most + 1]int32   // of registers, by what is in them; of no use while regs is nil
}

// set puts r into register i, if it is more than what is there.
func (s *Sketch) set(i uint64, r uint8) {
	if s.regs == nil {
		s.regs = new([registers]uint8)
		s.counts[0] = registers
	}
	if have := s.regs[i]; r > have {
		s.counts[have]--
		s.counts[r]++
		s.regs[i] = r
	}
}

// Add counts a value by its hash.
func (s *Sketch) Add(hash uint64) {
	s.set(hash>>(64-precision), uint8(bits.LeadingZeros64(hash<<precision|1<<(precision-1))+1))
}

// Hash is a number's hash: of an integer, or of a float's place in the order (types.FloatOrder).
func Hash(v uint64) uint64 {
	v = (v ^ v>>32) * 0xd6e8feb86659fd93
	v = (v ^ v>>32) * 0xd6e8feb86659fd93
	return v ^ v>>32
}

// HashWide is the hash of an integer of 128 bits: Hash if it fits 64.
func HashWide(hi, lo int64) uint64 {
	if hi == lo>>63 {
		return Hash(uint64(lo))
	}
	return Hash(Hash(uint64(hi)) ^ uint64(lo))
}

// HashValue is the hash of a value of class p; 0 if it is NULL.
func HashValue(p types.Phys, v types.Datum) uint64 {
	switch {
	case v.Null:
		return 0
	case p == types.Str:
		return HashText([]byte(v.S))
	case p.IsFloat():
		return Hash(uint64(types.FloatOrder(v.Float())))
	}
	return HashWide(v.Hi, v.Lo)
}

// HashText is the hash of a string, without its trailing blanks.
func HashText(s []byte) uint64 {
	for len(s) > 0 && s[len(s)-1] == ' ' {
		s = s[:len(s)-1]
	}
	h := uint64(len(s)) * 0x9e3779b97f4a7c15
	if len(s) <= 8 {
		return Hash(h ^ short(s))
	}
	last := binary.LittleEndian.Uint64(s[len(s)-8:])
	for ; len(s) > 8; s = s[8:] {
		hi, lo := bits.Mul64(h^binary.LittleEndian.Uint64(s), 0xd6e8feb86659fd93)
		h = hi ^ lo
	}
	return Hash(h ^ last)
}

// short is at most 8 bytes as a number; the length is not in it.
func short(s []byte) uint64 {
	switch n := len(s); {
	case n >= 4:
		return uint64(binary.LittleEndian.Uint32(s)) | uint64(binary.LittleEndian.Uint32(s[n-4:]))<<32
	case n > 0:
		return uint64(s[0]) | uint64(s[n/2])<<8 | uint64(s[n-1])<<16
	}
	return 0
}

// Merge adds what another sketch has seen.
func (s *Sketch) Merge(o *Sketch) {
	if o.regs == nil {
		return
	}
	for i, r := range o.regs {
		s.set(uint64(i), r)
	}
}

// Estimate is how many distinct values there were, about: by the estimator of Ertl ("New cardinality estimation
// algorithms for HyperLogLog sketches", 2017), which needs no correction for few values or many.
func (s *Sketch) Estimate() float64 {
	if s.regs == nil {
		return 0
	}
	counts := &s.counts
	const m = float64(registers)
	z := m * tau(1-float64(counts[most])/m)
	for k := most - 1; k >= 1; k-- {
		z = 0.5 * (z + float64(counts[k]))
	}
	z += m * sigma(float64(counts[0])/m)
	return m * m / (2 * math.Ln2 * z)
}

func sigma(x float64) float64 {
	if x == 1 {
		return math.Inf(1)
	}
	y, z := 1.0, x
	for {
		x *= x
		before := z
		z += x * y
		y += y
		if z == before {
			return z
		}
	}
}

func tau(x float64) float64 {
	if x == 0 || x == 1 {
		return 0
	}
	y, z := 1.0, 1-x
	for {
		x = math.Sqrt(x)
		before := z
		y *= 0.5
		z -= (1 - x) * (1 - x) * y
		if z == before {
			return z / 3
		}
	}
}

// Forms of an encoded sketch, its first byte: numbers of registers that are not 0 with what is in them, three bytes
// each; or all registers.
const (
	few = 1
	all = 2
)

// Append encodes the sketch: at most registers+1 bytes.
func (s *Sketch) Append(dst []byte) []byte {
	n := 0
	if s.regs != nil {
		for _, r := range s.regs {
			if r != 0 {
				n++
			}
		}
	}
	if 3*n >= registers {
		return append(append(dst, all), s.regs[:]...)
	}
	dst = append(dst, few)
	if n == 0 {
		return dst
	}
	for i, r := range s.regs {
		if r != 0 {
			dst = append(dst, byte(i), byte(i>>8), r)
		}
	}
	return dst
}

// MergeEncoded is Merge of a sketch that Append has made.
func (s *Sketch) MergeEncoded(data []byte) error {
	damaged := fmt.Errorf("a sketch of %d bytes is damaged", len(data))
	if len(data) == 0 {
		return damaged
	}
	form := data[0]
	data = data[1:]
	if form == few && len(data) == 0 {
		return nil
	}
	switch {
	case form == few && len(data)%3 == 0:
		for ; len(data) > 0; data = data[3:] {
			i := int(data[0]) | int(data[1])<<8
			if i >= registers || data[2] > most {
				return damaged
			}
			s.set(uint64(i), data[2])
		}
	case form == all && len(data) == registers:
		for i, r := range data {
			if r > most {
				return damaged
			}
			s.set(uint64(i), r)
		}
	default:
		return damaged
	}
	return nil
}
