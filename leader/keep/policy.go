package keep

import (
	"cmp"
	"slices"
	"time"

	"slipher/catalog/state"
)

// watched is what the loop remembers of a table.
type watched struct {
	number  uint64    // Version.Number last looked at
	content uint64    // Version.Content, and
	quiet   time.Time // since when it is that
	inline  time.Time // since when there are small writes, zero: there are none
	rested  uint64    // Version.Content for which the objects of a quiet table were merged
	full    int64     // objects of so many rows are as large as they get, 0: Policy says
	sum     summary
	failed  int       // merges in a row that went wrong
	next    time.Time // no merge before
}

// summary is what of a table version decides whether there is anything to do.
type summary struct {
	count, most int   // inline objects in all, of the slice that has most
	bytes       int64 // of the slice that has most
	stored      bool  // objects in storage are due, whatever the time
	small       bool  // a quiet table has objects to merge
	smallRows   int64
}

// smallRows is what a row group holds: an object with fewer is small.
const smallRows = 131072

// firstTier is the rows of the smallest tier.
const firstTier = 256

// tier is which objects one is merged with: those of about its size.
func (p *Policy) tier(rows int64) int {
	n := 0
	for limit := int64(firstTier); rows >= limit; limit *= int64(p.Fan) {
		n++
	}
	return n
}

// worn reports whether so many rows of an object are deleted that it is worth writing anew.
func worn(r *state.ObjectRef) bool { return r.Dead > 0 && r.Dead*4 >= r.Rows }

// bySlice sorts objects out, in the order of their names.
func bySlice(t *state.Table) map[state.SliceID][]*state.ObjectRef {
	out := map[state.SliceID][]*state.ObjectRef{}
	for _, r := range t.Version.Objects.All() {
		out[r.Slice] = append(out[r.Slice], r)
	}
	return out
}

// summarize looks at all objects of a version.
func (p *Policy) summarize(t *state.Table, full int64) summary {
	var s summary
	full, limit := p.limits(full)
	for _, refs := range bySlice(t) {
		count, bytes, small := 0, int64(0), 0
		for _, r := range refs {
			if r.Inline() {
				count++
				bytes += int64(len(r.Data))
			}
			if r.Live() < limit {
				small++
				s.smallRows += r.Live()
			}
		}
		s.count += count
		s.most, s.bytes = max(s.most, count), max(s.bytes, bytes)
		s.small = s.small || small > 1 || count > 0
		s.stored = s.stored || len(p.tiers(refs, nil, full)) > 0
	}
	return s
}

// urgency is what a merge is to deal with.
type urgency uint8

const (
	nothing urgency = iota
	full            // tiers of stored objects that are full, worn objects
	small           // and the small writes
	quiet           // and all small objects
)

// due says what of a table is to be merged now. busy: statements run that come first.
func (p *Policy) due(w *watched, now time.Time, busy bool) urgency {
	patience := 1
	if busy {
		patience = 4
	}
	s := &w.sum
	// Merging a row costs about two microseconds; a tenth of the time is spent on it at most.
	idle := max(p.Idle, time.Duration(s.smallRows)*20*time.Microsecond)
	switch {
	case now.Before(w.next):
		return nothing
	case !busy && s.small && w.rested != w.content && now.Sub(w.quiet) >= idle:
		return quiet
	case s.most >= p.FlushCount*patience, s.bytes >= p.FlushBytes*int64(patience),
		s.count > 0 && now.Sub(w.inline) >= p.FlushAge*time.Duration(patience):
		return small
	case s.stored && !busy:
		return full
	}
	return nothing
}

// limits are the rows from which on an object takes part in no tier, and counts as small no more.
func (p *Policy) limits(full int64) (tiers, small int64) {
	if full == 0 || full > p.MaxRows/2 {
		full = p.MaxRows / 2
	}
	return full, min(full, smallRows)
}

// choose picks the objects for one merge.
func (p *Policy) choose(t *state.Table, u urgency, full int64) []state.ObjectRef {
	full, limit := p.limits(full)
	var out []state.ObjectRef
	for _, refs := range bySlice(t) {
		var base []*state.ObjectRef
		for _, r := range refs {
			if u >= small && r.Inline() || u == quiet && r.Live() < limit {
				base = append(base, r)
			}
		}
		if u < quiet {
			base = p.tiers(refs, base, full)
		}
		out = append(out, p.bounded(base)...)
	}
	return out
}

// tiers adds to chosen, which become one object, the tiers that are full, and then the worn objects. A tier that
// the new object fills goes with it.
func (p *Policy) tiers(refs, chosen []*state.ObjectRef, full int64) []*state.ObjectRef {
	levels := map[int][]*state.ObjectRef{}
	top := 0
	for _, r := range refs {
		if !r.Inline() && r.Live() < full && !slices.Contains(chosen, r) {
			n := p.tier(r.Live())
			levels[n] = append(levels[n], r)
			top = max(top, n)
		}
	}
	rows := int64(0)
	for _, r := range chosen {
		rows += r.Live()
	}
	for n := 0; n <= top; n++ {
		count := len(levels[n])
		if rows > 0 && p.tier(rows) == n {
			count++
		}
		if count < p.Fan {
			continue
		}
		for _, r := range levels[n] {
			chosen = append(chosen, r)
			rows += r.Live()
		}
		delete(levels, n)
	}
	for _, r := range refs {
		if !r.Inline() && worn(r) && !slices.Contains(chosen, r) {
			chosen = append(chosen, r)
		}
	}
	return chosen
}

// bounded takes the smallest of a slice's objects that fit into one merge, none if there is nothing to gain.
func (p *Policy) bounded(refs []*state.ObjectRef) []state.ObjectRef {
	slices.SortStableFunc(refs, func(a, b *state.ObjectRef) int { return cmp.Compare(a.Live(), b.Live()) })
	var out []state.ObjectRef
	rows := int64(0)
	for _, r := range refs {
		if len(out) > 0 && rows+r.Live() > p.MaxRows {
			break
		}
		rows += r.Live()
		out = append(out, *r)
	}
	if len(out) == 1 && !out[0].Inline() && out[0].Dead == 0 {
		return nil
	}
	return out
}
