package optimize

import (
	"slipher/compiler/algebra"
	"slipher/compiler/plan"
)

// physical is an operator of the physical tree. Values are never changed once made:
// alternatives of the join order share their parts.
type physical interface {
	out() *props
}

// props is what is known of an operator's output.
type props struct {
	cols []algebra.Column
	rows float64
	dist dist
	cost float64 // all the work up to here, in cost.go's units

	bytes float64 // rowWidth's answer, 0 before it was asked
}

func (p *props) out() *props { return p }

// width is the average bytes of a row.
func (p *planner) width(cols []algebra.Column) float64 {
	w := 0.0
	for _, c := range cols {
		w += p.colWidth(c)
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

// scanOp reads a stored table or catalog relation and filters.
type scanOp struct {
	props
	scan  *algebra.Scan
	preds []*algebra.Expr
	once  bool // an ALL table, dealt out over the slices
}

// valuesOp is literal rows.
type valuesOp struct {
	props
	values *algebra.Values
}

// textOp is COPY's input.
type textOp struct {
	props
	text *algebra.Text
}

// filterOp keeps rows.
type filterOp struct {
	props
	in    physical
	preds []*algebra.Expr
}

// projectOp computes columns.
type projectOp struct {
	props
	in    physical
	exprs []*algebra.Expr // one for each of cols
}

// joinOp is a hash join: build is read first, whole.
type joinOp struct {
	props
	kind                 plan.JoinKind
	probe, build         physical
	probeKeys, buildKeys []*algebra.Expr // none: every pair
	residual             []*algebra.Expr // over both sides, part of the match
	filter               []*algebra.Expr // behind the join
	move                 movement
	moveKeys             []int // for movements by hash: indexes into the keys
}

// aggrOp groups. unique: SELECT DISTINCT.
type aggrOp struct {
	props
	in     physical
	keys   []*algebra.Expr // one for each of the first cols
	made   []int           // keys that make the groups; the others follow from them
	follow []int
	calls  []algebra.AggCall
	unique bool
}

// sortLimitOp is ORDER BY and/or LIMIT inside a query: all rows go to one instance.
type sortLimitOp struct {
	props
	in            physical
	keys          []algebra.SortKey
	count, offset int
}
