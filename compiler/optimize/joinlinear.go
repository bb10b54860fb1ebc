package optimize

import (
	order "cmp" // tests have a cmp of their own
	"math"
	"slices"
)

// Join orders of graphs that are too large to look at all of them: the relations are put into a line, in which
// neighbours are to be joined, and all trees over that line are looked at (Neumann and Radke, "Adaptive Optimization of
// Very Large Join Queries", SIGMOD 2018). The line is the best order in which one relation after the other is joined
// along a spanning tree of the graph's most selective edges (Ibaraki and Kameda 1984; Krishnamurthy, Boral and Zaniolo,
// "Optimization of Nonrecursive Queries", VLDB 1986).

// linearised is the better of the tree found so and of that found greedily.
func (g *graph) linearised(set relSet) physical {
	greedy := g.greedy(set)
	line := g.line(set)
	d := &dpTable{g: g, all: set, trees: map[relSet][]physical{}}
	for _, r := range line {
		d.trees[1<<uint(r)] = []physical{g.rels[r]}
	}
	for _, p := range g.splits(line) {
		d.join(p.left|p.right, []pair{p})
	}
	if trees := d.trees[set]; len(trees) > 0 {
		return cheapest([]physical{cheapest(trees), greedy})
	}
	return greedy
}

// treeEdge is an edge of the spanning tree: the share of pairs of rows that it joins.
type treeEdge struct {
	a, b  int
	share float64
}

// spanning gives each relation's neighbours in the spanning tree.
func (g *graph) spanning(set relSet) map[int][]treeEdge {
	var edges []treeEdge
	for a := range g.rels {
		for b := a + 1; b < len(g.rels); b++ {
			if set.has(a) && g.edges[a].has(b) {
				pair := g.rows(1<<uint(a) | 1<<uint(b))
				edges = append(edges, treeEdge{a, b, pair / (g.rels[a].out().rows * g.rels[b].out().rows)})
			}
		}
	}
	slices.SortStableFunc(edges, func(x, y treeEdge) int { return order.Compare(x.share, y.share) })
	root := make([]int, len(g.rels))
	for i := range root {
		root[i] = i
	}
	find := func(i int) int {
		for root[i] != i {
			i = root[i]
		}
		return i
	}
	tree := map[int][]treeEdge{}
	for _, e := range edges {
		if x, y := find(e.a), find(e.b); x != y {
			root[x] = y
			tree[e.a] = append(tree[e.a], e)
			tree[e.b] = append(tree[e.b], treeEdge{e.b, e.a, e.share})
		}
	}
	return tree
}

// run is relations that stand one behind the other: grows is how many rows come out of them for one that goes in, cost
// is what rows come out of all their joins then.
type run struct {
	rels        []int
	grows, cost float64
}

// rank orders runs: those first that make few rows at little cost.
func (r *run) rank() float64 {
	if r.cost == 0 {
		return 0
	}
	return (r.grows - 1) / r.cost
}

func (r *run) then(s run) run {
	return run{append(slices.Clone(r.rels), s.rels...), r.grows * s.grows, r.cost + r.grows*s.cost}
}

// line is the best of the orders that begin with each relation.
func (g *graph) line(set relSet) []int {
	tree := g.spanning(set)
	var best []int
	least := math.Inf(1)
	for i := range g.rels {
		if !set.has(i) || g.exists.has(i) {
			continue
		}
		whole := run{rels: []int{i}, grows: g.rels[i].out().rows}
		for _, r := range g.runs(tree, i, -1) {
			whole = whole.then(r)
		}
		if whole.cost < least {
			best, least = whole.rels, whole.cost
		}
	}
	return best
}

// runs are what stands behind relation i, reached from another one: the runs of its neighbours, by rank. One whose rank
// is less than that of what must stand in front of it is one run with that.
func (g *graph) runs(tree map[int][]treeEdge, i, from int) []run {
	var all []run
	for _, e := range tree[i] {
		if e.b == from {
			continue
		}
		rows := e.share * g.rels[e.b].out().rows
		if g.exists.has(e.b) {
			rows = g.rows(1<<uint(e.a)|1<<uint(e.b)) / g.rels[e.a].out().rows
		}
		chain := []run{{[]int{e.b}, rows, rows}}
		for _, r := range g.runs(tree, e.b, i) {
			chain = append(chain, r)
			for k := len(chain) - 1; k > 0 && chain[k].rank() < chain[k-1].rank(); k-- {
				chain = append(chain[:k-1], chain[k-1].then(chain[k]))
			}
		}
		all = append(all, chain...)
	}
	// Ranks rise within a chain, so that none of its runs passes another.
	slices.SortStableFunc(all, func(x, y run) int { return order.Compare(x.rank(), y.rank()) })
	return all
}

// splits are the joins of the best tree over a line, lower ones first: by rows alone, as how they are moved is looked
// at only for this tree.
func (g *graph) splits(line []int) []pair {
	n := len(line)
	type interval struct {
		set  relSet
		cost float64
		left int // relations of the left side
	}
	at := make([][]interval, n) // by first relation and length-1
	for i, r := range line {
		at[i] = make([]interval, n-i)
		at[i][0] = interval{set: 1 << uint(r)}
		for k := 1; i+k < n; k++ {
			at[i][k] = interval{set: at[i][k-1].set | 1<<uint(line[i+k]), cost: math.Inf(1)}
		}
	}
	for k := 1; k < n; k++ {
		for i := 0; i+k < n; i++ {
			whole := &at[i][k]
			for m := range k {
				l, r := &at[i][m], &at[i+m+1][k-m-1]
				if math.IsInf(l.cost+r.cost, 1) || !g.adjacent(l.set, r.set) {
					continue
				}
				built, probed := g.rows(l.set), g.rows(r.set)
				if built > probed {
					built, probed = probed, built
				}
				if c := l.cost + r.cost + buildWeight*built + probed + g.rows(whole.set); c < whole.cost {
					whole.cost, whole.left = c, m+1
				}
			}
		}
	}
	var out []pair
	var walk func(i, k int)
	walk = func(i, k int) {
		if k == 0 {
			return
		}
		m := at[i][k].left
		walk(i, m-1)
		walk(i+m, k-m)
		out = append(out, pair{at[i][m-1].set, at[i+m][k-m].set})
	}
	walk(0, n-1)
	return out
}

// buildWeight is how much dearer a row is on a join's build side.
const buildWeight = 2
