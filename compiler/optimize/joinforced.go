package optimize

import "math/rand/v2"

// JoinOrder says in which order inner joins are made: the cheapest first; as they are written; or any other, by a seed,
// which also chooses how rows travel. All give the same answer, which is what the others are for.
type JoinOrder int64

// Numbers from 1 on are seeds.
const (
	OrderWritten JoinOrder = -1
	OrderByCost  JoinOrder = 0
)

// choices makes what a seed chooses, nil if costs do.
func (o JoinOrder) choices() *rand.Rand {
	if o <= OrderByCost {
		return nil
	}
	return rand.New(rand.NewPCG(uint64(o), 0))
}

// choose is one of some trees that mean the same: the cheapest, or what the seed takes.
func (p *planner) choose(trees []physical) physical {
	if p.chance != nil {
		return trees[p.chance.IntN(len(trees))]
	}
	return cheapest(trees)
}

// forced joins the relations of a graph in an order that costs have no say in: the first two as they are written that
// an equality connects, or by seed any two; two that none connects when there are no others. Equalities that may fail
// are filters of the whole.
func (g *graph) forced() physical {
	parts := make([]part, len(g.rels))
	for i, r := range g.rels {
		parts[i] = part{1 << uint(i), r}
	}
	for len(parts) > 1 {
		i, j := g.twoOf(parts)
		a, b := parts[i], parts[j]
		trees := g.joins(a, b, nil)
		if g.p.chance != nil || len(trees) == 0 {
			trees = append(trees, g.joins(b, a, nil)...)
		}
		parts[i] = part{a.set | b.set, g.p.choose(trees)}
		parts = append(parts[:j], parts[j+1:]...)
	}
	return g.p.filter(parts[0].tree, expressions(g.late))
}

// twoOf are the places of the parts to join next, the smaller one first.
func (g *graph) twoOf(parts []part) (int, int) {
	var near, any [][2]int
	for i := range parts {
		for j := i + 1; j < len(parts); j++ {
			any = append(any, [2]int{i, j})
			if g.adjacent(parts[i].set, parts[j].set) {
				near = append(near, [2]int{i, j})
			}
		}
	}
	if len(near) == 0 {
		near = any
	}
	at := 0
	if g.p.chance != nil {
		at = g.p.chance.IntN(len(near))
	}
	return near[at][0], near[at][1]
}
