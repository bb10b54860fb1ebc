package optimize

import (
	"math"
	"slices"

	"slipher/compiler/algebra"
	"slipher/compiler/plan"
	"slipher/runtime/program"
)

// transfer is a filter from one side of a join to the other that the join's own table cannot give, for it is built
// before there is a probe side: rows of an operator below one side are made first and kept, a table of their keys is
// built, and places below the other side look into that, or sieve by it.
//
//	hash join(k)(part where …, hash(partsupp))
//	  →  kept = (part where …); hash join(k)(kept, hash(semi join(k)(partsupp, keys of kept)))
//
// With the looks that a join's own table allows (reduce.go) filters so go up and down the whole tree, both passes of
// predicate transfer: the large tables of a bad order have no more rows than its result needs (Zhao et al.,
// "Debunking the Myth of Join Ordering: Toward Robust SQL Analytics", SIGMOD 2025). Which of all filters are made is a
// matter of costs: from what is small to what is large, none that lets most pass, none from what costs more to keep
// than is saved (Qiao et al., "Robust Predicate Transfer with Dynamic Execution", VLDB 2026: transfer is asymmetric).
//
// No scan waits for a table that waits for it: whatever looks into a table is emitted behind it, and nothing below an
// operator whose rows are kept looks into a table that is made later than they are.
type transfer struct {
	from  physical        // whose rows are kept
	keys  []*algebra.Expr // over from's columns
	of    []int           // which keys of the join they are
	down  bool            // from the probe side to the build side
	at    []sifting       // the places, all on the other side
	share float64         // of the rows there, those that go on
	gain  float64         // what it saves, less what it costs
}

// maxTransfers is how many transfers a join has at most: each has a stream of its own.
const maxTransfers = 3

// findTransfers finds for the finished tree, and those of definitions, which filters go which way: what joins do is
// changed here, and nowhere else. limited says that the root's rows are wanted up to a number, in any order: then it
// costs too much to keep them all.
func (p *planner) findTransfers(root physical, limited bool) {
	if p.env.Filters == FiltersNone || p.leader {
		return
	}
	p.kept, p.remain = map[physical]bool{}, map[physical]float64{}
	for _, s := range p.saved {
		if s.in != nil {
			p.thinByJoins(s.in)
		}
	}
	p.thinByJoins(root)
	for _, s := range p.saved {
		if s.in != nil {
			p.transfersIn(s.in, false)
		}
	}
	p.transfersIn(root, limited)
}

// thinByJoins notes what rows are left of by the looks that joins were chosen with: what a filter above saves is no
// more than that.
func (p *planner) thinByJoins(n physical) {
	if j, ok := n.(*joinOp); ok {
		p.thin(j.probe, j.reduction.at, j.share)
	}
	for _, in := range n.inputs() {
		p.thinByJoins(in)
	}
}

// transfersIn finds them in one tree: those of the joins above first.
func (p *planner) transfersIn(n physical, limited bool) {
	if j, ok := n.(*joinOp); ok && len(j.probeKeys) > 0 && !limited {
		p.transfersOf(j)
	}
	for i, in := range n.inputs() {
		p.transfersIn(in, limited && n.readsOn(i))
	}
}

// transfersOf notes what goes between the sides of a join, what pays most first.
func (p *planner) transfersOf(j *joinOp) {
	if j.reduction.at != nil { // it is found anew
		p.thin(j.probe, j.reduction.at, 1/math.Max(j.share, math.SmallestNonzeroFloat32))
	}
	for len(j.transfers) < maxTransfers {
		best := p.bestTransfer(j, true)
		if t := p.bestTransfer(j, false); t != nil && (best == nil || t.gain > best.gain) {
			best = t
		}
		if best == nil {
			break
		}
		p.kept[best.from] = true
		p.thin(j.side(!best.down), best.at, best.share)
		j.transfers = append(j.transfers, best)
	}
	p.reduceAgain(j)
	p.thin(j.probe, j.reduction.at, j.share)
}

// reduceAgain finds anew where rows of j's probe side are dropped early by its table, now that it is known what else
// drops some. Where the tree is one that costs did not choose alone, it pays between joins, too.
func (p *planner) reduceAgain(j *joinOp) {
	j.reduction = reduction{}
	if !j.kind.Drops() {
		return
	}
	rows := p.rows(j.build)
	for _, t := range j.transfers {
		if t.down { // what is dropped by keys of the probe side leaves those of it
			rows /= t.share
		}
	}
	l := look{share: p.shareFound(j, rows), forced: p.env.Filters == FiltersForced}
	if l.share > mostKept && !l.forced {
		return
	}
	r := p.reduceProbe(j, l)
	cost := p.rows(j.probe) * p.lookCost(j.build.out())
	if r = l.saves(r, cost); l.forced || r.gain > 0 && (r.behind || r.gain > leastGain*j.cost) {
		j.reduction, j.share = r, l.share
	}
}

