package stats

import (
	"cmp"
	"math"
	"strings"

	"slipher/catalog/types"
)

// Point is a literal beside a column of another or the same type.
type Point struct {
	Type  types.Type
	Value types.Datum // not NULL
}

// Order compares a value of a column of type t with the point: as they are if they are stored alike, else as numbers.
func (q Point) Order(t types.Type, v types.Datum) int { return q.Orders(t)(v) }

// Orders is Order for many values.
func (q Point) Orders(t types.Type) func(v types.Datum) int {
	if alike(t, q.Type) {
		if p := t.Phys(); p.IsInt() && p != types.I128 {
			return func(v types.Datum) int { return cmp.Compare(v.Lo, q.Value.Lo) }
		}
		p, value := t.Phys(), q.Value
		if p == types.Str {
			value.S = types.TrimBlanks(value.S)
			return func(v types.Datum) int { return strings.Compare(types.TrimBlanks(v.S), value.S) }
		}
		return func(v types.Datum) int { return types.Compare(p, v, value) }
	}
	b := Number(q.Type, q.Value)
	return func(v types.Datum) int { return cmp.Compare(Number(t, v), b) }
}

// alike reports whether values of both types compare as they are stored.
func alike(a, b types.Type) bool {
	whole := func(t types.Type) bool { return t.IsInteger() || t.Kind == types.Decimal }
	return a == b || whole(a) && whole(b) && a.Scale == b.Scale || types.SameStrings(a, b)
}

// Number maps a value to a number that keeps order and about keeps distances. It is finite, and so are differences of
// two: of infinity and NaN, the greatest value, there is no arithmetic.
func Number(t types.Type, v types.Datum) float64 {
	switch {
	case t.Phys() == types.Str:
		return textNumber(v.S)
	case t.Phys().IsFloat():
		f := v.Float()
		if math.IsNaN(f) {
			return 1.1 * farthest
		}
		return math.Max(-farthest, math.Min(f, farthest))
	case t.Phys() == types.I128:
		return (float64(v.Hi)*math.Pow(2, 64) + float64(uint64(v.Lo))) / math.Pow(10, float64(t.Scale))
	}
	return float64(v.Lo) * t.Unit() / math.Pow(10, float64(t.Scale))
}

// farthest from 0 is where estimates begin to be of no use.
const farthest = 1e300

func textNumber(s string) float64 {
	f := 0.0
	for i := range 6 {
		f *= 256
		if i < len(s) {
			f += float64(s[i])
		}
	}
	return f
}

// Even is c if none of its values were more common than others: of a key that is grouped by.
func (c *Column) Even() *Column {
	if len(c.Common) == 0 {
		return c
	}
	if len(c.Bounds) == 0 {
		return nil
	}
	out := *c
	out.Common = nil
	return &out
}

// commonShare is the share of all rows that have one of the common values.
func (c *Column) commonShare() float64 {
	s := 0.0
	for _, m := range c.Common {
		s += m.Share
	}
	return s
}

// Rest is the share of all rows that are neither NULL nor have a common value, and how many values these have.
func (c *Column) Rest() (share, values float64) {
	share = math.Max(0, 1-c.NullFrac-c.commonShare())
	if len(c.Bounds) == 0 && len(c.Common) > 0 {
		share = math.Min(share, 1e-6)
	}
	return share, math.Max(1, c.Distinct-float64(len(c.Common)))
}

// Equal is the share of all rows in which a column of type t has the value q; known is false if nothing is known of the
// column's values.
func (c *Column) Equal(t types.Type, q Point) (share float64, known bool) {
	if len(c.Common) == 0 && len(c.Bounds) == 0 {
		return 0, false
	}
	for _, m := range c.Common {
		if q.Order(t, m.Value) == 0 {
			return m.Share, true
		}
	}
	rest, values := c.Rest()
	if n := len(c.Bounds); n > 0 {
		// beyond the bounds there was nothing; strings' bounds are cut, so that a greater one may have been equal
		over := q.Order(t, c.Bounds[n-1]) < 0 && len(c.Bounds[n-1].S) < MaxBound
		if over || q.Order(t, c.Bounds[0]) > 0 {
			return math.Min(rest/values, outside), true
		}
	}
	return rest / values, true
}

