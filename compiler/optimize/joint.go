package optimize

import (
	"math"
	"slices"

	"slipher/compiler/algebra"
	"slipher/compiler/expr"
	"slipher/compiler/optimize/stats"
	"slipher/runtime/sketch"
)

// joint is what an estimate by numbers of single columns' values is wrong by for two relations. If several columns join
// them: columns of one table go together, so that there are fewer combinations of their values than the product of
// their numbers. If one does: some values are common in both.
type joint struct {
	pair   relSet
	factor float64
	apart  bool // samples say that their values have nothing to do with each other; factor is 1
}

// findJoints finds those of the graph's relations, and what conditions over several of them leave.
func (g *graph) findJoints() {
	for i := range g.preds {
		g.preds[i].share = g.impliedByArms(g.preds[i].expr, g.preds[i].rels)
	}
	for i := range g.rels {
		for j := range i {
			product := 1.0
			var a, b []*algebra.Expr
			for _, c := range g.classes {
				x, y := c.of(i), c.of(j)
				if x != nil && y != nil {
					product *= math.Max(x.distinct, y.distinct)
					a, b = append(a, x.expr), append(b, y.expr)
				}
			}
			factor, apart := 1.0, false
			if len(a) == 1 {
				factor = g.p.skew(a[0], b[0], product)
			} else if len(a) > 1 && g.p.strangers(g.rels[i], g.rels[j], a, b) {
				apart = true
			} else if d := g.p.jointDistinct(product, g.rels[i], g.rels[j], a, b); d < product {
				factor = product / d
			}
			for k := range a {
				factor *= g.p.within(g.rels[i], a[k], b[k]) * g.p.within(g.rels[j], b[k], a[k])
			}
			if factor != 1 || apart {
				g.joints = append(g.joints, joint{1<<uint(i) | 1<<uint(j), factor, apart})
			}
		}
	}
	// What the estimate is most wrong by comes first; see together.
	slices.SortStableFunc(g.joints, func(a, b joint) int {
		switch x, y := math.Abs(math.Log(a.factor)), math.Abs(math.Log(b.factor)); {
		case x > y:
			return -1
		case x < y:
			return 1
		}
		return 0
	})
}

// of is the class's member of a relation, nil if there is none.
func (c *class) of(rel int) *member {
	for i := range c.members {
		if c.members[i].rel == rel {
			return &c.members[i]
		}
	}
	return nil
}

// together is the product of the factors of a set's relations. Each joins two groups of relations that were not
// together: of three that the same columns join two factors count. Groups of which two relations are strangers have
// none: who returns what was sold in a store need not buy it from a catalog, too.
func (g *graph) together(set relSet) float64 {
	out := 1.0
	var groups []relSet
	for _, j := range g.joints {
		if !set.covers(j.pair) {
			continue
		}
		merged, known, one := j.pair, false, relSet(0)
		var rest []relSet
		for _, s := range groups {
			known = known || s.covers(j.pair)
			if s&j.pair != 0 {
				merged |= s
				one = s
			} else {
				rest = append(rest, s)
			}
		}
		if known {
			continue
		}
		groups = append(rest, merged)
		if one == 0 {
			one = 1 << uint(j.pair.lowest())
		}
		apart := false
		for _, k := range g.joints {
			apart = apart || k.apart && merged.covers(k.pair) && k.pair&one != 0 && !one.covers(k.pair)
		}
		if !apart {
			out *= j.factor
		}
	}
	return out
}

// jointDistinct is how many combinations of values the keys of a join have, of which product is the number if they do
// not go together: not more than the larger side has rows, or, if a declared key of one side is among them, than that
// one has. (Values of one side are taken to be among those of the other.)
func (p *planner) jointDistinct(product float64, l, r physical, lkeys, rkeys []*algebra.Expr) float64 {
	if len(lkeys) < 2 {
		return product
	}
	lrows, rrows := p.baseRows(l), p.baseRows(r)
	lrows, rrows = p.keyRows(l, lkeys, lrows), p.keyRows(r, rkeys, rrows)
	most := math.Max(lrows, rrows)
	switch lkey, rkey := p.declared(l, lkeys), p.declared(r, rkeys); {
	case lkey && !rkey:
		most = lrows
	case rkey && !lkey:
		most = rrows
	}
	if p.strangers(l, r, lkeys, rkeys) {
		return product
	}
	lcount, lsure := p.combinations(lkeys)
	rcount, rsure := p.combinations(rkeys)
	switch {
	case lcount == 0 || rcount == 0:
	case lsure && rsure:
		most = math.Min(most, math.Max(lcount, rcount))
	case lsure: // what a sample says of the other side may be far too much, but not what it has
		most = math.Min(most, math.Max(lcount, p.mostDistinct(rkeys)))
	case rsure:
		most = math.Min(most, math.Max(rcount, p.mostDistinct(lkeys)))
	default:
		most = math.Min(most, math.Min(lcount, rcount))
	}
	return math.Min(product, most)
}

