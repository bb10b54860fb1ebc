package optimize

import (
	"fmt"
	"math"
	"slices"

	"slipher/compiler/algebra"
)

// exactRelations is the size up to which all orders of a connected graph are looked
// at, unless its edges are so many that there are more than maxPairs pairs of
// subgraphs to join: a star of ten tables has 2,304, a clique of eight 3,025.
var exactRelations = 12 // tests change it

const maxPairs = 3200

// part is a finished tree over a set of relations.
type part struct {
	set  relSet
	tree physical
}

// best is the cheapest tree over a connected set.
func (g *graph) best(set relSet) (physical, error) {
	if set.count() > exactRelations {
		return g.linearised(set), nil
	}
	d := &dpTable{g: g, all: set, trees: map[relSet][]physical{}}
	for i := range g.rels {
		if set.has(i) {
			d.trees[1<<uint(i)] = []physical{g.rels[i]}
		}
	}
	if !d.enumerate() {
		return g.linearised(set), nil
	}
	got := d.trees[set]
	if len(got) == 0 {
		return nil, fmt.Errorf("BUG: no join tree over a connected graph")
	}
	return cheapest(got), nil
}

func cheapest(trees []physical) physical {
	best := trees[0]
	for _, t := range trees[1:] {
		if t.out().cost < best.out().cost {
			best = t
		}
	}
	return best
}

// dpTable is dynamic programming over pairs of connected, disjoint, adjacent
// subgraphs (Moerkotte and Neumann, "Analysis of Two Existing and One New Dynamic
// Programming Algorithm", VLDB 2006).
type dpTable struct {
	g     *graph
	all   relSet
	trees map[relSet][]physical // per set the cheapest tree of each distribution worth keeping
	pairs []pair

	// Of the set whose trees are looked for:
	kept  []joinOp // those found so far
	least float64  // the least cost of them
	send  float64  // what it costs to send its rows
}

type pair struct{ left, right relSet }

// neighbours of a set outside of it and of without.
func (d *dpTable) neighbours(set, without relSet) relSet {
	var n relSet
	for i := range d.g.rels {
		if set.has(i) {
			n |= d.g.edges[i]
		}
	}
	return n & d.all &^ set &^ without
}

// enumerate fills the table; false if there are too many pairs for that.
func (d *dpTable) enumerate() bool {
	d.enumerateOnly()
	if len(d.pairs) > maxPairs {
		return false
	}
	// A pair needs both its sides done: smaller unions first. Those of one union stay in the order found.
	unions := map[relSet][]pair{}
	bySize := make([][]relSet, len(d.g.rels)+1)
	for _, p := range d.pairs {
		set := p.left | p.right
		if len(unions[set]) == 0 {
			bySize[set.count()] = append(bySize[set.count()], set)
		}
		unions[set] = append(unions[set], p)
	}
	for _, sets := range bySize {
		for _, set := range sets {
			d.join(set, unions[set])
		}
	}
	return true
}

// enumerateOnly finds the pairs.
func (d *dpTable) enumerateOnly() {
	n := len(d.g.rels)
	for i := n - 1; i >= 0; i-- {
		if !d.all.has(i) {
			continue
		}
		s := relSet(1) << uint(i)
		d.partnersOf(s)
		d.growCsg(s, below(i))
	}
}

// growCsg visits every connected set that contains s and nothing of without.
func (d *dpTable) growCsg(s, without relSet) {
	if len(d.pairs) > maxPairs { // too many: see best
		return
	}
	n := d.neighbours(s, without)
	eachSubset(n, func(sub relSet) { d.partnersOf(s | sub) })
	eachSubset(n, func(sub relSet) { d.growCsg(s|sub, without|n) })
}

// partnersOf visits every connected set adjacent to s, each pair once.
func (d *dpTable) partnersOf(s relSet) {
	without := s | below(s.lowest())
	n := d.neighbours(s, without)
	for i := len(d.g.rels) - 1; i >= 0; i-- {
		if n.has(i) {
			t := relSet(1) << uint(i)
			d.pairs = append(d.pairs, pair{s, t})
			d.growCmp(s, t, without|below(i)&n)
		}
	}
}

