package optimize

import (
	"slipher/compiler/algebra"
	"slipher/compiler/plan"
)

// physical is an operator of the physical tree: each kind has its file. Values are never changed once made:
// alternatives of the join order share their parts.
type physical interface {
	out() *props
	// emit makes the segments of the operator up to an open one that has its rows with at least the columns want.
	emit(e *emitter, want algebra.IDs) (*pipe, error)
	// explain completes n, EXPLAIN's line for the operator, or gives another one in its place. want are the columns
	// that its parents read.
	explain(x *explainer, n *plan.Node, want algebra.IDs) *plan.Node
	// dealOut turns rows that are on every node into rows that are each in one place: the table at the
	// bottom of the probe chain is read once in the cluster.
	dealOut(p *planner) physical
	// reduce finds a place below where rows can be dropped that have other keys than a join above wants.
	reduce(p *planner, keys []*algebra.Expr, l look) reduction
	// inputs are the operators whose rows it reads, but for those that run in turns.
	inputs() []physical
	// readsOn reports whether input number i is read no further than the operator's own rows are, of which not all may be
	// wanted.
	readsOn(i int) bool
	// sources calls f for operators below, as eachSource does.
	sources(p *planner, keys []*algebra.Expr, f func(physical, []*algebra.Expr))
	// cutBuilds notes that the operator's rows are wanted up to a limit, in no order.
	cutBuilds(e *emitter, l rowLimit)
}

// props is what is known of an operator's output.
type props struct {
	cols []algebra.Column
	rows float64
	dist dist
	cost float64 // all the work up to here, in cost.go's units
	one  bool    // there is at most one row, whatever the estimate

	bytes float64 // rowWidth's answer, 0 before it was asked
	reach float64 // lookCost's, likewise

	breaks bool // rows below are grouped, put in order or sent: early looks may save that (reduce.go)
}

func (p *props) out() *props { return p }

// inputs: leaves have none.
func (p *props) inputs() []physical { return nil }

// readsOn: operators that need all rows of an input say so.
func (p *props) readsOn(int) bool { return true }

// cutBuilds: most operators need all rows of their inputs for the first of their own.
func (p *props) cutBuilds(*emitter, rowLimit) {}

// dealOut of most operators: their rows are never on every node.
func (p *props) dealOut(*planner) physical {
	panic("BUG: rows on every node from an operator that cannot put them there")
}

// width is the average bytes of a row, without columns that nobody reads.
func (p *planner) width(cols []algebra.Column) float64 {
	w := 0.0
	for _, c := range cols {
		if !p.unread[c.ID] {
			w += p.colWidth(c)
		}
	}
	return w
}

// rowWidth is the average bytes of an operator's rows.
func (p *planner) rowWidth(q *props) float64 {
	if q.bytes == 0 {
		q.bytes = p.width(q.cols)
	}
	return q.bytes
}

func pick(es []*algebra.Expr, at []int) []*algebra.Expr {
	out := make([]*algebra.Expr, len(at))
	for i, k := range at {
		out[i] = es[k]
	}
	return out
}
