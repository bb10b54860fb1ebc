package optimize

import (
	"math"

	"slipher/compiler/algebra"
	"slipher/compiler/expr"
	"slipher/compiler/plan"
)

// semi is a semi or anti join among the inner joins of a graph: its right side is a relation of the graph that adds no
// columns and drops rows of one other relation, wherever in the order that is cheapest.
//
//	semi join(o.id = x.id)(inner join(o.id = l.id)(o, l), x)  →  inner join(o.id = l.id)(semi join(o.id = x.id)(o, x), l)
type semi struct {
	rel  int     // of the graph
	need relSet  // the relation whose rows it drops
	own  joinOp  // its kind, keys, residual
	keep float64 // the share of rows that stay
}

// inGraph reports whether n can stand among the joins of a graph.
func (p *planner) inGraph(n algebra.Node) bool {
	switch x := n.(type) {
	case *algebra.Join:
		return x.Kind == algebra.Inner || p.movesAmong(x) && p.inGraph(x.Left)
	case *algebra.Select:
		_, failing := expr.Movable(x.Preds)
		return len(failing) == 0 && p.inGraph(x.In)
	}
	return false
}

// movesAmong reports whether n is a semi or anti join that may be made before or after inner ones.
func (p *planner) movesAmong(n *algebra.Join) bool {
	if n.Kind != algebra.Semi && n.Kind != algebra.Anti || len(n.Cond) > 0 || p.inStep > 0 {
		return false
	}
	_, failing := expr.Movable(n.On)
	return len(failing) == 0
}

// addSemis makes relations of the graph of the right sides of joins, and gives those that must wait for the whole
// graph: they read several relations, or none.
func (g *graph) addSemis(joins []*algebra.Join) (rest []*algebra.Join, err error) {
	for _, n := range joins {
		right := algebra.IDsOf(n.Right.Columns())
		var need relSet
		for _, e := range n.On {
			ids := algebra.IDs{}
			ids.AddExpr(e)
			for i := range g.ids {
				for id := range ids {
					if !right[id] && g.ids[i][id] {
						need |= 1 << uint(i)
					}
				}
			}
		}
		if need.count() != 1 {
			rest = append(rest, n)
			continue
		}
		rel, err := g.p.node(n.Right)
		if err != nil {
			return nil, err
		}
		s := semi{rel: len(g.rels), need: need}
		own, sel := g.p.condition(n, g.rels[need.lowest()], rel)
		s.own, s.keep = own, kept(own.kind, sel)
		g.semis = append(g.semis, s)
		g.exists |= 1 << uint(s.rel)
		g.rels, g.ids = append(g.rels, rel), append(g.ids, algebra.IDs{})
	}
	return rest, nil
}

// semiOf is the semi join whose right side is all of set, nil if there is none.
func (g *graph) semiOf(set relSet) *semi {
	for i := range g.semis {
		if set == 1<<uint(g.semis[i].rel) {
			return &g.semis[i]
		}
	}
	return nil
}

// semiJoins shows the ways to make s of a's rows.
func (g *graph) semiJoins(a, b part, s *semi, t taker) {
	if !a.set.covers(s.need) {
		return
	}
	j := s.own
	j.props = g.shape(a.set | b.set)
	g.p.ways(j, a.tree, b.tree, t)
	g.p.turned(j, a.tree, b.tree, t)
}

// matching is what is known of how often rows of two sides match.
type matching struct {
	pairs float64 // the share of pairs that do
	// Of the left side's rows, part have keys that rows of the right side have, before any conditions on that. Of these
	// each meets so many, of which the share kept is left and fulfils what is no equality.
	part, meets, kept float64
	// most is the share of the left side's values of the key that there can be among the right side's.
	most float64
}

// condition is a join of kind n.Kind with its keys and residual, and how often rows match.
func (p *planner) condition(n *algebra.Join, left, right physical) (joinOp, matching) {
	j := joinOp{kind: joinKinds[n.Kind]}
	lids, rids := algebra.IDsOf(left.out().cols), algebra.IDsOf(right.out().cols)
	sel, combinations := 1.0, 1.0
	m := matching{part: 1, most: 1}
	for _, e := range n.On {
		if l, r, ok := sides(e, lids, rids); ok {
			j.probeKeys, j.buildKeys = append(j.probeKeys, l), append(j.buildKeys, r)
			a, b := p.exprDistinct(l, p.baseRows(left)), p.exprDistinct(r, p.baseRows(right))
			combinations *= math.Max(a, b)
			m.part = math.Min(m.part, p.present(l)*math.Min(1, b/a))
			m.most = math.Min(m.most, p.valuesOf(r, right.out())/a)
			continue
		}
		if len(n.Cond) > 0 && e.Nullable { // what is not known counts for Cond alone
			e = &algebra.Expr{Kind: expr.Coalesce, Type: e.Type, Args: []*algebra.Expr{e, algebra.Truth(false)}}
		}
		j.residual = append(j.residual, e)
		sel *= p.selectOne(e)
	}
	j.residual = append(j.residual, n.Cond...)
	each := 1 / p.jointDistinct(combinations, left, right, j.probeKeys, j.buildKeys)
	m.pairs = sel * each
	m.meets = math.Max(1, p.baseRows(right)*each/m.part)
	m.kept = math.Min(1, right.out().rows*m.pairs/m.part/m.meets)
	return j, m
}

// kept is the share of the left side's rows that a semi or anti join keeps.
func kept(kind plan.JoinKind, m matching) float64 {
	found := math.Max(1e-9, math.Min(m.most, m.part*(1-math.Pow(1-m.kept, m.meets))))
	if kind == plan.AntiJoin {
		return 1 - found
	}
	return found
}