func (d *dpTable) growCmp(s, t, without relSet) {
	if len(d.pairs) > maxPairs {
		return
	}
	n := d.neighbours(t, without)
	eachSubset(n, func(sub relSet) { d.pairs = append(d.pairs, pair{s, t | sub}) })
	eachSubset(n, func(sub relSet) { d.growCmp(s, t|sub, without|n) })
}

// eachSubset calls f for the non-empty subsets of s, smaller numbers first.
func eachSubset(s relSet, f func(relSet)) {
	for sub := s & -s; sub != 0; sub = (sub - s) & s {
		f(sub)
	}
}

// join finds the trees of a set, given all pairs that make it.
func (d *dpTable) join(set relSet, pairs []pair) {
	d.kept, d.least = d.kept[:0], math.Inf(1)
	shape := d.g.shape(set)
	d.send = sendCost(shape.rows, shape.bytes)
	t := taker{worth: d.worth, take: d.take}
	for _, p := range pairs {
		for _, l := range d.trees[p.left] {
			for _, r := range d.trees[p.right] {
				if d.hopeless(l.out(), r.out()) {
					continue
				}
				a, b := part{p.left, l}, part{p.right, r}
				if d.worth(d.floor(a, b, shape.rows)) {
					d.g.join(a, b, nil, t)
				}
				if d.worth(d.floor(b, a, shape.rows)) {
					d.g.join(b, a, nil, t)
				}
			}
		}
	}
	trees := d.g.p.slabs.trees.make(len(d.kept))
	for i := range trees {
		own := &d.g.p.slabs.joins.make(1)[0]
		*own = d.kept[i]
		trees[i] = own
	}
	d.trees[set] = trees
}

// worth reports whether a tree that costs so much may be kept: it costs less than one does whose rows are sent
// anywhere.
func (d *dpTable) worth(cost float64) bool { return cost < d.least+d.send }

// hopeless reports whether no join of l and r can be kept, as what they cost by themselves is too much already. Where
// early looks may make what is below cheaper, or turns of a recursion share it, nothing is known.
func (d *dpTable) hopeless(l, r *props) bool {
	return !l.breaks && !r.breaks && d.g.turning == 0 && !d.worth(d.once(l)+d.once(r))
}

// once is what an operator costs if its rows, should they be on every node, are dealt out.
func (d *dpTable) once(q *props) float64 {
	if q.dist.kind == distAll {
		return q.cost / float64(d.g.p.env.Nodes)
	}
	return q.cost
}

// floor is what joins cost at least that probe a table of b's rows with those of a: the table and the looks into it,
// but for what rows that are not sent may save that are dropped early. 0: that is not known.
func (d *dpTable) floor(a, b part, rows float64) float64 {
	p, probe, build := d.g.p, a.tree.out(), b.tree.out()
	if d.g.turning != 0 || (a.set|b.set)&d.g.exists != 0 {
		return 0
	}
	below := d.once(probe)
	if share := build.rows / math.Max(1, probe.rows); share <= mostKept {
		below *= share
	}
	return below + d.once(build) + tableCost(build.rows, p.rowWidth(build)) +
		probe.rows*p.lookCost(build) + rows*costMatch
}

// take keeps t unless another tree is as good: cheaper and lying the same way, or
// cheaper even if its rows had to be sent to where t's lie. It drops those t beats.
func (d *dpTable) take(t *joinOp) {
	for i := range d.kept {
		if d.g.beats(&d.kept[i].props, &t.props) {
			return
		}
	}
	d.kept = slices.DeleteFunc(d.kept, func(o joinOp) bool { return d.g.beats(&t.props, &o.props) })
	if len(d.kept) < maxTrees {
		d.kept = append(d.kept, *t)
	} else { // the dearest goes
		worst := 0
		for i := range d.kept {
			if d.kept[i].cost > d.kept[worst].cost {
				worst = i
			}
		}
		if d.kept[worst].cost > t.cost {
			d.kept[worst] = *t
		}
	}
	for i := range d.kept {
		d.least = math.Min(d.least, d.kept[i].cost)
	}
}