// outside is the share of rows with a value that no row had when statistics were made: few, but not none.
const outside = 1e-6

// Below is the share of all rows in which a column of type t has a value less than q, and that of those in which it is
// q.
func (c *Column) Below(t types.Type, q Point) (below, at float64, known bool) {
	if len(c.Common) == 0 && len(c.Bounds) == 0 {
		return 0, 0, false
	}
	for _, m := range c.Common {
		switch n := q.Order(t, m.Value); {
		case n < 0:
			below += m.Share
		case n == 0:
			at = m.Share
		}
	}
	rest, values := c.Rest()
	n := len(c.Bounds) - 1
	if n < 1 {
		return below, at, true
	}
	if at == 0 {
		if at, _ = c.Equal(t, q); at > rest {
			at = rest
		}
	}
	switch {
	case q.Order(t, c.Bounds[0]) >= 0:
	case q.Order(t, c.Bounds[n]) < 0:
		below += rest
	default:
		i := 0
		for i < n-1 && q.Order(t, c.Bounds[i+1]) < 0 {
			i++
		}
		// in part i: its lower bound is less than q, its upper one is not
		f := (float64(i) + within(t, c.Bounds[i], c.Bounds[i+1], q)) / float64(n)
		below += math.Min(rest, math.Max(f*rest, math.Min(rest/values, rest)))
	}
	return below, at, true
}

// within is how far q is on the way from lo to hi, 0..1.
func within(t types.Type, lo, hi types.Datum, q Point) float64 {
	a, b, x := Number(t, lo), Number(t, hi), Number(q.Type, q.Value)
	if t.Phys() == types.Str {
		p := shared(lo.S, hi.S)
		if !strings.HasPrefix(q.Value.S, lo.S[:p]) {
			return 0.5
		}
		a, b, x = textNumber(lo.S[p:]), textNumber(hi.S[p:]), textNumber(q.Value.S[p:])
	}
	if b <= a {
		return 0.5
	}
	return math.Min(1, math.Max(0, (x-a)/(b-a)))
}

// shared is the length of the prefix that strings share.
func shared(a, b string) int {
	n := 0
	for n < len(a) && n < len(b) && a[n] == b[n] {
		n++
	}
	return n
}

// Matches is the share of pairs of rows of two tables in which a column of type t of the one and a column of type u of
// the other are equal. known: common values of both say more than the numbers of values do.
func Matches(t types.Type, a *Column, u types.Type, b *Column) (share float64, known bool) {
	if len(a.Common) == 0 || len(b.Common) == 0 || a.Distinct < 1 || b.Distinct < 1 {
		return 0, false
	}
	// Of values that are common in both the share is known. Others meet values that are not common in the other one, or
	// not there at all.
	restA, valuesA := a.Rest()
	restB, valuesB := b.Rest()
	freeA, freeB := 0.0, 0.0 // of common values without a partner
	metB := make([]bool, len(b.Common))
	for _, x := range a.Common {
		met := false
		for j, y := range b.Common {
			if !metB[j] && (Point{u, y.Value}).Order(t, x.Value) == 0 {
				share += x.Share * y.Share
				metB[j], met = true, true
				break
			}
		}
		if !met {
			freeA += x.Share
		}
	}
	for j, y := range b.Common {
		if !metB[j] {
			freeB += y.Share
		}
	}
	if len(b.Bounds) > 0 {
		share += freeA * restB / valuesB
	}
	if len(a.Bounds) > 0 {
		share += freeB * restA / valuesA
	}
	return share + restA*restB/math.Max(valuesA, valuesB), true
}
