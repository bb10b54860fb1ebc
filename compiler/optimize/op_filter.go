package optimize

import (
	"math"

	"slipher/catalog/types"
	"slipher/compiler/algebra"
	"slipher/compiler/expr"
	"slipher/compiler/plan"
)

// filterOp keeps rows.
type filterOp struct {
	props
	in    physical
	preds []*algebra.Expr
}

func (p *planner) selection(n *algebra.Select) (physical, error) {
	preds := n.Preds
	switch in := n.In.(type) {
	case *algebra.Scan:
		return p.scan(in, preds), nil
	case *algebra.Join:
		if safe, failing := expr.Movable(preds); p.inGraph(in) && len(safe) > 0 {
			j, err := p.joinGraph(in, safe)
			if err != nil {
				return nil, err
			}
			return p.filter(j, failing), nil
		}
	}
	in, err := p.node(n.In)
	if err != nil {
		return nil, err
	}
	return p.filter(in, preds), nil
}

// filter puts a filter on in; none if there are no predicates.
func (p *planner) filter(in physical, preds []*algebra.Expr) physical {
	if len(preds) == 0 {
		return in
	}
	q := in.out()
	f := &filterOp{in: in, preds: p.orderPreds(preds), props: *q}
	f.rows = math.Max(1, q.rows*p.given(in, preds))
	p.noteLeft(f)
	f.cost += q.rows * costPredicate * float64(len(preds))
	return f
}

// given is the share of in's rows for which preds hold: of those of a scan, beside the conditions that it has already.
func (p *planner) given(in physical, preds []*algebra.Expr) float64 {
	before := conditions(in)
	if len(before) == 0 {
		return p.selectivity(preds)
	}
	return math.Min(1, p.selectivity(append(before, preds...))/p.selectivity(before))
}

// orderPreds puts predicates that may fail behind those that cannot, otherwise
// cheap and selective ones first; ties keep the written order.
func (p *planner) orderPreds(preds []*algebra.Expr) []*algebra.Expr {
	safe, failing := expr.Movable(preds)
	rank := func(e *algebra.Expr) float64 {
		cost := 0.0
		e.Walk(func(x *algebra.Expr) {
			switch {
			case x.Kind == expr.Column && x.Type.Phys() == types.Str:
				cost += 4
			case x.Kind != expr.Parameter && x.Kind != expr.Constant:
				cost++
			}
		})
		// the classical order: (selectivity - 1) / cost
		return (p.selectOne(e) - 1) / math.Max(1, cost)
	}
	ranks := make([]float64, len(safe))
	for i, e := range safe {
		ranks[i] = rank(e)
	}
	for i := 1; i < len(safe); i++ { // insertion sort: stable, few elements
		for j := i; j > 0 && ranks[j] < ranks[j-1]-1e-12; j-- {
			ranks[j], ranks[j-1] = ranks[j-1], ranks[j]
			safe[j], safe[j-1] = safe[j-1], safe[j]
		}
	}
	return append(safe, failing...)
}

func (n *filterOp) inputs() []physical { return []physical{n.in} }

func (n *filterOp) emit(e *emitter, want algebra.IDs) (*pipe, error) {
	p, err := e.emit(n.in, union(want, n.preds))
	if err != nil {
		return nil, err
	}
	p.step(&plan.Filter{Preds: p.exprs(n.preds)})
	return p, nil
}

func (n *filterOp) explain(x *explainer, line *plan.Node, want algebra.IDs) *plan.Node {
	in := x.node(n.in, union(want, n.preds))
	in.TotalCost += showOp * float64(len(n.preds)) * float64(in.Rows)
	preds, once := oneTime(n.preds)
	if len(preds) > 0 && in.Type != "SetOp" { // which says by its name what it leaves
		in.Details = append(in.Details, plan.Detail{Label: "Filter", Text: x.predText(preds)})
	}
	in.Rows = line.Rows
	if in.Before == nil {
		in.Before = in.At
	}
	in.At = line.At
	return x.once(in, once)
}

// oneTime parts conditions that are the same for all rows from the others.
func oneTime(preds []*algebra.Expr) (each, once []*algebra.Expr) {
	for _, e := range preds {
		if constant(e) {
			once = append(once, e)
		} else {
			each = append(each, e)
		}
	}
	return each, once
}

// once is n below a Result that has conditions which are the same for all of its rows, if there are any.
func (x *explainer) once(n *plan.Node, preds []*algebra.Expr) *plan.Node {
	if len(preds) == 0 {
		return n
	}
	r := x.above(n, "Result")
	r.Details = []plan.Detail{{Label: "One-Time Filter", Text: x.predText(preds)}}
	return r
}

func (n *filterOp) dealOut(p *planner) physical {
	c := *n
	c.in = p.dealOut(n.in)
	c.dist = c.in.out().dist
	return &c
}