// dropsBuilt reports whether rows of the build side that no row of the probe side finds change nothing.
func (n *joinOp) dropsBuilt() bool {
	switch n.kind {
	case plan.FullJoin, plan.RightJoin, plan.MarkJoin: // a mark may say that it is not known, because of any row
		return false
	case plan.FindJoin:
		return n.found
	}
	return true
}

// side is the join's probe side, or the other one.
func (n *joinOp) side(probe bool) physical {
	if probe {
		return n.probe
	}
	return n.build
}

// thin notes that of the rows of n and of all below it that are at or above one of some places only a share is left.
func (p *planner) thin(n physical, at []sifting, share float64) bool {
	hit := slices.ContainsFunc(at, func(s sifting) bool { return s.at == n })
	for _, in := range n.inputs() {
		hit = p.thin(in, at, share) || hit
	}
	if hit {
		p.remain[n] = p.rows(n) / math.Max(1, n.out().rows) * share
	}
	return hit
}

// rows is how many rows an operator is expected to give once those are dropped that transfers found so far drop.
func (p *planner) rows(n physical) float64 {
	if left, ok := p.remain[n]; ok {
		return n.out().rows * left
	}
	return n.out().rows
}

// bestTransfer is what pays most from one side of a join to the other, nil if nothing does.
func (p *planner) bestTransfer(j *joinOp, down bool) *transfer {
	forced := p.env.Filters == FiltersForced
	if down && !j.dropsBuilt() || !down && !j.kind.Drops() {
		return nil
	}
	from, to, keys, others := j.probe, j.build, j.probeKeys, j.buildKeys
	if !down {
		from, to, keys, others = j.build, j.probe, j.buildKeys, j.probeKeys
	}
	var best *transfer
	p.eachSource(from, keys, func(s physical, has []*algebra.Expr) {
		t := &transfer{from: s, down: down}
		var at []*algebra.Expr
		for i, k := range has {
			if k != nil {
				t.keys, t.of, at = append(t.keys, k), append(t.of, i), append(at, others[i])
			}
		}
		if !down && s == from && len(t.keys) == len(keys) || j.hasTransfer(t) {
			return // the join's own table says it
		}
		l := look{share: p.shareOf(s, t.keys, at), forced: forced, find: findCost(p.rows(s), 8*float64(len(t.keys))),
			everywhere: p.env.Nodes == 1 || p.leader || s.out().dist.kind == distAll}
		if l.share > mostKept && !forced {
			return
		}
		l.through, l.filter = p.keyFilter(p.rows(s))
		r := p.reduceAt(to, at, l)
		if r.at == nil {
			return
		}
		t.at, t.share, t.gain = r.at, l.share, r.gain+p.spared(j, l, r, down)-p.keeping(s, t.keys)
		if (forced || t.gain > leastGain*j.cost) && (best == nil || t.gain > best.gain) {
			best = t
		}
	})
	return best
}

// leastGain is what part of a join's cost a transfer has to save, for estimates are not better than that.
const leastGain = 0.05

// hasTransfer reports whether the join has a transfer of the same keys the same way, from wherever.
func (n *joinOp) hasTransfer(t *transfer) bool {
	return slices.ContainsFunc(n.transfers, func(o *transfer) bool { return o.down == t.down && slices.Equal(o.of, t.of) })
}

// shareOf is the share of the rows with keys at that find some among those of s's rows.
func (p *planner) shareOf(s physical, keys, at []*algebra.Expr) float64 {
	share := 1.0
	for i := range keys {
		all := math.Max(p.exprDistinct(keys[i], math.Inf(1)), p.exprDistinct(at[i], math.Inf(1)))
		if !math.IsInf(all, 1) {
			share = math.Min(share, p.rows(s)/math.Max(1, all))
		}
	}
	return share
}

// spared is what the join itself has to do less.
func (p *planner) spared(j *joinOp, l look, r reduction, down bool) float64 {
	probe, build := p.rows(j.probe), p.rows(j.build)
	width := p.rowWidth(j.build.out())
	cost := probe * findCost(build, width)
	if down {
		cost = tableCost(build, width)
		switch nodes := float64(p.env.Nodes); j.move {
		case allNone:
			if j.build.out().dist.kind == distAll {
				cost *= nodes
			}
		case bcastInner:
			cost *= nodes
			if nodes > 1 {
				cost += sendCost(build, width) * nodes
			}
		case distInner, distBoth, gathered:
			cost += sendCost(build, width)
		}
		cost += probe * (findCost(build, width) - findCost(build*l.share, width)) // a smaller table is found faster
	} else if j.movesProbe() {
		cost += sendCost(probe, p.rowWidth(j.probe.out()))
	}
	return l.saves(reduction{at: r.at}, cost).gain
}

// keeping is what it costs to keep s's rows and to make a table of their keys.
func (p *planner) keeping(s physical, keys []*algebra.Expr) float64 {
	rows, cost := p.rows(s), float64(costStream)
	if _, saved := s.(*savedOp); !saved && !p.kept[s] {
		width := p.rowWidth(s.out())
		cost += costStream + rows*(costKeep+costKeepByte*width+costScanRow+costScanByte*width)
	}
	return cost + rows*costScanRow + tableCost(rows, 8*float64(len(keys)))
}

