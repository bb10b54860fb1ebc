package optimize

import (
	"math"
	"math/bits"
	"slices"

	"slipher/compiler/algebra"
	"slipher/compiler/expr"
)

// relSet is a set of a join graph's relations, by number.
type relSet uint64

func (s relSet) has(i int) bool       { return s>>uint(i)&1 != 0 }
func (s relSet) covers(t relSet) bool { return t&^s == 0 }
func (s relSet) count() int           { return bits.OnesCount64(uint64(s)) }
func (s relSet) lowest() int          { return bits.TrailingZeros64(uint64(s)) }
func below(i int) relSet              { return relSet(1)<<uint(i+1) - 1 } // relations 0..i

// graph is a tree of inner joins, its order forgotten.
type graph struct {
	p       *planner
	rels    []physical
	ids     []algebra.IDs
	classes []class
	joints  []joint
	reaches []reach
	preds   []joinPred // conjuncts over several relations that are no equalities between two
	edges   []relSet   // for each relation its neighbours by a class
	late    []joinPred // equalities that may fail: joined by only when all else is
	semis   []semi
	exists  relSet // the right sides of semis: they add no columns
	turning relSet // relations of other rows in each turn of the recursion around

	rowsOf map[relSet]float64
	shapes map[relSet]props
}

// class is a set of expressions that the query makes equal, each over one
// relation, all of the same type's class.
type class struct {
	members []member
	rels    relSet
}

type member struct {
	rel  int
	expr *algebra.Expr

	distinct float64          // values before filters: they thin both sides alike
	present  float64          // share of rows in which it is not NULL
	col      algebra.ColumnID // the column by which rows may lie (placementColumn), if placed
	placed   bool
}

// joinPred is a conjunct and the relations it reads.
type joinPred struct {
	expr *algebra.Expr
	rels relSet

	share float64 // of pairs for which it holds: set by findJoints
}

// maxRelations bounds a graph; larger join trees are split where they were nested.
const maxRelations = 60

// joinGraph orders a tree of inner joins under the conjuncts above.
func (p *planner) joinGraph(n algebra.Node, above []*algebra.Expr) (physical, error) {
	g := &graph{p: p, rowsOf: map[relSet]float64{}, shapes: map[relSet]props{}}
	preds := append([]*algebra.Expr(nil), above...)
	var failing []*algebra.Expr
	var semis []*algebra.Join
	unit := func(n algebra.Node) error {
		rel, err := p.node(n)
		if err != nil {
			return err
		}
		if p.turns(n) {
			g.turning |= 1 << len(g.rels)
		}
		g.rels = append(g.rels, rel)
		g.ids = append(g.ids, algebra.IDsOf(rel.out().cols))
		return nil
	}
	sizes := map[algebra.Node]int{}
	// flatten takes n apart into at most room relations.
	var flatten func(n algebra.Node, room int) error
	flatten = func(n algebra.Node, room int) error {
		switch x := n.(type) {
		case *algebra.Join:
			if x.Kind == algebra.Inner && room > 1 {
				l, r := relations(x.Left, sizes), relations(x.Right, sizes)
				left, right := flatten, flatten
				if l+r > room { // the larger side is planned by itself
					alone := func(n algebra.Node, _ int) error { return unit(n) }
					if l >= r {
						left, r = alone, room-1
					} else {
						right, l = alone, room-1
					}
				}
				if err := left(x.Left, l); err != nil {
					return err
				}
				if err := right(x.Right, r); err != nil {
					return err
				}
				safe, fail := expr.Movable(x.On)
				preds = append(preds, safe...)
				failing = append(failing, fail...)
				return nil
			}
			if p.movesAmong(x) && room > 1 {
				semis = append(semis, x)
				return flatten(x.Left, room-1)
			}
		case *algebra.Select:
			if p.inGraph(x) {
				preds = append(preds, x.Preds...)
				return flatten(x.In, room)
			}
		}
		return unit(n)
	}
	if err := flatten(n, maxRelations); err != nil {
		return nil, err
	}
	rest, err := g.addSemis(semis)
	if err != nil {
		return nil, err
	}
	joined, err := g.order(preds, failing)
	if err != nil {
		return nil, err
	}
	for _, s := range slices.Backward(rest) { // the innermost first
		right, err := p.node(s.Right)
		if err != nil {
			return nil, err
		}
		joined = p.choose(p.madeOf(s, joined, right))
	}
	return joined, nil
}

