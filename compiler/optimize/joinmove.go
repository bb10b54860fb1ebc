package optimize

import (
	"math"

	"slipher/catalog/types"
	"slipher/compiler/algebra"
	"slipher/compiler/plan"
)

var boolType = types.TBool

// joins are the ways to join a as probe side with b as build side; late are
// equalities used as keys besides the classes.
func (g *graph) joins(a, b part, late []joinPred) []physical {
	set := a.set | b.set
	if s := g.semiOf(b.set); s != nil {
		return g.semiJoins(a, b, s)
	}
	if g.semiOf(a.set) != nil {
		return nil
	}
	j := joinOp{kind: plan.InnerJoin, props: g.shape(set)}
	for _, c := range g.classes {
		if c.rels&a.set == 0 || c.rels&b.set == 0 {
			continue
		}
		j.probeKeys = append(j.probeKeys, g.memberIn(c, a, b))
		j.buildKeys = append(j.buildKeys, g.memberIn(c, b, a))
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
	if len(late) > 0 {
		j.rows = math.Max(1, j.rows*selEqual)
	}
	return g.p.movements(j, a.tree, b.tree)
}

// shape is what all joins over a set have in common: columns (in any order), rows, width.
func (g *graph) shape(set relSet) props {
	if s, ok := g.shapes[set]; ok {
		return s
	}
	s := props{rows: g.rows(set)}
	for i, r := range g.rels {
		if set.has(i) && !g.exists.has(i) {
			s.cols = append(s.cols, r.out().cols...)
		}
	}
	s.bytes = g.p.width(s.cols)
	g.shapes[set] = s
	return s
}

// memberIn is the expression of a class to hash in part a: the column by which a lies,
// if it is one.
func (g *graph) memberIn(c class, a, b part) *algebra.Expr {
	var first *algebra.Expr
	for _, m := range c.members {
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

// movements completes a join in all ways in which its sides can come together.
func (p *planner) movements(j joinOp, probe, build physical) []physical {
	if j.kind.MarksEntries() {
		probe, build = p.dealOut(probe), p.dealOut(build)
	}
	if probe.out().dist.kind == distAll && build.out().dist.kind != distAll {
		probe = p.dealOut(probe)
	}
	pd, bd := probe.out().dist, build.out().dist
	stays, outKeys := pd, j.probeKeys // where rows that go on lie if they are not sent, and what they are sent by
	if j.kind == plan.FindJoin {
		stays, outKeys = bd, j.buildKeys
	}
	byProbe, probePlaced := p.placedBy(pd, j.probeKeys)
	byBuild, buildPlaced := p.placedBy(bd, j.buildKeys)
	var out []physical
	add := func(m movement, keys []int, d dist) {
		if !legalMoves[j.kind][m] {
			return
		}
		c := j
		c.probe, c.build, c.move, c.moveKeys, c.dist = probe, build, m, keys, d
		if c.cols == nil {
			c.cols = joinColumns(&j, probe.out().cols, build.out().cols)
		}
		c.cost = p.joinCost(&c)
		c.breaks = probe.out().breaks || build.out().breaks || m == distOuter || m == distBoth || m == distInner
		switch m {
		case distNone, distInner:
			c.placed = byProbe
		case distOuter, distBoth:
			c.placed = keys
		}
		p.reduceBy(&c)
		out = append(out, &c)
	}
	hashed := func(keys []int) dist {
		d := dist{kind: distHash}
		for _, k := range keys {
			id, _, ok := placementColumn(outKeys[k])
			if !ok {
				return dist{kind: distEven}
			}
			d.keys = append(d.keys, id)
		}
		return d
	}
	switch {
	case bd.kind == distAll:
		add(allNone, nil, stays)
		if pd.kind == distAll || len(j.probeKeys) == 0 || p.env.Nodes == 1 ||
			p.repeated(build.out()) < costStream && p.chance == nil {
			return out
		}
		// Instead of all nodes each making all of the table, each makes a part from a part of the rows.
		build = p.dealOut(build)
		bd = build.out().dist
		byBuild, buildPlaced = p.placedBy(bd, j.buildKeys)
	case pd.kind == distSingle && bd.kind == distSingle:
		add(distNone, nil, stays)
		return out
	case probePlaced && buildPlaced && equalInts(byProbe, byBuild):
		add(distNone, nil, stays)
		return out
	}
	if j.kind.MarksEntries() && (p.env.Nodes == 1 || p.leader) { // the table is shared as it is
		add(distNone, nil, dist{kind: stays.kind})
		return out
	}
	add(bcastInner, nil, stays)
	if p.env.Nodes == 1 || len(j.probeKeys) == 0 {
		add(gathered, nil, dist{kind: distSingle})
		return out // on one node the table is shared as it is: no bytes move
	}
	moved := func(keys []int, stay bool) dist {
		if stay {
			return stays
		}
		return hashed(keys)
	}
	if probePlaced {
		add(distInner, byProbe, moved(byProbe, j.kind != plan.FindJoin))
	}
	if buildPlaced {
		add(distOuter, byBuild, moved(byBuild, j.kind == plan.FindJoin))
	}
	all := make([]int, len(j.probeKeys))
	for i := range all {
		all[i] = i
	}
	add(distBoth, all, hashed(all))
	return out
}

// repeated is what building a table of rows that every node has costs more than once would.
func (p *planner) repeated(b *props) float64 {
	nodes := float64(p.env.Nodes)
	return (nodes - 1) * (b.cost/nodes + b.rows*(costBuild+costBuildByte*p.rowWidth(b)))
}

func equalInts(a, b []int) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i] != b[i] {
			return false
		}
	}
	return true
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
	build += b.cost + copies*b.rows*(costBuild+costBuildByte*bw)
	if j.kept {
		build /= unknownSteps
	}
	// a table that outgrows the caches costs more for each probe
	reach := costProbe * (1 + math.Log2(1+b.rows*bw/1e6)/4)
	if j.kind == plan.FindJoin { // the table is read, when all probes are through
		build += costStream + b.rows*(costScanRow+costScanByte*bw)
	}
	pairs := j.rows
	if len(j.probeKeys) == 0 {
		pairs = math.Max(pairs, pr.rows*b.rows)
	}
	return pr.cost + move + build +
		probes*(pr.rows*reach+pairs*(costMatch+costPredicate*float64(len(j.filter)+len(j.residual))))
}
