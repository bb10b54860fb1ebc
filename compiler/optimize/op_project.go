package optimize

import (
	"slipher/compiler/algebra"
	"slipher/compiler/expr"
	"slipher/compiler/plan"
)

// projectOp computes columns.
type projectOp struct {
	props
	in    physical
	exprs []*algebra.Expr // one for each of cols
}

func (p *planner) project(n *algebra.Project) (physical, error) {
	in, err := p.node(n.In)
	if err != nil {
		return nil, err
	}
	q := in.out()
	out := &projectOp{in: in, exprs: n.Exprs, props: *q}
	out.cols, out.bytes = n.Cols, 0
	p.passed(n.Cols)
	for i, c := range n.Cols {
		p.describe(c, n.Exprs[i], q.rows)
		p.define(c, n.Exprs[i])
		if n.Exprs[i].Kind == expr.Column {
			p.unite(c.ID, n.Exprs[i].Col)
		}
	}
	return out, nil
}

func (n *projectOp) inputs() []physical { return []physical{n.in} }

// emit computes; columns that are only renamed stay where they are.
func (n *projectOp) emit(e *emitter, want algebra.IDs) (*pipe, error) {
	exprs, cols, computed := wanted(n.exprs, n.cols, want)
	p, err := e.emit(n.in, union(nil, exprs))
	if err != nil {
		return nil, err
	}
	e.compute(p, exprs, cols, computed)
	return p, nil
}

// wanted is the part of a projection that is in want, and whether any of it is
// more than a renamed column.
func wanted(exprs []*algebra.Expr, cols []algebra.Column, want algebra.IDs) (e []*algebra.Expr, c []algebra.Column,
	computed bool) {
	for i, col := range cols {
		if want[col.ID] {
			e, c = append(e, exprs[i]), append(c, col)
			computed = computed || exprs[i].Kind != expr.Column
		}
	}
	return e, c, computed
}

// compute gives the pipe the columns cols, a Project step if anything is to be computed.
func (e *emitter) compute(p *pipe, exprs []*algebra.Expr, cols []algebra.Column, computed bool) {
	if !computed {
		at := map[algebra.ColumnID]plan.Position{}
		for i, c := range cols {
			at[c.ID] = p.place(exprs[i].Col)
		}
		p.at = at
		return
	}
	step := &plan.Project{}
	var ids []algebra.ColumnID
	for i, c := range cols {
		step.Exprs = append(step.Exprs, p.expr(exprs[i]))
		step.Names = append(step.Names, c.Name)
		ids = append(ids, c.ID)
	}
	p.step(step)
	p.layout(step.Layout(nil, nil), ids)
}

func (n *projectOp) explain(x *explainer, line *plan.Node, want algebra.IDs) *plan.Node {
	exprs, _, _ := wanted(n.exprs, n.cols, want)
	in := x.node(n.in, union(nil, exprs))
	in.Width = line.Width
	return in
}

func (n *projectOp) dealOut(p *planner) physical {
	c := *n
	c.in = p.dealOut(n.in)
	c.dist = c.in.out().dist
	return &c
}

func (n *projectOp) cutBuilds(e *emitter, l rowLimit) { n.in.cutBuilds(e, l) }