// mostDistinct is the number of values of the one of keys that has most: there are no fewer combinations of them.
func (p *planner) mostDistinct(keys []*algebra.Expr) float64 {
	most := 1.0
	for _, k := range keys {
		most = math.Max(most, p.exprDistinct(k, math.Inf(1)))
	}
	return most
}

// strangers reports whether samples say that combinations of two tables' columns have nothing to do with each other, as
// those of two kinds of sales: if those of one side were among the other's, so many pairs of the samples' rows would be
// equal that it is not by chance that none is. Tables with a declared key among the columns are none. What was grouped
// or renamed is looked at in the tables that it comes from, those columns together that come from the same two.
func (p *planner) strangers(left, right physical, lkeys, rkeys []*algebra.Expr) bool {
	if p.declared(left, lkeys) || p.declared(right, rkeys) {
		return false
	}
	type tables struct{ l, r *sampled }
	by := map[tables][2][]int{}
	var order []tables
	for i := range lkeys {
		// other types' equal values have other hashes
		_, lclass, lok := placementColumn(lkeys[i])
		_, rclass, rok := placementColumn(rkeys[i])
		l, lno := p.sampledKey(lkeys[i])
		r, rno := p.sampledKey(rkeys[i])
		if !lok || !rok || lclass != rclass || l == nil || r == nil {
			continue
		}
		t := tables{l, r}
		nos, known := by[t]
		if !known {
			order = append(order, t)
		}
		by[t] = [2][]int{append(nos[0], lno), append(nos[1], rno)}
	}
	for _, t := range order {
		if nos := by[t]; len(nos[0]) > 1 && p.strange(t.l, t.r, nos[0], nos[1]) {
			return true
		}
	}
	return false
}

// strange is strangers of columns of two tables, by their numbers.
func (p *planner) strange(l, r *sampled, lnos, rnos []int) bool {
	pairs := float64(l.st.Sampled) * float64(r.st.Sampled)
	if pairs/math.Max(1, float64(max(l.st.Rows, r.st.Rows))) < enoughPairs {
		return false
	}
	tables, cols := l.st.Name+"\n"+r.st.Name, append(append(slices.Clone(lnos), -1), rnos...)
	equal, _ := p.env.Samples.combined(tables, cols, func() (float64, bool) {
		seen := make(map[uint64]bool, l.st.Sampled)
		for _, h := range p.sampleHashes(l, lnos) {
			seen[h] = true
		}
		n := 0.0
		for _, h := range p.sampleHashes(r, rnos) {
			if seen[h] {
				n++
			}
		}
		return n, true
	})
	return equal == 0
}

// enoughPairs are so many that none comes by chance once in seven times.
const enoughPairs = 2

// sampledKey is the table whose column a key is, under another name or as a key of groups perhaps, and its number; nil:
// it is none, or there is no sample of it.
func (p *planner) sampledKey(k *algebra.Expr) (*sampled, int) {
	if k = stripCasts(k); k.Kind != expr.Column {
		return nil, 0
	}
	base, _ := p.basis(k.Col)
	o, ok := p.origins[base]
	if !ok || !p.hasSample(o) {
		return nil, 0
	}
	return o.scan, o.no
}

// sampleHashes are hashes of the combinations of values of columns in the rows of a sample.
func (p *planner) sampleHashes(s *sampled, nos []int) []uint64 {
	hashes := make([]uint64, s.st.Sampled)
	for _, no := range nos {
		values, err := p.sampleValues(s, no)
		if err != nil {
			return nil
		}
		class := s.scan.Table.Columns[no].Type.Phys()
		for i, v := range values {
			hashes[i] = sketch.Hash(hashes[i] ^ sketch.HashValue(class, v))
		}
	}
	return hashes
}

