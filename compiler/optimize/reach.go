package optimize

import (
	"math"

	"slipher/compiler/algebra"
	"slipher/compiler/plan"
)

// reach is a relation of whose keys only a part lies in the range of another's: a calendar has two hundred years and
// sales have five. What its own conditions leave within says planner.within; here are other relations that restrict it
// by another column, of which nobody knows which part they leave. Who asks for what was in some week asks for one of
// those weeks: as many of the rows that are left lie in the range as find room there.
type reach struct {
	rel, other int
	inside     float64 // share of the rows of rel that are in the range of other's key
	by         []restriction
}

// restriction is a relation that leaves a share of another's rows.
type restriction struct {
	rel   int
	share float64
}

// findReaches finds those of the graph. Its joints are known.
func (g *graph) findReaches() {
	for ci := range g.classes {
		c := &g.classes[ci]
		for _, m := range c.members {
			var by []restriction
			found := false
			for _, o := range c.members {
				if o.rel == m.rel {
					continue
				}
				inside := g.p.inside(m.expr, o.expr)
				if inside <= 0 || inside > mostInRange {
					continue
				}
				if !found {
					by, found = g.restrictions(c, m.rel), true
				}
				if len(by) == 0 {
					break
				}
				if inside *= g.p.within(g.rels[m.rel], m.expr, o.expr); inside <= mostInRange {
					g.reaches = append(g.reaches, reach{m.rel, o.rel, inside, by})
				}
			}
		}
	}
}

// restrictions are the relations that restrict rel by other columns than those of class c.
func (g *graph) restrictions(c *class, rel int) []restriction {
	var out []restriction
	for _, s := range g.semis {
		if s.need == 1<<uint(rel) && s.own.kind == plan.SemiJoin {
			out = append(out, restriction{s.rel, s.keep})
		}
	}
	rows := g.rels[rel].out().rows
	for k := range g.rels {
		if k == rel || c.of(k) != nil || g.exists.has(k) {
			continue
		}
		for i := range g.classes {
			if d := &g.classes[i]; d != c && d.of(k) != nil && d.of(rel) != nil {
				if share := g.rows(1<<uint(k)|1<<uint(rel)) / rows; share < 1 {
					out = append(out, restriction{k, share})
				}
				break
			}
		}
	}
	return out
}

// reached is how much more often rows of a set's relations find others, as they are in the range of these.
func (g *graph) reached(set relSet) float64 {
	out := 1.0
	var done relSet
	for _, r := range g.reaches {
		if !set.has(r.rel) || !set.has(r.other) || done.has(r.rel) {
			continue
		}
		share := 1.0
		for _, b := range r.by {
			if set.has(b.rel) {
				share *= b.share
			}
		}
		if share < 1 {
			done |= 1 << uint(r.rel)
			out /= math.Max(share, r.inside)
		}
	}
	return out
}

// inside is the share of the rows of a key's table in which it lies in the range of the other side's; 0: nobody knows.
func (p *planner) inside(key, other *algebra.Expr) float64 {
	x, low, high, ok := p.ranges(key, other)
	if !ok {
		return 0
	}
	return p.inRange(x, low, high)
}
