package optimize

import (
	"math"

	"slipher/compiler/expr"
)

// Rows are grouped where they are, and the groups put together where their keys send them. That is right for few
// groups: each worker has a small table of them, and few rows move. Many are worked on twice, the first time in a table
// of all of them on each worker, which no cache holds; then rows are sent as they are, and each worker makes its part
// of the groups.
const (
	// groupsUncached is how many groups a table has that caches do not hold.
	groupsUncached = 100_000
	// partialShare is how many groups of a worker's rows come out of the first grouping, by its rows, from which on it
	// is left out.
	partialShare = 0.6
)

// sendsRows reports whether rows of which groups are made are better sent before that.
func (p *planner) sendsRows(keys []groupKey, d dist, rows, groups float64) bool {
	if p.chance != nil {
		return p.chance.IntN(2) == 0
	}
	if groups < groupsUncached {
		return false
	}
	seen := rows / float64(p.env.Slices) // by a worker
	return groups*(1-math.Exp(-seen/groups)) > partialShare*seen && p.evenly(keys, d)
}

// evenly reports whether statistics say that the hash of keys sends no place much more rows than others.
func (p *planner) evenly(keys []groupKey, d dist) bool {
	for _, k := range keys {
		x := stripCasts(k.expr)
		if !d.has(k.id) || x.Kind != expr.Column || p.info[x.Col] == nil || p.info[x.Col].stats == nil {
			continue
		}
		s := p.info[x.Col].stats
		most := s.NullFrac
		if len(s.Common) > 0 {
			most = math.Max(most, s.Common[0].Share)
		}
		if most*float64(p.env.Slices) < 0.25 {
			return true
		}
	}
	return false
}