// eachSource calls f for n and the operators below whose rows have at least the values of some of keys that n's rows
// have, and with these keys over their columns: nil for those that they do not have.
func (p *planner) eachSource(n physical, keys []*algebra.Expr, f func(physical, []*algebra.Expr)) {
	if slices.ContainsFunc(keys, func(k *algebra.Expr) bool { return k != nil }) {
		if !recurs(n) {
			f(n, keys)
		}
		if !p.kept[n] {
			n.sources(p, keys, f)
		}
	}
}

// recurs reports whether n's rows are those of a recursion, whose turns run behind all else.
func recurs(n physical) bool {
	if _, ok := n.(*recursiveOp); ok {
		return true
	}
	return slices.ContainsFunc(n.inputs(), recurs)
}

// sources: most operators make other rows of those below.
func (p *props) sources(*planner, []*algebra.Expr, func(physical, []*algebra.Expr)) {}

func (n *filterOp) sources(p *planner, keys []*algebra.Expr, f func(physical, []*algebra.Expr)) {
	p.eachSource(n.in, keys, f)
}

func (n *projectOp) sources(p *planner, keys []*algebra.Expr, f func(physical, []*algebra.Expr)) {
	p.eachSource(n.in, eachBeneath(keys, n.cols, n.exprs), f)
}

func (n *aggrOp) sources(p *planner, keys []*algebra.Expr, f func(physical, []*algebra.Expr)) {
	p.eachSource(n.in, eachBeneath(keys, n.cols[:len(n.keys)], n.keys), f)
}

// A full join has rows of both sides, of which the other one's keys are NULL.
func (n *joinOp) sources(p *planner, keys []*algebra.Expr, f func(physical, []*algebra.Expr)) {
	of := func(side physical, own, others []*algebra.Expr) {
		have := make([]*algebra.Expr, len(keys))
		for i, k := range keys {
			switch {
			case k == nil:
			case covered([]*algebra.Expr{k}, side.out().cols):
				have[i] = k
			case n.kind == plan.InnerJoin:
				if x := p.across([]*algebra.Expr{k}, others, own); x != nil {
					have[i] = x[0]
				}
			}
		}
		p.eachSource(side, have, f)
	}
	of(n.probe, n.probeKeys, n.buildKeys)
	of(n.build, n.buildKeys, n.probeKeys)
}

// eachBeneath is beneath for each key by itself.
func eachBeneath(keys []*algebra.Expr, cols []algebra.Column, exprs []*algebra.Expr) []*algebra.Expr {
	out := make([]*algebra.Expr, len(keys))
	for i, k := range keys {
		if k != nil {
			if x := beneath([]*algebra.Expr{k}, cols, exprs); x != nil {
				out[i] = x[0]
			}
		}
	}
	return out
}

// keptRows is where an operator's rows are kept.
type keptRows struct {
	where plan.Where
	table int
	cols  []algebra.Column
	looks int // how many of the operator's looks they are behind
}

// keep emits n, has its rows kept, and notes where.
func (e *emitter) keep(n physical) error {
	cols := oneOf(n.out().cols, e.p.reading(n.out().cols))
	p, err := e.emitAnew(n, algebra.IDsOf(cols))
	if err != nil {
		return err
	}
	k := &keptRows{where: p.seg.Where, cols: cols, looks: len(e.looks[n])}
	k.table = e.save(p, cols, p.made(cols), e.p.rows(n))
	e.kept[n] = k
	return nil
}

// readKept reads n's rows where they are kept.
func (e *emitter) readKept(n physical, k *keptRows) (p *pipe) {
	e.within(stage{of: n}, func() { p = e.read(k.where, k.table, idsOf(k.cols)) })
	e.reduced(n, p)
	return p
}

// transfer emits the table of a transfer's keys, and notes who looks into it.
func (e *emitter) transfer(t *transfer) error {
	if _, saved := t.from.(*savedOp); !saved && e.kept[t.from] == nil {
		if err := e.keep(t.from); err != nil {
			return err
		}
	}
	p, err := e.emit(t.from, union(nil, t.keys))
	if err != nil {
		return err
	}
	tab := &plan.Table{Kind: program.SinkHash, EstRows: estimate(e.p.rows(t.from))}
	sink := plan.Sink{Kind: program.SinkHash, LimitParam: -1, OffsetParam: -1, Keys: p.exprs(t.keys)}
	for _, k := range sink.Keys {
		tab.Keys = append(tab.Keys, plan.Column{Name: "k", Type: k.Type, Nullable: k.Nullable})
	}
	sink.TableID = e.table(tab, p.seg)
	p.seg.Sink = sink
	for _, s := range t.at {
		e.looks[s.at] = append(e.looks[s.at], early{sifting: s, names: t.keys, share: t.share, table: sink.TableID})
	}
	return nil
}
