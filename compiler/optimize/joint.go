package optimize

import (
	"math"

	"slipher/compiler/algebra"
	"slipher/compiler/expr"
	"slipher/compiler/optimize/stats"
)

// joint is what an estimate by numbers of single columns' values is wrong by for two relations. If several columns join
// them: columns of one table go together, so that there are fewer combinations of their values than the product of
// their numbers. If one does: some values are common in both.
type joint struct {
	pair   relSet
	factor float64
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
			factor := 1.0
			if len(a) == 1 {
				factor = g.p.skew(a[0], b[0], product)
			} else if d := g.p.jointDistinct(product, g.rels[i], g.rels[j], a, b); d < product {
				factor = product / d
			}
			for k := range a {
				factor *= g.p.within(g.rels[i], a[k], b[k]) * g.p.within(g.rels[j], b[k], a[k])
			}
			if factor != 1 {
				g.joints = append(g.joints, joint{1<<uint(i) | 1<<uint(j), factor})
			}
		}
	}
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
// together: of three that the same columns join two factors count.
func (g *graph) together(set relSet) float64 {
	out := 1.0
	var groups []relSet
	for _, j := range g.joints {
		if !set.covers(j.pair) {
			continue
		}
		merged, known := j.pair, false
		var rest []relSet
		for _, s := range groups {
			known = known || s.covers(j.pair)
			if s&j.pair != 0 {
				merged |= s
			} else {
				rest = append(rest, s)
			}
		}
		if !known {
			out *= j.factor
			groups = append(rest, merged)
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
	most := math.Max(lrows, rrows)
	switch lkey, rkey := p.declared(l, lkeys), p.declared(r, rkeys); {
	case lkey && !rkey:
		most = lrows
	case rkey && !lkey:
		most = rrows
	}
	lcount, lsure := p.combinations(lkeys)
	rcount, rsure := p.combinations(rkeys)
	switch {
	case lcount == 0 || rcount == 0:
	case lsure && rsure:
		most = math.Min(most, math.Max(lcount, rcount))
	case lsure: // what a sample says of the other side may be far too much
		most = math.Min(most, lcount)
	case rsure:
		most = math.Min(most, rcount)
	default:
		most = math.Min(most, math.Min(lcount, rcount))
	}
	return math.Min(product, most)
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
	f := share / ((1 - x.nullFrac) * (1 - y.nullFrac)) * distinct
	if f > 0.8 && f < 1.25 { // no news
		return 1
	}
	return math.Min(math.Max(f, 1e-3), 1e6)
}

// within is how much more often rows of rel, which the conditions on it leave, have a key among the other side's than
// rows before them: a calendar has two hundred years and sales have five, but who asks for a year asks for one of the
// five. How conditions and the key's range go together the table's sample says.
func (p *planner) within(rel physical, key, other *algebra.Expr) float64 {
	key, other = stripCasts(key), stripCasts(other)
	o, ok := p.origins[key.Col]
	if key.Kind != expr.Column || !ok || other.Kind != expr.Column || !p.hasSample(o) {
		return 1
	}
	x, y := p.info[key.Col], p.info[other.Col]
	if y == nil || y.min.Null || y.max.Null || x.stats == nil || x.col.Type.IsString() != y.col.Type.IsString() {
		return 1
	}
	preds := conditions(rel)
	if len(preds) == 0 {
		return 1
	}
	low, high := stats.Point{Type: y.col.Type, Value: y.min}, stats.Point{Type: y.col.Type, Value: y.max}
	below, _, ok := x.stats.Below(x.col.Type, low)
	upTo, at, _ := x.stats.Below(x.col.Type, high)
	before := upTo + at - below
	if !ok || before <= 0 || before > 0.9 {
		return 1
	}
	values, err := p.sampleValues(o.scan, o.no)
	if err != nil {
		return 1
	}
	// Of few rows there is nothing to see: then the condition by itself counts that says most.
	share := 0.0
	over, under := low.Orders(x.col.Type), high.Orders(x.col.Type)
	judge := func(preds []*algebra.Expr) bool {
		rows, inside := 0, 0
		all := p.fulfilled(preds)
		for i, v := range values {
			if all != nil && all[i/64]>>(i%64)&1 != 0 {
				rows++
				if !v.Null && over(v) >= 0 && under(v) <= 0 {
					inside++
				}
			}
		}
		if rows > 0 { // as if one row more had been seen, which is as likely inside as any
			share = math.Max(share, (float64(inside)+before)/float64(rows+1))
		}
		return rows >= 5
	}
	if !judge(preds) {
		for _, e := range preds {
			judge([]*algebra.Expr{e})
		}
	}
	if share == 0 {
		return 1
	}
	return share / before
}

// conditions are those on a scan.
func conditions(n physical) []*algebra.Expr {
	var out []*algebra.Expr
	for {
		switch x := n.(type) {
		case *filterOp:
			out, n = append(out, x.preds...), x.in
			continue
		case *scanOp:
			return append(out, x.preds...)
		}
		return nil
	}
}

// byScan parts keys into those of each table, in the order in which they come; keys that are no columns of a table with
// statistics are by themselves.
func (p *planner) byScan(keys []*algebra.Expr) [][]*algebra.Expr {
	var out [][]*algebra.Expr
	at := map[*sampled]int{}
	for _, k := range keys {
		o, ok := p.origins[stripCasts(k).Col]
		if stripCasts(k).Kind != expr.Column || !ok {
			out = append(out, []*algebra.Expr{k})
			continue
		}
		i, ok := at[o.scan]
		if !ok {
			i = len(out)
			at[o.scan], out = i, append(out, nil)
		}
		out[i] = append(out[i], k)
	}
	return out
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
	hashes := make([]uint64, n)
	for _, no := range nos {
		values, err := p.sampleValues(s, no)
		if err != nil {
			return 0, false
		}
		for i, v := range values {
			hashes[i] = stats.Hash(hashes[i], v)
		}
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
