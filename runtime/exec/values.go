package exec

import (
	"cmp"
	"math"
	"slices"

	"slipher/catalog/types"
	"slipher/runtime/block"
	"slipher/runtime/kernels/table"
	"slipher/runtime/program"
)

// keySet is what is known of the values that a join table has for one of its keys.
type keySet struct {
	ints values[int64] // of strings, their block.TextKeys
	// texts are the values' block.CutTexts; nil: there are none, or the key is no string.
	texts *values[string]
}

// values is a set, or bounds of one.
type values[T cmp.Ordered] struct {
	lo, hi T   // lo > hi: there are none
	sorted []T // nil: bounds alone are known
}

const (
	// mostValues is how many entries of a table may have for each of them to be known: more are bounds alone.
	mostValues = 1 << 15
	// mostTexts is that of strings, which are dearer to put in order.
	mostTexts = 1 << 12
	// Of more entries than mostLong bounds of long strings are known by their heads alone: each of the others is
	// somewhere else in memory, a cache miss.
	mostLong = 1 << 16
)

// The set of no value, and that of all.
var (
	nothing    = keySet{ints: values[int64]{lo: math.MaxInt64, hi: math.MinInt64}}
	everything = keySet{ints: values[int64]{lo: math.MinInt64, hi: math.MaxInt64}}
)

// textSet is the set of strings from lo to hi, which are CutTexts; of those that are sorted, if they are not nil.
func textSet(lo, hi string, sorted []string) keySet {
	k := keySet{ints: values[int64]{lo: block.TextKey(lo), hi: block.TextKey(hi)},
		texts: &values[string]{lo: lo, hi: hi, sorted: sorted}}
	for _, s := range sorted {
		k.ints.sorted = append(k.ints.sorted, block.TextKey(s))
	}
	k.ints.sorted = slices.Compact(k.ints.sorted)
	return k
}

// with is the set that has the values of both. most is how many of them may be known one by one.
func (v *values[T]) with(o *values[T], most int) values[T] {
	out := values[T]{lo: min(v.lo, o.lo), hi: max(v.hi, o.hi)}
	if v.sorted != nil && o.sorted != nil && len(v.sorted)+len(o.sorted) <= most {
		out.sorted = slices.Concat(v.sorted, o.sorted)
		slices.Sort(out.sorted)
	}
	return out
}

// within reports whether there may be a value between lo and hi.
func (v *values[T]) within(lo, hi T) bool {
	lo, hi = max(lo, v.lo), min(hi, v.hi)
	if lo > hi || v.sorted == nil {
		return lo <= hi
	}
	i, found := slices.BinarySearch(v.sorted, lo)
	return found || i < len(v.sorted) && v.sorted[i] <= hi
}

// with is the set that has the values of both.
func (k *keySet) with(o *keySet) keySet {
	switch {
	case k.ints.lo > k.ints.hi:
		return *o
	case o.ints.lo > o.ints.hi:
		return *k
	}
	out := keySet{ints: k.ints.with(&o.ints, mostValues)}
	if k.texts != nil && o.texts != nil {
		t := k.texts.with(o.texts, mostTexts)
		out.texts = &t
	}
	return out
}

// within reports whether there may be a value among those of a stretch of rows.
func (k *keySet) within(r block.Range) bool {
	if r.Lo > r.Hi || !k.ints.within(r.Lo, r.Hi) {
		return false
	}
	return !r.Text || k.texts == nil || k.texts.within(r.Min, r.Max)
}

// JoinKeys are the values of key number key of a join table that has been sealed: whether there may be one among those
// of a stretch of rows. Keys that are neither strings nor integers of at most 64 bits may be anything.
func (q *Query) JoinKeys(table, key int) func(block.Range) bool {
	q.mu.Lock()
	j := q.table(table).join
	q.mu.Unlock()
	slot := q.slotOf(table)
	if j == nil || slot == nil || slot.Shape.Kind != program.SinkHash || key < 0 || key >= len(slot.Shape.Fields) {
		return everything.within
	}
	k := keysAt(j, slot.Shape.EntrySize, &slot.Shape.Fields[key], mostValues, mostTexts) // keys stand in front
	return k.within
}

// keysAt is the set of the values of one key of a table; so many integers and strings may be known one by one.
func keysAt(j *table.Join, entrySize int, f *program.Field, mostInts, mostTexts int) keySet {
	switch p := f.Type.Phys(); {
	case p == types.Str:
		return textsAt(j, entrySize, f, mostTexts)
	case !p.IsInt() || p == types.I128:
		return everything
	}
	k := keySet{}
	k.ints.lo, k.ints.hi, k.ints.sorted = j.Words(entrySize, f.Off, mostInts)
	slices.Sort(k.ints.sorted)
	k.ints.sorted = slices.Compact(k.ints.sorted)
	return k
}

func textsAt(j *table.Join, entrySize int, f *program.Field, most int) keySet {
	switch n := j.Count(); {
	case !types.SameStrings(f.Type, f.Type):
		return everything
	case n == 0:
		return nothing
	case n > most:
		lo, hi := j.TextEnds(entrySize, f.Off, block.TextBytes, n > mostLong)
		return textSet(lo, hi, nil)
	}
	texts := j.Texts(entrySize, f.Off, block.TextBytes)
	slices.Sort(texts)
	texts = slices.Compact(texts)
	return textSet(texts[0], texts[len(texts)-1], texts)
}
