package optimize

import (
	"math"
	"slices"

	"slipher/catalog/types"
	"slipher/compiler/algebra"
	"slipher/compiler/plan"
)

var boolType = types.TBool

// joins are the ways to join a as probe side with b as build side; late are
// equalities used as keys besides the classes.
func (g *graph) joins(a, b part, late []joinPred) []physical {
	var out []physical
	g.join(a, b, late, all(&out))
	return out
}

// join shows these ways to t.
func (g *graph) join(a, b part, late []joinPred, t taker) {
	set := a.set | b.set
	if s := g.semiOf(b.set); s != nil {
		g.semiJoins(a, b, s, t)
		return
	}
	if g.semiOf(a.set) != nil {
		return
	}
	j := joinOp{kind: plan.InnerJoin, props: g.shape(set)}
	n := len(late)
	for i := range g.classes {
		if c := &g.classes[i]; c.rels&a.set != 0 && c.rels&b.set != 0 {
			n++
		}
	}
	j.probeKeys, j.buildKeys = g.p.slabs.exprs.make(n)[:0], g.p.slabs.exprs.make(n)[:0]
	for i := range g.classes {
		if c := &g.classes[i]; c.rels&a.set != 0 && c.rels&b.set != 0 {
			j.probeKeys = append(j.probeKeys, c.memberIn(a))
			j.buildKeys = append(j.buildKeys, c.memberIn(b))
		}
	}
	for _, q := range late {
		l, r := q.expr.Args[0], q.expr.Args[1]
		if !a.set.covers(g.relsOf(l)) {
			l, r = r, l
		}
		j.probeKeys, j.buildKeys = append(j.probeKeys, l), append(j.buildKeys, r)
	}
	for _, q := range g.preds {
		if set.covers(q.rels) && !a.set.covers(q.rels) && !b.set.covers(q.rels) {
			j.filter = append(j.filter, q.expr)
		}
	}
	j.kept = g.turning&a.set != 0 && g.turning&b.set == 0
	for i := range late {
		k := len(j.probeKeys) - len(late) + i
		values := math.Max(g.p.exprDistinct(j.probeKeys[k], a.tree.out().rows),
			g.p.exprDistinct(j.buildKeys[k], b.tree.out().rows))
		j.rows = math.Max(1, j.rows/values)
	}
	g.p.ways(j, a.tree, b.tree, t)
}

// shape is what all joins over a set have in common: columns (in any order), rows, width.
func (g *graph) shape(set relSet) props {
	if s, ok := g.shapes[set]; ok {
		return s
	}
	s := props{rows: g.rows(set)}
	n := 0
	for i, r := range g.rels {
		if set.has(i) && !g.exists.has(i) {
			n += len(r.out().cols)
			s.bytes += g.p.rowWidth(r.out())
		}
	}
	s.cols = make([]algebra.Column, 0, n)
	for i, r := range g.rels {
		if set.has(i) && !g.exists.has(i) {
			s.cols = append(s.cols, r.out().cols...)
		}
	}
	g.shapes[set] = s
	return s
}

// memberIn is the expression of a class to hash in part a: the column by which a lies,
// if it is one.
func (c *class) memberIn(a part) *algebra.Expr {
	var first *algebra.Expr
	for i := range c.members {
		m := &c.members[i]
		if !a.set.has(m.rel) {
			continue
		}
		if first == nil {
			first = m.expr
		}
		for _, id := range a.tree.out().dist.keys {
			if m.placed && m.col == id {
				return m.expr
			}
		}
	}
	return first
}

// taker is who looks at the ways to make a join, one after the other. Most of them are of no use: a way is an operator
// only when it is copied out of the place in which all are shown.
type taker struct {
	// worth reports whether a join that costs least at least may be taken; nil: any.
	worth func(least float64) bool
	take  func(*joinOp)
}

// all is a taker of all that it is shown.
func all(out *[]physical) taker {
	return taker{take: func(c *joinOp) {
		own := *c
		*out = append(*out, &own)
	}}
}

// onBuild reports whether rows that go on lie as those of the build side do.
func (n *joinOp) onBuild() bool { return n.kind == plan.FindJoin || n.kind == plan.RightJoin }

