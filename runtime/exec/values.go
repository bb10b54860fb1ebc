package exec

import (
	"math"
	"slices"

	"slipher/catalog/types"
	"slipher/runtime/program"
)

// values is a set of integers: those that a join table has for one of its keys, or bounds of them.
type values struct {
	lo, hi int64   // lo > hi: there are none
	sorted []int64 // nil: bounds alone are known
}

// mostValues is how many entries of a table may have for each of them to be known: more are bounds alone.
const mostValues = 1 << 15

// The set of no value, and that of all.
var (
	nothing    = values{lo: math.MaxInt64, hi: math.MinInt64}
	everything = values{lo: math.MinInt64, hi: math.MaxInt64}
)

// with is the set that has the values of both.
func (v *values) with(o *values) values {
	switch {
	case v.lo > v.hi:
		return *o
	case o.lo > o.hi:
		return *v
	}
	out := values{lo: min(v.lo, o.lo), hi: max(v.hi, o.hi)}
	if v.sorted != nil && o.sorted != nil && len(v.sorted)+len(o.sorted) <= mostValues {
		out.sorted = slices.Concat(v.sorted, o.sorted)
		slices.Sort(out.sorted)
	}
	return out
}

// within reports whether there may be a value between lo and hi.
func (v *values) within(lo, hi int64) bool {
	lo, hi = max(lo, v.lo), min(hi, v.hi)
	if lo > hi || v.sorted == nil {
		return lo <= hi
	}
	i, found := slices.BinarySearch(v.sorted, lo)
	return found || i < len(v.sorted) && v.sorted[i] <= hi
}

// JoinKeys are the values of key number key of a join table that has been sealed: whether there may be one between lo
// and hi. Keys that are no integers of at most 64 bits may be anything.
func (q *Query) JoinKeys(table, key int) func(lo, hi int64) bool {
	q.mu.Lock()
	j := q.table(table).join
	q.mu.Unlock()
	slot := q.slotOf(table)
	if j == nil || slot == nil || slot.Shape.Kind != program.SinkHash || key < 0 || key >= len(slot.Shape.Fields) {
		return everything.within
	}
	f := slot.Shape.Fields[key] // keys stand in front
	if !f.Type.Phys().IsInt() || f.Type.Phys() == types.I128 {
		return everything.within
	}
	v := &values{}
	v.lo, v.hi, v.sorted = j.Words(slot.Shape.EntrySize, f.Off, mostValues)
	slices.Sort(v.sorted)
	return v.within
}