// relations is how many relations a tree of inner joins has; sizes has what was counted before.
func relations(n algebra.Node, sizes map[algebra.Node]int) int {
	if k, ok := sizes[n]; ok {
		return k
	}
	k := 1
	switch x := n.(type) {
	case *algebra.Join:
		switch x.Kind {
		case algebra.Inner:
			k = relations(x.Left, sizes) + relations(x.Right, sizes)
		case algebra.Semi, algebra.Anti:
			k = relations(x.Left, sizes) + 1
		}
	case *algebra.Select:
		k = relations(x.In, sizes)
	}
	sizes[n] = k
	return k
}

// order sorts the conjuncts into the graph and finds the cheapest tree.
func (g *graph) order(preds, failing []*algebra.Expr) (physical, error) {
	var top []*algebra.Expr // over no or all-failing ground: filters above everything
	for _, e := range preds {
		rels := g.relsOf(e)
		switch l, r, ok := g.equality(e, rels); {
		case ok:
			g.addEquality(l, r)
		case rels.count() == 1:
			i := rels.lowest()
			g.rels[i] = g.p.filter(g.rels[i], []*algebra.Expr{e})
		case rels == 0:
			top = append(top, e)
		default:
			g.preds = append(g.preds, joinPred{expr: e, rels: rels})
		}
	}
	var last []*algebra.Expr
	for _, e := range failing {
		if rels := g.relsOf(e); rels.count() > 1 && hashes(e) {
			g.late = append(g.late, joinPred{expr: e, rels: rels})
		} else {
			last = append(last, e)
		}
	}
	g.uniteClasses()
	g.findJoints()
	g.findReaches()
	g.edges = make([]relSet, len(g.rels))
	for _, c := range g.classes {
		for i := range g.rels {
			if c.rels.has(i) {
				g.edges[i] |= c.rels &^ (1 << uint(i))
			}
		}
	}
	for _, s := range g.semis {
		g.edges[s.rel] |= s.need
		g.edges[s.need.lowest()] |= 1 << uint(s.rel)
	}
	if g.p.env.Joins != OrderByCost {
		return g.p.filter(g.forced(), append(top, last...)), nil
	}
	all := relSet(0)
	var parts []part
	for i := range g.rels {
		if all.has(i) {
			continue
		}
		set := g.component(i)
		all |= set
		tree, err := g.best(set)
		if err != nil {
			return nil, err
		}
		parts = append(parts, part{set, tree})
	}
	joined := g.joinParts(parts)
	return g.p.filter(joined, append(top, last...)), nil
}

func (g *graph) relsOf(e *algebra.Expr) relSet {
	var s relSet
	for i, ids := range g.ids {
		if ids.Meets(e) {
			s |= 1 << uint(i)
		}
	}
	return s
}

// equality splits e into two sides over one relation each.
func (g *graph) equality(e *algebra.Expr, rels relSet) (l, r member, ok bool) {
	if !hashes(e) || rels.count() != 2 {
		return l, r, false
	}
	a, b := g.relsOf(e.Args[0]), g.relsOf(e.Args[1])
	if a.count() != 1 || b.count() != 1 || a == b {
		return l, r, false
	}
	return member{rel: a.lowest(), expr: e.Args[0]}, member{rel: b.lowest(), expr: e.Args[1]}, true
}

// addEquality puts both sides into one class, merging classes that share a member.
func (g *graph) addEquality(l, r member) {
	merged := class{}
	var kept []class
	for _, c := range g.classes {
		if g.inClass(c, l) || g.inClass(c, r) {
			merged.members = append(merged.members, c.members...)
			merged.rels |= c.rels
		} else {
			kept = append(kept, c)
		}
	}
	for _, m := range []member{l, r} {
		if !g.inClass(merged, m) {
			merged.members = append(merged.members, m)
			merged.rels |= 1 << uint(m.rel)
		}
	}
	g.classes = append(kept, merged)
}

func (g *graph) inClass(c class, m member) bool {
	key := g.p.numbers.Of(m.expr)
	for _, x := range c.members {
		if x.rel == m.rel && g.p.numbers.Of(x.expr) == key && x.expr.Type.Scale == m.expr.Type.Scale {
			return true
		}
	}
	return false
}

