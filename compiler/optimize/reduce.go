package optimize

import (
	"fmt"
	"math"
	"slices"
	"sort"

	"slipher/compiler/algebra"
	"slipher/compiler/expr"
	"slipher/compiler/plan"
)

// reduction is where on a join's probe side, in front of what is dear, rows are dropped that will find nothing in the
// join's table, which is there by then: by a look into that table, or, where the rows' node has only a part of it, by a
// filter of the keys of all parts (plan.Sieve).
//
//	hash join(k)(aggregate(k)(scan t), x)  →  hash join(k)(aggregate(k)(semi join(k)(scan t, table of x)), x)
//	hash join(k)(send(scan t), send(x))    →  hash join(k)(send(sieve(k)(scan t, table of x)), send(x))
//
// So a subquery that is computed for all its groups is computed for those alone that are asked for (in the place of
// "magic sets"; Mumick and Pirahesh, "Implementation of Magic-sets in a Relational Database System", SIGMOD 1994), and
// what is small passes on along equalities to all that is large below, the builds of other joins too: the forward half
// of predicate transfer (Zhao et al., "Debunking the Myth of Join Ordering: Toward Robust SQL Analytics", SIGMOD 2025).
type reduction struct {
	at   []sifting // nil: nowhere
	gain float64   // what is saved of the cost above, less the looks
	// behind says that rows between here and the join are grouped, put in order or sent: joins alone would be in another
	// order if this were better.
	behind bool
}

// sifting is a place at which rows are dropped.
type sifting struct {
	at    physical        // whose rows are looked at
	keys  []*algebra.Expr // the join's probe keys, over at's columns
	sieve bool            // by the filter of all nodes' keys
}

// better is the one that saves more.
func (r reduction) better(o reduction) reduction {
	if r.at == nil || o.at != nil && o.gain > r.gain {
		return o
	}
	return r
}

// sieves reports whether r needs the filter of all nodes' keys.
func (r reduction) sieves() bool {
	return slices.ContainsFunc(r.at, func(s sifting) bool { return s.sieve })
}

// and is r, and o beside it if that pays by itself: what is dropped of both sides of a join.
func (l look) and(r, o reduction) reduction {
	if r.at == nil || o.at == nil || !l.forced && (!o.behind || o.gain <= 0) {
		return r.better(o)
	}
	both := reduction{at: slices.Concat(r.at, o.at), gain: r.gain + o.gain, behind: true}
	if r.sieves() && o.sieves() {
		both.gain += l.filter
	}
	return o.better(both)
}

// reduceAt is the best place in n's tree to drop rows by keys.
func (p *planner) reduceAt(n physical, keys []*algebra.Expr, l look) reduction {
	var r reduction
	if !p.kept[n] { // what is below is there before anybody knows the keys
		r = n.reduce(p, keys, l)
	}
	switch {
	case l.forced: // the lowest place
		r = r.better(reduction{at: []sifting{{n, keys, true}}})
	case l.hasTable(p, n, keys):
		r = r.better(reduction{at: []sifting{{n, keys, false}}, gain: -p.rows(n) * l.find})
	default:
		r = r.better(reduction{at: []sifting{{n, keys, true}}, gain: -p.rows(n)*costSieve - l.filter})
	}
	return r
}

// look is what is known of looking early for a join's keys.
type look struct {
	share      float64 // of rows that find something
	through    float64 // of the others that pass the filter all the same
	find       float64 // what a look into the table costs
	filter     float64 // what it costs to make the filter and to send it
	everywhere bool    // the join's table is whole on every node
	placed     []int   // else: the keys by which it lies, nil if by none
	forced     bool    // costs have no say
}

// saves adds what an operator has to do less for rows of its input.
func (l look) saves(r reduction, cost float64) reduction {
	if r.at != nil {
		dropped := 1 - l.share
		if r.sieves() {
			dropped *= 1 - l.through
		}
		r.gain += dropped * cost
	}
	return r
}

// breaks is saves of an operator that is no mere step of a segment.
func (l look) breaks(r reduction, cost float64) reduction {
	r = l.saves(r, cost)
	r.behind = r.at != nil
	return r
}

// reduce: most operators need all rows.
func (p *props) reduce(*planner, []*algebra.Expr, look) reduction { return reduction{} }

func (n *filterOp) reduce(p *planner, keys []*algebra.Expr, l look) reduction {
	return l.saves(p.reduceAt(n.in, keys, l), p.rows(n.in)*costPredicate*float64(len(n.preds)))
}

