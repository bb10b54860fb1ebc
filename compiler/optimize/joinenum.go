package optimize

import (
	"fmt"
	"math"

	"slipher/compiler/algebra"
)

// exactRelations is the size up to which all orders of a connected graph are looked
// at, unless its edges are so many that there are more than maxPairs pairs of
// subgraphs to join: a star of ten tables has 2,304, a clique of eight 3,025.
const maxPairs = 3200

var exactRelations = 12 // tests change it

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
	// A pair needs both its sides done: smaller unions first, otherwise the order found.
	n := len(d.g.rels)
	bySize := make([][]pair, n+1)
	for _, p := range d.pairs {
		c := (p.left | p.right).count()
		bySize[c] = append(bySize[c], p)
	}
	for _, ps := range bySize {
		for _, p := range ps {
			d.join(p)
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
	if len(d.pairs) > maxPairs { // too many: greedy then
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

// join adds the trees of one pair to those of its union.
func (d *dpTable) join(p pair) {
	set := p.left | p.right
	for _, l := range d.trees[p.left] {
		for _, r := range d.trees[p.right] {
			if d.hopeless(set, l.out(), r.out()) {
				continue
			}
			for _, j := range d.g.joins(part{p.left, l}, part{p.right, r}, nil) {
				d.trees[set] = d.g.keep(d.trees[set], j)
			}
			for _, j := range d.g.joins(part{p.right, r}, part{p.left, l}, nil) {
				d.trees[set] = d.g.keep(d.trees[set], j)
			}
		}
	}
}

// hopeless reports whether no join of l and r can be kept for set, as what they cost by themselves is more than a tree
// does whose rows are sent anywhere. Where early looks may make what is below cheaper, or turns of a recursion share
// it, nothing is known.
func (d *dpTable) hopeless(set relSet, l, r *props) bool {
	if l.breaks || r.breaks || d.g.turning != 0 {
		return false
	}
	for _, t := range d.trees[set] {
		if q := t.out(); q.cost+sendCost(q.rows, d.g.p.rowWidth(q)) <= l.cost+r.cost {
			return true
		}
	}
	return false
}

// keep adds t unless another tree is as good: cheaper and lying the same way, or
// cheaper even if its rows had to be sent to where t's lie. It drops those t beats.
func (g *graph) keep(trees []physical, t physical) []physical {
	out := trees[:0:0]
	for _, o := range trees {
		if g.beats(o.out(), t.out()) {
			return trees
		}
		if !g.beats(t.out(), o.out()) {
			out = append(out, o)
		}
	}
	if len(out) == maxTrees { // the dearest goes
		worst := 0
		for i, o := range out {
			if o.out().cost > out[worst].out().cost {
				worst = i
			}
		}
		if out[worst].out().cost <= t.out().cost {
			return out
		}
		out[worst] = t
		return out
	}
	return append(out, t)
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
