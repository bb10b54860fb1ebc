package optimize

import (
	"fmt"
	"math"

	"slipher/compiler/algebra"
	"slipher/compiler/expr"
	"slipher/compiler/plan"
)

// reduction is a place on a join's probe side, in front of what is dear, at which rows are dropped that will find
// nothing in the join's table: by a look into that table, which is there by then.
//
//	hash join(k)(aggregate(k)(scan t), x)  →  hash join(k)(aggregate(k)(semi join(k)(scan t, table of x)), x)
//
// So a subquery that is computed for all its groups is computed for those alone that are asked for (in the place of
// "magic sets"; Mumick and Pirahesh, "Implementation of Magic-sets in a Relational Database System", SIGMOD 1994).
type reduction struct {
	at   physical        // whose rows are looked at; nil: nowhere
	keys []*algebra.Expr // the join's probe keys, over at's columns
	gain float64         // what is saved of the cost above, less the looks
	// behind says that rows between here and the join are grouped, put in order or sent: joins alone would be in another
	// order if this were better.
	behind bool
}

// better is the one that saves more.
func (r reduction) better(o reduction) reduction {
	if r.at == nil || o.at != nil && o.gain > r.gain {
		return o
	}
	return r
}

// reduceAt is the best place in n's tree to drop rows by keys.
func (p *planner) reduceAt(n physical, keys []*algebra.Expr, look look) reduction {
	r := n.reduce(p, keys, look)
	if look.allowed(n, keys) {
		r = r.better(reduction{at: n, keys: keys, gain: -n.out().rows * costProbe})
	}
	return r
}

// look is what is known of looking into a join's table early.
type look struct {
	share   float64 // of rows that find something
	allowed func(at physical, keys []*algebra.Expr) bool
}

// saves adds what an operator has to do less for rows of its input.
func (l look) saves(r reduction, cost float64) reduction {
	if r.at != nil {
		r.gain += (1 - l.share) * cost
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
	return l.saves(p.reduceAt(n.in, keys, l), n.in.out().rows*costPredicate*float64(len(n.preds)))
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
	return l.breaks(p.reduceAt(n.in, keys, l), n.in.out().rows*costGroup)
}

// Whole partitions are dropped.
func (w *windowOp) reduce(p *planner, keys []*algebra.Expr, l look) reduction {
	columns := w.n.PartitionColumns()
	for _, k := range keys {
		if !columns.Covers(k) {
			return reduction{}
		}
	}
	q := w.in.out()
	return l.breaks(p.reduceAt(w.in, keys, l), q.rows*costGroup*math.Log2(math.Max(2, q.rows)))
}

func (n *joinOp) reduce(p *planner, keys []*algebra.Expr, l look) reduction {
	var r reduction
	if probe := n.probe.out(); n.kind != plan.FullJoin && n.kind != plan.FindJoin && covered(keys, probe.cols) {
		r = p.reduceAt(n.probe, keys, l)
		if n.move == distOuter || n.move == distBoth {
			r = l.breaks(r, sendCost(probe.rows, p.rowWidth(probe)))
		}
		r = l.saves(r, probe.rows*costProbe)
	}
	if build := n.build.out(); (n.kind == plan.InnerJoin || n.kind == plan.FindJoin) && covered(keys, build.cols) {
		r = r.better(l.saves(p.reduceAt(n.build, keys, l), build.rows*costBuild))
	}
	return r
}

func covered(keys []*algebra.Expr, cols []algebra.Column) bool {
	ids := algebra.IDsOf(cols)
	for _, k := range keys {
		if !ids.Covers(k) {
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

// reduceBy finds where rows of j's probe side are dropped early by its table, if that is worth it.
func (p *planner) reduceBy(j *joinOp) {
	if p.inStep > 0 || len(j.probeKeys) == 0 || !j.kind.Drops() || !j.probe.out().breaks {
		return
	}
	values := math.Inf(1)
	if len(j.probeKeys) == 1 {
		values = p.exprDistinct(j.probeKeys[0], math.Inf(1))
	}
	most := math.Max(1, math.Min(values, j.probe.out().rows))
	l := look{share: math.Min(1, j.build.out().rows/most), allowed: p.hasTable(j)}
	if l.share > mostKept {
		return
	}
	if r := j.probe.reduce(p, j.probeKeys, l); r.behind && r.gain > 0 {
		j.reduction = r
		j.cost = math.Max(j.cost-r.gain, j.build.out().cost)
	}
}

// mostKept is the share of rows from which on nothing is dropped early: estimates are not better than that.
const mostKept = 0.5

// hasTable says for a place whether all that its rows may find of j's table is there.
func (p *planner) hasTable(j *joinOp) func(physical, []*algebra.Expr) bool {
	everywhere := p.env.Nodes == 1 || p.leader || j.move == allNone || j.move == bcastInner
	return func(at physical, keys []*algebra.Expr) bool {
		if everywhere {
			return true
		}
		placed, ok := p.placedBy(at.out().dist, keys)
		return ok && j.placed != nil && equalInts(placed, j.placed)
	}
}

// reduced adds the looks into tables that n's rows get.
func (e *emitter) reduced(n physical, p *pipe) {
	for _, l := range e.looks[n] {
		keys, _ := l.join.keys(p.exprs(l.join.reduction.keys), nil)
		p.step(&plan.HashJoin{Table: l.table, Kind: plan.SemiJoin, Keys: keys})
	}
	if len(e.looks[n]) > 0 {
		e.count(stage{n, reducedRows}, p)
	}
}

// early is a join's table where rows look into it before they come to the join.
type early struct {
	join  *joinOp
	table int
}

// lookEarly notes that the rows at the join's reduction look into its table.
func (e *emitter) lookEarly(n *joinOp, table int) {
	if at := n.reduction.at; at != nil {
		e.looks[at] = append(e.looks[at], early{n, table})
	}
}

// looked is what EXPLAIN says of an operator whose rows look into tables of joins above.
func (x *explainer) looked(op physical) []plan.Detail {
	var out []plan.Detail
	for _, l := range x.e.looks[op] {
		text := ""
		for i, k := range l.join.reduction.keys {
			if i > 0 {
				text += " AND "
			}
			text += fmt.Sprintf("(%s = %s)", x.text(x.named, k), x.text(x.named, l.join.buildKeys[i]))
		}
		out = append(out, plan.Detail{Label: "Runtime Filter", Text: text})
	}
	return out
}