// impliedByArms is the share of pairs of rows for which an OR over several relations holds, of those for which what it
// says of each relation alone holds: these filters rewriting has given them already.
func (g *graph) impliedByArms(e *algebra.Expr, rels relSet) float64 {
	share := g.p.selectOne(e)
	for i := range g.rels {
		if !rels.has(i) {
			continue
		}
		miss, all := 1.0, true
		for _, arm := range expr.Arms(e) {
			var own []*algebra.Expr
			for _, c := range expr.Conjuncts(arm) {
				if g.relsOf(c) == 1<<uint(i) {
					own = append(own, c)
				}
			}
			all = all && len(own) > 0
			miss *= 1 - g.p.selectivity(own)
		}
		if all {
			share /= math.Max(1-miss, leastShare)
		}
	}
	return math.Min(1, share)
}

// skew is how many times more pairs an equality of two columns has than the numbers of their values say.
func (p *planner) skew(a, b *algebra.Expr, distinct float64) float64 {
	a, b = stripCasts(a), stripCasts(b)
	if a.Kind != expr.Column || b.Kind != expr.Column {
		return 1
	}
	x, y := p.info[a.Col], p.info[b.Col]
	if x == nil || y == nil || x.stats == nil || y.stats == nil {
		return 1
	}
	share, known := stats.Matches(x.col.Type, x.stats, y.col.Type, y.stats)
	if !known {
		return 1
	}
	f := share / ((1 - x.stats.NullFrac) * (1 - y.stats.NullFrac)) * distinct
	if f > 0.8 && f < 1.25 { // no news
		return 1
	}
	return math.Min(math.Max(f, 1e-3), 1e6)
}

// combinations is how many there are of the values of keys, if these are several columns of one table: as ANALYZE has
// counted, or else by the table's sample. 0: unknown. sure: counted, or so few
// that the sample has most, or a key.
func (p *planner) combinations(keys []*algebra.Expr) (count float64, sure bool) {
	if len(keys) < 2 {
		return 0, false
	}
	var s *sampled
	seen := map[int]bool{}
	var nos []int
	least, product, looked := 1.0, 1.0, true
	for _, k := range keys {
		k = stripCasts(k)
		o, ok := p.origins[k.Col]
		if k.Kind != expr.Column || !ok || s != nil && o.scan != s {
			return 0, false
		}
		if s = o.scan; seen[o.no] {
			continue
		}
		seen[o.no] = true
		nos = append(nos, o.no)
		looked = looked && p.hasSample(o)
		d := s.st.Cols[o.no].Distinct
		least, product = math.Max(least, d), product*math.Max(1, d)
	}
	if len(nos) > 1 && p.env.Used != nil {
		p.env.Used(s.scan.Table, nos)
	}
	if d := s.st.Joint(nos); d > 0 {
		return math.Max(least, d), true
	}
	if !looked {
		return 0, false
	}
	d, sure := p.env.Samples.combined(s.st.Name, nos, func() (float64, bool) { return p.sampleCombinations(s, nos) })
	return math.Min(math.Max(d, least), product), sure
}

// sampleCombinations estimates how many there are of the values of columns by the rows of the sample.
func (p *planner) sampleCombinations(s *sampled, nos []int) (count float64, sure bool) {
	n := int(s.st.Sampled)
	hashes := p.sampleHashes(s, nos)
	if hashes == nil {
		return 0, false
	}
	counts := make(map[uint64]int, n)
	for _, h := range hashes {
		counts[h]++
	}
	once := 0
	for _, k := range counts {
		if k == 1 {
			once++
		}
	}
	return stats.Distinct(len(counts), once, n, float64(s.st.Rows)), once < n/2 || once == n
}

// baseRows is how many rows a relation has before filters, which thin values and rows alike.
func (p *planner) baseRows(n physical) float64 {
	switch x := n.(type) {
	case *scanOp:
		return p.scanRows(x.scan)
	case *filterOp:
		return p.baseRows(x.in)
	}
	return n.out().rows
}

// declared reports whether a declared primary key of a table is among keys.
func (p *planner) declared(n physical, keys []*algebra.Expr) bool {
	if f, ok := n.(*filterOp); ok {
		return p.declared(f.in, keys)
	}
	s, ok := n.(*scanOp)
	if !ok || s.scan.Table == nil {
		return false
	}
	known := algebra.IDs{}
	for _, k := range keys {
		if k.Kind == expr.Column {
			known[p.find(k.Col)] = true
		}
	}
	return p.hasKey(s.scan, known)
}