// uniteClasses tells the planner which columns the joins make equal, and filters
// inside a relation that has several members of one class.
func (g *graph) uniteClasses() {
	for ci := range g.classes {
		c := &g.classes[ci]
		byRel := map[int]*algebra.Expr{}
		var kept []member
		for _, m := range c.members {
			if first := byRel[m.rel]; first != nil {
				eq := g.p.call("eq", boolType, first, m.expr)
				g.rels[m.rel] = g.p.filter(g.rels[m.rel], []*algebra.Expr{eq})
				continue
			}
			byRel[m.rel] = m.expr
			kept = append(kept, m)
		}
		for _, m := range c.members[1:] {
			a, ca, ok1 := placementColumn(c.members[0].expr)
			b, cb, ok2 := placementColumn(m.expr)
			if ok1 && ok2 && ca == cb && !isKey(c.members[0].expr) && !isKey(m.expr) { // else only their keys are equal
				g.p.unite(a, b)
			}
		}
		for i := range kept {
			m := &kept[i]
			m.distinct = g.p.exprDistinct(m.expr, g.p.baseRows(g.rels[m.rel]))
			if g.p.chosenAlone(m.expr, kept) {
				m.distinct = math.Max(m.distinct, g.p.domain(m.expr))
			}
			m.present = g.p.present(m.expr)
			m.col, _, m.placed = placementColumn(m.expr)
		}
		c.members = kept
	}
}

// chosenAlone reports whether none of the other members is the same column, grouped in the same way, perhaps of another
// reference to one definition: their values were chosen together.
func (p *planner) chosenAlone(e *algebra.Expr, members []member) bool {
	if e = stripCasts(e); e.Kind != expr.Column {
		return false
	}
	base, _ := p.basis(e.Col)
	n := 0
	for _, m := range members {
		if x := stripCasts(m.expr); x.Kind == expr.Column {
			if b, _ := p.basis(x.Col); b == base {
				n++
			}
		}
	}
	return n == 1
}

// component is the relations connected with i by classes.
func (g *graph) component(i int) relSet {
	set := relSet(1) << uint(i)
	for {
		grown := set
		for j := range g.rels {
			if set.has(j) {
				grown |= g.edges[j]
			}
		}
		if grown == set {
			return set
		}
		set = grown
	}
}

// maxRows bounds estimates, so that costs stay numbers.
const maxRows = 1e200

// rows estimates the join of a set: independent of the order in which it is made.
func (g *graph) rows(set relSet) float64 {
	if r, ok := g.rowsOf[set]; ok {
		return r
	}
	r := 1.0
	g.factors(set, func(x float64) { r *= x })
	// The product of sixty large tables is no number any more, and on the way to it may be none: then sums of logarithms
	// say what is left of it.
	if math.IsNaN(r) || r > maxRows || r == 0 {
		log := 0.0
		g.factors(set, func(x float64) { log += math.Log(x) })
		r = math.Min(math.Exp(log), maxRows)
	}
	r = math.Max(1, r)
	g.rowsOf[set] = r
	return r
}

// factors are what rows multiplies.
func (g *graph) factors(set relSet, times func(float64)) {
	for i := range g.rels {
		if set.has(i) && !g.exists.has(i) {
			times(g.rels[i].out().rows)
		}
	}
	for ci := range g.classes {
		c := &g.classes[ci]
		if both := c.rels & set; both.count() < 2 {
			continue
		}
		least, product, present := math.Inf(1), 1.0, 1.0
		for i := range c.members {
			if m := &c.members[i]; set.has(m.rel) {
				least = math.Min(least, m.distinct)
				product *= m.distinct
				present *= m.present
			}
		}
		if product <= maxRows {
			times(least / product * present)
			continue
		}
		times(least * present)
		for i := range c.members {
			if m := &c.members[i]; set.has(m.rel) {
				times(1 / m.distinct)
			}
		}
	}
	for _, s := range g.semis {
		if set.has(s.rel) {
			times(s.keep)
		}
	}
	for _, q := range g.preds {
		if q.rels.count() > 1 && set.covers(q.rels) {
			times(q.share)
		}
	}
	times(g.together(set))
	times(g.reached(set))
}