func (n *projectOp) reduce(p *planner, keys []*algebra.Expr, l look) reduction {
	if keys = beneath(keys, n.cols, n.exprs); keys == nil {
		return reduction{}
	}
	return p.reduceAt(n.in, keys, l)
}

// Whole groups are dropped.
func (n *aggrOp) reduce(p *planner, keys []*algebra.Expr, l look) reduction {
	if keys = beneath(keys, n.cols[:len(n.keys)], n.keys); keys == nil {
		return reduction{}
	}
	return l.breaks(p.reduceAt(n.in, keys, l), p.rows(n.in)*costGroup)
}

// Whole partitions are dropped.
func (w *windowOp) reduce(p *planner, keys []*algebra.Expr, l look) reduction {
	columns := w.n.PartitionColumns()
	for _, k := range keys {
		if !columns.Covers(k) {
			return reduction{}
		}
	}
	rows := p.rows(w.in)
	return l.breaks(p.reduceAt(w.in, keys, l), rows*costGroup*math.Log2(math.Max(2, rows)))
}

// What is equal to a key on the other side of the join is dropped there as well: it would find only rows that are
// dropped.
func (n *joinOp) reduce(p *planner, keys []*algebra.Expr, l look) reduction {
	probe, build := n.probe.out(), n.build.out()
	probeRows, buildRows := p.rows(n.probe), p.rows(n.build)
	var r, other reduction
	if ks := n.probeSideOf(p, keys); ks != nil {
		r = p.reduceAt(n.probe, ks, l)
		if n.sendsProbe() {
			r = l.breaks(r, sendCost(probeRows, p.rowWidth(probe)))
		}
		if n.reduction.at != nil && p.remain == nil { // what it drops is saved already
			r.gain *= n.share
		}
	}
	probes := probeRows * p.lookCost(build)
	if ks := n.buildSideOf(p, keys); ks != nil {
		other = p.reduceAt(n.build, ks, l)
		switch n.move {
		case distInner, distBoth:
			other = l.breaks(other, sendCost(buildRows, p.rowWidth(build)))
		case bcastInner:
			other = l.saves(other, sendCost(buildRows, p.rowWidth(build))*float64(p.env.Nodes-1))
		}
		other = l.saves(other, buildRows*costBuild)
		if other.sieves() { // the build has to wait for the filter
			other.gain -= costStream
		}
	}
	alone := l.saves(r, probes)
	switch {
	case r.at == nil || other.at == nil:
		return alone.better(other)
	case l.forced:
		return l.and(r, other)
	}
	// A smaller table drops the same rows of the probe side, and is looked into sooner.
	less := other
	less.gain += probes - probeRows*findCost(l.share*buildRows, p.rowWidth(build))
	if less.gain > nearly*alone.gain { // a row that is dropped in front of a table costs no look there, whatever its width
		alone = less
	}
	return alone.better(l.and(r, other))
}

// nearly is the part of another gain that is as good: estimates of tables' sizes are not better than that.
const nearly = 0.8

// probeSideOf are the probe side's values for keys of rows that the join gives; nil: rows of that side are not dropped.
func (n *joinOp) probeSideOf(p *planner, keys []*algebra.Expr) []*algebra.Expr {
	switch {
	case n.kind == plan.FullJoin:
		return nil
	case !n.onBuild() && covered(keys, n.probe.out().cols):
		return keys
	case n.kind == plan.InnerJoin || n.onBuild():
		return p.across(keys, n.buildKeys, n.probeKeys)
	}
	return nil
}

// buildSideOf is probeSideOf for the build side. A mark may say that it is not known, because of any row of that side.
func (n *joinOp) buildSideOf(p *planner, keys []*algebra.Expr) []*algebra.Expr {
	switch {
	case n.kind == plan.FullJoin || n.kind == plan.MarkJoin:
		return nil
	case covered(keys, n.build.out().cols):
		if n.kind == plan.InnerJoin || n.onBuild() {
			return keys
		}
		return nil
	case n.onBuild():
		return nil
	}
	return p.across(keys, n.probeKeys, n.buildKeys)
}

// across are the expressions to that keys, each one of from, are equal to in the rows of a join; nil: one of them is
// none of from, or is hashed otherwise.
func (p *planner) across(keys, from, to []*algebra.Expr) []*algebra.Expr {
	out := make([]*algebra.Expr, len(keys))
	for i, k := range keys {
		for j, f := range from {
			if p.numbers.Same(k, f) && to[j].Type.Phys() == k.Type.Phys() && to[j].Type.Scale == k.Type.Scale {
				out[i] = to[j]
			}
		}
		if out[i] == nil {
			return nil
		}
	}
	return out
}

