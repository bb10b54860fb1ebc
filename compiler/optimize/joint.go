package optimize

import (
	"math"

	"slipher/compiler/algebra"
	"slipher/compiler/expr"
)

// joint is what an estimate by single columns is too small by for two relations that several columns join: columns of
// one table go together, so that there are fewer combinations of their values than the product of their numbers.
type joint struct {
	pair   relSet
	factor float64
}

// findJoints finds those of the graph's relations.
func (g *graph) findJoints() {
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
			if d := g.p.jointDistinct(product, g.rels[i], g.rels[j], a, b); d < product {
				g.joints = append(g.joints, joint{1<<uint(i) | 1<<uint(j), product / d})
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
	return math.Min(product, most)
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
