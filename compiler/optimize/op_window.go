package optimize

import (
	"math"

	"slipher/compiler/algebra"
	"slipher/compiler/expr"
	"slipher/compiler/plan"
)

// windowOp adds values of the rows around each row: rows of a partition come together, in an order, and lie still
// while windows look at them.
type windowOp struct {
	props
	in physical
	n  *algebra.Window
	by []algebra.ColumnID // what distributes the rows, if not all of the partition's keys; nil: those
}

func (p *planner) window(n *algebra.Window) (physical, error) {
	in, err := p.node(n.In)
	if err != nil {
		return nil, err
	}
	in = p.dealOut(in)
	q := in.out()
	w := &windowOp{in: in, n: n, props: *q}
	w.cols, w.bytes, w.breaks = n.Columns(), 0, true
	w.dist = w.distribution(p, q)
	w.cost += sendCost(q.rows, p.width(q.cols)) + q.rows*costGroup*math.Log2(math.Max(2, q.rows))
	for i, c := range n.Cols {
		p.describe(c, nil, q.rows)
		p.windows[c.ID] = &n.Calls[i]
		p.describeWindow(c, &n.Calls[i], n, in)
	}
	return w, nil
}

// distribution is where the rows end up: by the hash of the partition's keys, or of those by which they lie already.
func (w *windowOp) distribution(p *planner, q *props) dist {
	if len(w.n.PartitionBy) == 0 || q.dist.kind == distSingle {
		return dist{kind: distSingle}
	}
	if at, ok := p.placedBy(q.dist, w.n.PartitionBy); ok {
		for _, i := range at { // by their names here: a projection below may have renamed them
			id, _, _ := placementColumn(w.n.PartitionBy[i])
			w.by = append(w.by, id)
		}
		return q.dist
	}
	d := dist{kind: distHash}
	for _, e := range w.n.PartitionBy {
		if e.Kind != expr.Column {
			return dist{kind: distEven}
		}
		d.keys = append(d.keys, e.Col)
	}
	return d
}

func (w *windowOp) inputs() []physical { return []physical{w.in} }

func (w *windowOp) readsOn(int) bool { return false }

func (w *windowOp) emit(e *emitter, want algebra.IDs) (*pipe, error) {
	inner := need(w.in.out().cols, want)
	read := algebra.IDsOf(inner)
	w.n.EachExpr(read.AddExpr)
	for _, id := range w.by {
		read[id] = true
	}
	p, err := e.emit(w.in, read)
	if err != nil {
		return nil, err
	}
	m := &windowMaker{e: e, n: w.n, by: w.by, pipe: p, want: want, made: map[string]algebra.Column{},
		fields: map[int]algebra.Column{}}
	results, err := m.prepare(inner)
	if err != nil {
		return nil, err
	}
	out := append(inner[:len(inner):len(inner)], need(w.n.Cols, want)...)
	exprs := make([]*algebra.Expr, 0, len(out))
	computed := false
	for _, c := range inner {
		exprs = append(exprs, m.pipe.ref(c.ID))
	}
	for _, r := range results {
		exprs = append(exprs, r)
		computed = computed || r.Kind != expr.Column
	}
	e.compute(m.pipe, exprs, out, computed)
	return m.pipe, nil
}

func (w *windowOp) explain(x *explainer, n *plan.Node, want algebra.IDs) *plan.Node {
	read := algebra.IDs{}
	for _, c := range need(w.in.out().cols, want) {
		read[c.ID] = true
	}
	w.n.EachExpr(read.AddExpr)
	in := x.node(w.in, read)
	rows := float64(in.Rows)
	keys := append([]*algebra.Expr(nil), w.n.PartitionBy...)
	for _, k := range w.n.OrderBy {
		keys = append(keys, k.Expr)
	}
	if w.by == nil && !x.p.leader && w.in.out().dist.kind != distSingle {
		in = x.above(in, "Network")
		in.Details = []plan.Detail{{Name: "Movement", Text: "Distribute"}}
	}
	if len(keys) > 0 {
		in = x.sorted(in, x.texts(x.named, keys))
	}
	n.Type, n.Words = "WindowAgg", "Window"
	if len(w.n.PartitionBy) > 0 {
		n.Details = append(n.Details, plan.Detail{Label: "Partition", List: x.texts(x.named, w.n.PartitionBy)})
	}
	if len(w.n.OrderBy) > 0 {
		n.Details = append(n.Details, plan.Detail{Label: "Order", List: x.orderTexts(w.n.OrderBy)})
	}
	n.Children = []*plan.Node{in}
	n.StartupCost = in.StartupCost
	n.TotalCost = in.TotalCost + showOp*rows*float64(len(keys)+len(w.n.Calls))
	return n
}