// Rows of all arms are dropped, if those of one can be: they are neither put together with the others nor looked for
// behind that, and a scan skips what has none of the keys.
func (n *unionOp) reduce(p *planner, keys []*algebra.Expr, l look) reduction {
	var all reduction
	for _, in := range n.in {
		q := in.out()
		exprs := make([]*algebra.Expr, len(n.cols))
		for i, c := range q.cols {
			exprs[i] = c.Ref()
		}
		ks := beneath(keys, n.cols, exprs)
		if ks == nil {
			continue
		}
		r := p.reduceAt(in, ks, l)
		if r.at == nil {
			continue
		}
		r = l.breaks(r, p.rows(in)*(costSend+l.find))
		if all.sieves() && r.sieves() {
			r.gain += l.filter
		}
		all = reduction{at: slices.Concat(all.at, r.at), gain: all.gain + r.gain, behind: true}
	}
	return all
}

func covered(keys []*algebra.Expr, cols []algebra.Column) bool {
	for _, k := range keys {
		ok := true
		k.Columns(func(id algebra.ColumnID) {
			ok = ok && hasColumn(cols, id)
		})
		if !ok {
			return false
		}
	}
	return true
}

// beneath are the keys over an operator's input, nil if they read more than cols, of which exprs are the values, or
// what may fail.
func beneath(keys []*algebra.Expr, cols []algebra.Column, exprs []*algebra.Expr) []*algebra.Expr {
	by := make(map[algebra.ColumnID]*algebra.Expr, len(cols))
	for i, c := range cols {
		by[c.ID] = exprs[i]
	}
	out := make([]*algebra.Expr, len(keys))
	for i, k := range keys {
		missing := false
		k.Walk(func(x *algebra.Expr) { missing = missing || x.Kind == expr.Column && by[x.Col] == nil })
		if missing {
			return nil
		}
		if out[i] = k.Substitute(by); !out[i].Movable() || out[i].Type != k.Type {
			return nil
		}
	}
	return out
}

// mayReduce reports whether rows of j's probe side may be dropped early by its table, and what is known of the looks.
func (p *planner) mayReduce(j *joinOp) (look, bool) {
	probe, forced := j.probe.out(), p.env.Filters == FiltersForced
	if p.env.Filters == FiltersNone || p.inStep > 0 || p.leader || len(j.probeKeys) == 0 || !j.kind.Drops() ||
		!probe.breaks && !j.sendsProbe() && !forced {
		return look{}, false
	}
	l := look{share: p.shareFound(j, j.build.out().rows), forced: forced}
	return l, l.share <= mostKept || forced
}

// shareFound is the share of j's probe side that finds something in a table of so many rows of the other one.
func (p *planner) shareFound(j *joinOp, rows float64) float64 {
	values := math.Inf(1)
	if len(j.probeKeys) == 1 {
		values = p.exprDistinct(j.probeKeys[0], math.Inf(1))
	}
	return math.Min(1, rows/math.Max(1, math.Min(values, j.probe.out().rows)))
}

// sendsProbe reports whether rows of the probe side are sent by keys.
func (n *joinOp) sendsProbe() bool { return n.move == distOuter || n.move == distBoth }

// movesProbe reports whether rows of the probe side are sent at all.
func (n *joinOp) movesProbe() bool { return n.sendsProbe() || n.move == gathered }

// leastCost is what j costs at least if all that may be dropped of its probe side is: it is no more than what all is
// that is done for it.
func (p *planner) leastCost(j *joinOp, l look, reducible bool) float64 {
	if !reducible {
		return j.cost
	}
	probe := j.probe.out()
	most := probe.cost
	if j.sendsProbe() {
		most += sendCost(probe.rows, p.rowWidth(probe))
	}
	return math.Max(j.cost-(1-l.share)*most, j.build.out().cost)
}

// reduceBy finds where rows of j's probe side are dropped early by its table, if that is worth it.
func (p *planner) reduceBy(j *joinOp, l look) {
	r := p.reduceProbe(j, l)
	if l.forced && r.at != nil {
		j.reduction, j.share = r, l.share
		return
	}
	if r.behind && r.gain > 0 {
		j.reduction, j.share = r, l.share
		j.cost = math.Max(j.cost-r.gain, j.build.out().cost)
	}
}

