package optimize

import (
	"math"

	"slipher/compiler/algebra"
	"slipher/compiler/expr"
	"slipher/compiler/plan"
)

// expandOp yields rows several times.
type expandOp struct {
	props
	in     physical
	count  *algebra.Expr
	number algebra.Column
	of     *algebra.Expand
}

// unknownCopies is what a count that is not known before the query runs is taken to be.
const unknownCopies = 10

func (p *planner) expand(n *algebra.Expand) (physical, error) {
	in, err := p.node(n.In)
	if err != nil {
		return nil, err
	}
	q := in.out()
	x := &expandOp{props: *q, in: in, count: n.Count, number: n.Number, of: n}
	x.cols, x.bytes, x.one = n.Columns(), 0, false
	copies := p.copies(n.Count)
	x.rows = math.Max(1, q.rows*copies)
	x.cost += x.rows * costMatch
	p.describe(n.Number, nil, x.rows)
	p.info[n.Number.ID].distinct = copies
	return x, nil
}

// copies is what a count is taken to be.
func (p *planner) copies(count *algebra.Expr) float64 {
	switch {
	case count.Kind == expr.Constant && !count.Const.Null:
		return math.Max(0, float64(count.Const.Lo))
	case count.Kind == expr.Parameter:
		if v, ok := p.paramInt(count.Param); ok {
			return math.Max(0, v)
		}
	}
	return unknownCopies
}

func (n *expandOp) inputs() []physical { return []physical{n.in} }

func (n *expandOp) emit(e *emitter, want algebra.IDs) (*pipe, error) {
	p, err := e.emit(n.in, union(want, []*algebra.Expr{n.count}))
	if err != nil {
		return nil, err
	}
	step := &plan.Expand{Count: p.expr(n.count), Name: n.number.Name}
	p.step(step)
	p.at[n.number.ID] = plan.Position(len(p.cols))
	p.cols = step.Layout(nil, p.cols)
	return p, nil
}

func (n *expandOp) explain(x *explainer, line *plan.Node, want algebra.IDs) *plan.Node {
	in := x.node(n.in, union(want, []*algebra.Expr{n.count}))
	if _, one := n.in.(*valuesOp); one && n.of.Function != "" {
		line.Type, line.Relation, line.Alias = "Function Scan", n.of.Function, n.of.Alias
		line.TotalCost = in.TotalCost + showOp*float64(line.Rows)
		line.Segments = append(line.Segments, in.Segments...)
		return line
	}
	line.Type, line.Children = "Expand", []*plan.Node{in}
	line.Details = []plan.Detail{{Label: "Copies", Text: x.text(x.named, n.count)}}
	line.StartupCost = in.StartupCost
	line.TotalCost = in.TotalCost + showOp*float64(line.Rows)
	return line
}

func (n *expandOp) dealOut(p *planner) physical {
	c := *n
	c.in = p.dealOut(n.in)
	c.dist = c.in.out().dist
	return &c
}