// maxTrees is how many trees of different distribution are kept of a set.
const maxTrees = 3

func (g *graph) beats(a, b *props) bool {
	if a.cost > b.cost {
		return false
	}
	return g.sameDist(a.dist, b.dist) || a.cost+sendCost(a.rows, g.p.rowWidth(a)) <= b.cost ||
		b.dist.kind == distEven // lying anywhere is no advantage
}

func (g *graph) sameDist(a, b dist) bool {
	if a.kind != b.kind || len(a.keys) != len(b.keys) {
		return false
	}
	for i := range a.keys {
		if g.p.find(a.keys[i]) != g.p.find(b.keys[i]) {
			return false
		}
	}
	return true
}

// greedy joins again and again the adjacent pair with the smallest result.
func (g *graph) greedy(set relSet) physical {
	var parts []part
	for i := range g.rels {
		if set.has(i) {
			parts = append(parts, part{1 << uint(i), g.rels[i]})
		}
	}
	for len(parts) > 1 {
		bi, bj, least := -1, -1, math.Inf(1)
		for i := range parts {
			for j := i + 1; j < len(parts); j++ {
				if g.adjacent(parts[i].set, parts[j].set) {
					if r := g.rows(parts[i].set | parts[j].set); r < least {
						bi, bj, least = i, j, r
					}
				}
			}
		}
		a, b := parts[bi], parts[bj]
		trees := append(g.joins(a, b, nil), g.joins(b, a, nil)...)
		parts[bi] = part{a.set | b.set, cheapest(trees)}
		parts = append(parts[:bj], parts[bj+1:]...)
	}
	return parts[0].tree
}

func (g *graph) adjacent(a, b relSet) bool {
	for i := range g.rels {
		if a.has(i) && g.edges[i]&b != 0 {
			return true
		}
	}
	return false
}

// joinParts joins components that no equality connects: by an equality that
// may fail if there is one, else every row with every row.
func (g *graph) joinParts(parts []part) physical {
	late := g.late
	for len(parts) > 1 {
		i, j, keys := g.nextParts(parts, late)
		a, b := parts[i], parts[j]
		var on []joinPred
		var rest []joinPred
		for k, q := range late {
			if keys[k] {
				on = append(on, q)
			} else {
				rest = append(rest, q)
			}
		}
		late = rest
		trees := append(g.joins(a, b, on), g.joins(b, a, on)...)
		parts[i] = part{a.set | b.set, cheapest(trees)}
		parts = append(parts[:j], parts[j+1:]...)
	}
	return g.p.filter(parts[0].tree, expressions(late))
}

func expressions(preds []joinPred) []*algebra.Expr {
	var list []*algebra.Expr
	for _, q := range preds {
		list = append(list, q.expr)
	}
	return list
}

// nextParts picks two components, and which of late connect them: connected ones
// first, then the two smallest.
func (g *graph) nextParts(parts []part, late []joinPred) (int, int, map[int]bool) {
	for i := range parts {
		for j := i + 1; j < len(parts); j++ {
			keys := map[int]bool{}
			for k, q := range late {
				if g.lateKey(q, parts[i].set, parts[j].set) {
					keys[k] = true
				}
			}
			if len(keys) > 0 {
				return i, j, keys
			}
		}
	}
	bi, bj, least := 0, 1, math.Inf(1)
	for i := range parts {
		for j := i + 1; j < len(parts); j++ {
			if r := g.rows(parts[i].set) * g.rows(parts[j].set); r < least {
				bi, bj, least = i, j, r
			}
		}
	}
	return bi, bj, nil
}

// lateKey reports whether an equality has one side in each of two sets.
func (g *graph) lateKey(q joinPred, a, b relSet) bool {
	l, r := g.relsOf(q.expr.Args[0]), g.relsOf(q.expr.Args[1])
	return l != 0 && r != 0 && (a.covers(l) && b.covers(r) || a.covers(r) && b.covers(l))
}