// reduceProbe is the best place on j's probe side to drop rows by j's table.
func (p *planner) reduceProbe(j *joinOp, l look) reduction {
	l.everywhere, l.placed = p.env.Nodes == 1 || p.leader || j.move == allNone || j.move == bcastInner, j.placed
	l.find = p.lookCost(j.build.out())
	l.through, l.filter = p.keyFilter(p.rows(j.build))
	if !j.sendsProbe() && !l.forced {
		return j.probe.reduce(p, j.probeKeys, l)
	}
	r := p.reduceAt(j.probe, j.probeKeys, l)
	if j.sendsProbe() {
		r = l.breaks(r, sendCost(p.rows(j.probe), p.rowWidth(j.probe.out())))
	}
	return r
}

// keyFilter is what a filter of the keys of so many rows lets through of what it should not, and what it costs: its
// bytes go from each node to each other one.
func (p *planner) keyFilter(rows float64) (through, cost float64) {
	words := 8.0
	for words < mostFilterWords && words*rowsByFilterWord < rows {
		words *= 2
	}
	through = math.Pow(1-math.Exp(-filterBits/64*rows/words), filterBits)
	nodes := float64(p.env.Nodes)
	return through, rows*costFilterRow + nodes*(nodes-1)*(8*words*costSendByte+costTell)
}

// What runtime/exec/sieve.go makes of a table's keys.
const (
	rowsByFilterWord = 8
	mostFilterWords  = 1 << 17
	filterBits       = 4.0
)

// Filters says whether rows are dropped early by keys of joins: where it pays, nowhere, or wherever it is right, by
// filters alone, which is for tests.
type Filters uint8

const (
	FiltersByCost Filters = iota
	FiltersNone
	FiltersForced
	// FiltersPlanned is the plan of FiltersByCost of which all rows come to all joins: none are dropped early, nor skipped
	// by the keys of joins. So what comes out of each join is what was estimated of it.
	FiltersPlanned
)

// mostKept is the share of rows from which on nothing is dropped early: estimates are not better than that.
const mostKept = 0.5

// hasTable reports whether all that rows of a place may find of the join's table is there.
func (l look) hasTable(p *planner, at physical, keys []*algebra.Expr) bool {
	if l.everywhere {
		return true
	}
	placed, ok := p.placedBy(at.out().dist, keys)
	return ok && l.placed != nil && slices.Equal(placed, l.placed)
}

// reduced adds the looks for keys that n's rows get, those first that drop most.
func (e *emitter) reduced(n physical, p *pipe) {
	from := 0
	if k := e.kept[n]; k != nil {
		from = k.looks
	}
	looks := e.looks[n][from:]
	sort.SliceStable(looks, func(i, j int) bool { return looks[i].share < looks[j].share })
	for i, l := range looks {
		keys := p.exprs(l.keys)
		if l.join != nil {
			keys, _ = l.join.keys(keys, nil)
		}
		if l.sieve {
			p.step(&plan.Sieve{Table: l.table, Keys: keys})
		} else {
			p.step(&plan.HashJoin{Table: l.table, Kind: plan.SemiJoin, Keys: keys})
		}
		e.count(stage{n, reducedRows + stagePart(from+i)}, p)
	}
}

// early is a join's table for whose keys rows look before they come to the join.
type early struct {
	sifting
	names []*algebra.Expr // the keys, as who built the table calls them
	share float64         // of the rows, those that find something
	table int
	join  *joinOp // whose table it is; nil: a transfer's
}

// lookEarly notes that rows at the places of the join's reduction look for its keys.
func (e *emitter) lookEarly(n *joinOp, table int) {
	if e.p.env.Filters == FiltersPlanned {
		return
	}
	for _, s := range n.reduction.at {
		e.looks[s.at] = append(e.looks[s.at], early{sifting: s, names: n.buildKeys, share: n.share, table: table, join: n})
	}
}

// looked is what EXPLAIN says of an operator whose rows look for keys of joins above.
func (x *explainer) looked(op physical, line *plan.Node) {
	if len(x.e.looks[op]) == 0 {
		return
	}
	line.Looked = [][]plan.Place{line.At}
	for i, l := range x.e.looks[op] {
		text := ""
		for k, key := range l.keys {
			if k > 0 {
				text += " AND "
			}
			text += fmt.Sprintf("(%s = %s)", x.text(x.named, key), x.text(x.named, l.names[k]))
		}
		line.LookedBy = append(line.LookedBy, text)
		if l.sieve {
			text = "Bloom " + text
		}
		line.Details = append(line.Details, plan.Detail{Label: "Runtime Filter", Text: text})
		line.Looked = append(line.Looked, x.e.places(stage{op, reducedRows + stagePart(i)}))
	}
}
