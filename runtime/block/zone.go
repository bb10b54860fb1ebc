package block

import (
	"math"
	"math/bits"
	"strings"

	"slipher/catalog/types"
)

// TextBytes is how many bytes of a string a block's zone map keeps.
const TextBytes = 32

type boundSide int

const (
	boundMin boundSide = iota
	boundMax
)

// cutBound makes a zone map bound of s: trailing blanks stripped (they do not
// count in comparison), cut to TextBytes, a maximum rounded up. open: there is no such maximum.
func cutBound(s string, side boundSide) (d types.Datum, open bool) {
	cut := CutText(s)
	if side == boundMin || len(types.TrimBlanks(s)) <= TextBytes {
		return types.String(cut), false
	}
	b := []byte(cut)
	for i := len(b) - 1; i >= 0; i-- {
		if b[i] != 0xff {
			b[i]++
			return types.String(string(b[:i+1])), false
		}
	}
	return types.NullDatum, true
}

// bitsOf is the smallest n with |d| < 2^n.
func bitsOf(d types.Datum) uint8 {
	hi, lo := uint64(d.Hi), uint64(d.Lo)
	if d.Hi < 0 {
		var borrow uint64
		lo, borrow = bits.Sub64(0, lo, 0)
		hi, _ = bits.Sub64(0, hi, borrow)
	}
	if hi != 0 {
		return uint8(64 + bits.Len64(hi))
	}
	return uint8(bits.Len64(lo))
}

// sectionKey is the order-preserving key sections' zone maps are kept in. exact says
// that equal keys mean equal values.
func sectionKey(p types.Phys, v types.Datum) (key int64, exact bool) {
	switch {
	case p == types.Str:
		return TextKey(CutText(v.S)), false
	case p.IsFloat():
		return types.FloatOrder(v.Float()), true
	}
	if v.Hi != v.Lo>>63 {
		if v.Hi < 0 {
			return math.MinInt64, false
		}
		return math.MaxInt64, false
	}
	// Keys of 128-bit values are clamped, so the ends of the range stand for more.
	return v.Lo, v.Lo != math.MinInt64 && v.Lo != math.MaxInt64
}

// CutText is what zone maps know of a string: up to its first TextBytes bytes, trailing blanks of the whole left out.
// Bytewise they are in the order of the strings; blanks at the end of what is cut off there do count.
func CutText(s string) string {
	s = types.TrimBlanks(s)
	return s[:min(len(s), TextBytes)]
}

// TextKey is what sections' zone maps know of a string, given its CutText: the first eight bytes as a number in their
// order.
func TextKey(cut string) int64 {
	k := uint64(0)
	for i := 0; i < 8; i++ {
		k <<= 8
		if i < len(cut) {
			k |= uint64(cut[i])
		}
	}
	return int64(k ^ 1<<63)
}

// compareBound compares a value with a block's bound. A string's bound that was cut may end in a blank, which counts
// there.
func compareBound(p types.Phys, v, bound types.Datum) int {
	if p == types.Str {
		return strings.Compare(types.TrimBlanks(v.S), bound.S)
	}
	return types.Compare(p, v, bound)
}

// MayMatch reports whether a block can hold a row for which `column op v` is true.
// op is "=", "<", "<=", ">", ">=", "<>", "is null" or "is not null"; others may match.
func MayMatch(m *BlockMeta, rows int, t types.Type, op string, v types.Datum) bool {
	switch op {
	case "is null":
		return m.Nulls > 0
	case "is not null":
		return int(m.Nulls) < rows
	}
	if !comparison(op) {
		return true
	}
	if v.Null || m.Min.Null {
		// A comparison with NULL is never true. A block of strings with an open
		// maximum still has a minimum.
		return false
	}
	p := t.Phys()
	lo, hi := compareBound(p, v, m.Min), -1
	if !m.MaxOpen {
		hi = compareBound(p, v, m.Max)
	}
	switch op {
	case "=":
		return lo >= 0 && hi <= 0
	case "<":
		return lo > 0
	case "<=":
		return lo >= 0
	case ">":
		return hi < 0
	case ">=":
		return hi <= 0
	}
	// <>: strings' bounds may be cut, so equal bounds prove nothing.
	return p == types.Str || lo != 0 || hi != 0
}

// AllMatch reports whether it is certain that `column op v` is true for all rows of a block. op is "=", "<", "<=", ">"
// or ">=".
func AllMatch(m *BlockMeta, rows int, t types.Type, op string, v types.Datum) bool {
	not, ok := negated[op]
	return ok && !v.Null && m.Nulls == 0 && !m.Min.Null && !t.Phys().IsFloat() && !MayMatch(m, rows, t, not, v)
}

// negated has the comparisons that are true where others are not, but for NULLs.
var negated = map[string]string{"=": "<>", "<": ">=", "<=": ">", ">": "<=", ">=": "<"}

// Range is what is known of the integers and strings of a block or section. Of no values Lo is greater than Hi.
type Range struct {
	// Lo and Hi enclose the integers; of a section of strings, their TextKeys. Of a block of strings they say nothing.
	Lo, Hi int64
	Nulls  bool
	// Text: it is a block of strings, and Min and Max enclose their CutTexts.
	Text     bool
	Min, Max string
}

// MaxText is behind all CutTexts.
var MaxText = strings.Repeat("\xff", TextBytes+1)

// Range is that of a block of a class that is integers or strings.
func (m *BlockMeta) Range(p types.Phys) Range {
	r := Range{Lo: math.MaxInt64, Hi: math.MinInt64, Nulls: m.Nulls > 0}
	switch {
	case m.Min.Null:
	case p == types.Str:
		r.Lo, r.Hi, r.Text = math.MinInt64, math.MaxInt64, true
		if r.Min, r.Max = m.Min.S, m.Max.S; m.MaxOpen {
			r.Max = MaxText
		}
	default:
		r.Lo, r.Hi = m.Min.Lo, m.Max.Lo
	}
	return r
}

func comparison(op string) bool {
	switch op {
	case "=", "<", "<=", ">", ">=", "<>":
		return true
	}
	return false
}

// sectionMayMatch is MayMatch for a section's keys.
func sectionMayMatch(lo, hi int64, nulls, rows int, p types.Phys, op string, v types.Datum) bool {
	switch op {
	case "is null":
		return nulls > 0
	case "is not null":
		return nulls < rows
	}
	if !comparison(op) {
		return true
	}
	if v.Null || lo > hi {
		return false
	}
	k, exact := sectionKey(p, v)
	switch op {
	case "=":
		return lo <= k && k <= hi
	case "<":
		return lo < k || lo == k && !exact
	case "<=":
		return lo <= k
	case ">":
		return hi > k || hi == k && !exact
	case ">=":
		return hi >= k
	}
	return !exact || lo != k || hi != k
}