// ways shows a join in all ways in which its sides can come together.
func (p *planner) ways(j joinOp, probe, build physical, t taker) {
	if j.kind.MarksEntries() {
		probe, build = p.dealOut(probe), p.dealOut(build)
	}
	if probe.out().dist.kind == distAll && build.out().dist.kind != distAll {
		probe = p.dealOut(probe)
	}
	pd, bd := probe.out().dist, build.out().dist
	stays, outKeys := pd, j.probeKeys // where rows that go on lie if they are not sent, and what they are sent by
	if j.onBuild() {
		stays, outKeys = bd, j.buildKeys
	}
	byProbe, probePlaced := p.placedBy(pd, j.probeKeys)
	byBuild, buildPlaced := p.placedBy(bd, j.buildKeys)
	c := &p.shown
	*c = j
	c.probe, c.build = probe, build
	if c.cols == nil {
		c.cols = joinColumns(c, probe.out().cols, build.out().cols)
	}
	below := probe.out().breaks || build.out().breaks
	// add shows a way to move rows: by which of the keys, if by any, and where those that go on lie: sent by keys, if
	// sent, else as they are.
	add := func(m movement, keys []int, sent bool, d dist) {
		if !legalMoves[j.kind][m] {
			return
		}
		c.move, c.moveKeys, c.placed = m, keys, nil
		switch m {
		case distNone, distInner:
			c.placed = byProbe
		case distOuter, distBoth:
			c.placed = keys
		}
		c.breaks = below || m == distOuter || m == distBoth || m == distInner
		c.reduction, c.share = reduction{}, 0
		c.cost = p.joinCost(c)
		look, reducible := p.mayReduce(c)
		if t.worth != nil && !t.worth(p.leastCost(c, look, reducible)) {
			return
		}
		if c.dist = d; sent {
			c.dist = p.sentBy(outKeys, keys)
		}
		if reducible {
			p.reduceBy(c, look)
		}
		t.take(c)
	}
	switch {
	case bd.kind == distAll:
		add(allNone, nil, false, stays)
		// Instead of all nodes each making all of the table, each may make a part from a part of the rows.
		if len(j.probeKeys) > 0 && p.env.Nodes > 1 && (p.repeated(build.out()) >= costStream || p.chance != nil) {
			p.ways(j, p.dealOut(probe), p.dealOut(build), t)
		}
		return
	case pd.kind == distSingle && bd.kind == distSingle:
		add(distNone, nil, false, stays)
		return
	case probePlaced && buildPlaced && slices.Equal(byProbe, byBuild):
		add(distNone, nil, false, stays)
		return
	}
	if j.kind.MarksEntries() && (p.env.Nodes == 1 || p.leader) { // the table is shared as it is
		add(distNone, nil, false, dist{kind: stays.kind})
		return
	}
	add(bcastInner, nil, false, stays)
	if p.env.Nodes == 1 || len(j.probeKeys) == 0 {
		add(gathered, nil, false, dist{kind: distSingle})
		return // on one node the table is shared as it is: no bytes move
	}
	if probePlaced {
		add(distInner, byProbe, j.onBuild(), stays)
	}
	if buildPlaced {
		add(distOuter, byBuild, !j.onBuild(), stays)
	}
	each := p.slabs.numbers.make(len(j.probeKeys))
	for i := range each {
		each[i] = i
	}
	add(distBoth, each, true, dist{})
}

// sentBy is where rows lie that are sent by some of keys.
func (p *planner) sentBy(keys []*algebra.Expr, some []int) dist {
	d := dist{kind: distHash, keys: p.slabs.columns.make(len(some))}
	for i, k := range some {
		id, _, ok := placementColumn(keys[k])
		if !ok {
			return dist{kind: distEven}
		}
		d.keys[i] = id
	}
	return d
}

// repeated is what building a table of rows that every node has costs more than once would.
func (p *planner) repeated(b *props) float64 {
	nodes := float64(p.env.Nodes)
	return (nodes - 1) * (b.cost/nodes + tableCost(b.rows, p.rowWidth(b)))
}

func joinColumns(j *joinOp, probe, build []algebra.Column) []algebra.Column {
	out := append([]algebra.Column(nil), probe...)
	if j.mark != nil {
		return append(out, *j.mark)
	}
	if j.kind.LeftOnly() {
		return out
	}
	for i := range out {
		out[i].Nullable = out[i].Nullable || j.kind == plan.FullJoin
	}
	for _, c := range build {
		c.Nullable = c.Nullable || j.kind != plan.InnerJoin
		out = append(out, c)
	}
	return out
}

// joinCost is the whole work of a join: its sides', moving, building, probing. Of what is done once in a recursion, one
// turn has a part.
func (p *planner) joinCost(j *joinOp) float64 {
	pr, b := j.probe.out(), j.build.out()
	nodes := float64(p.env.Nodes)
	pw, bw := p.rowWidth(pr), p.rowWidth(b)
	copies, probes := 1.0, 1.0 // how often the table is built and the probe side run
	move, build := 0.0, 0.0    // what the sides cost, but for the probe side's own work
	switch j.move {
	case allNone:
		copies = nodes
		if pr.dist.kind == distAll {
			probes = nodes
		}
	case bcastInner:
		if p.env.Nodes > 1 {
			copies = nodes
			build = sendCost(b.rows, bw) * nodes
		}
	case distInner:
		build = sendCost(b.rows, bw)
	case distOuter:
		move = sendCost(pr.rows, pw)
	case distBoth, gathered:
		build, move = sendCost(b.rows, bw), sendCost(pr.rows, pw)
	}
	build += b.cost + copies*tableCost(b.rows, bw)
	if j.kept {
		build /= unknownSteps
	}
	if j.onBuild() { // the table is read, when all probes are through
		build += b.rows * (costScanRow + costScanByte*bw)
	}
	switch j.kind {
	case plan.FindJoin:
		build += costStream
	case plan.RightJoin: // pairs and rows of the table come together
		build += costTell + sendCost(j.rows, p.rowWidth(&j.props))
	}
	pairs := j.rows
	if len(j.probeKeys) == 0 {
		pairs = math.Max(pairs, pr.rows*b.rows)
	}
	read := p.readInTurn(j)
	if read < 1 && p.env.Filters != FiltersForced {
		build += costStream // of each turn
	}
	return build + read*(pr.cost+move+probes*pr.rows*p.lookCost(b)) +
		probes*pairs*(costMatch+costPredicate*float64(len(j.filter)+len(j.residual)))
}
