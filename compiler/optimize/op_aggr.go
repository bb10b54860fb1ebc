package optimize

import (
	"fmt"
	"math"
	"slices"

	"slipher/compiler/algebra"
	"slipher/compiler/expr"
	"slipher/compiler/plan"
	"slipher/runtime/program"
)

// aggrOp groups. unique: SELECT DISTINCT.
type aggrOp struct {
	props
	in     physical
	keys   []*algebra.Expr // one for each of the first cols
	made   []int           // keys that make the groups, if the others follow from them as constraints say
	calls  []algebra.AggCall
	unique bool
	setOp  string // algebra.Aggregate.SetOp
}

func (p *planner) aggregate(n *algebra.Aggregate) (physical, error) {
	in, err := p.node(n.In)
	if err != nil {
		return nil, err
	}
	a := p.aggregateOf(n, in)
	better, err := p.eager(n, a)
	if err != nil || better != nil {
		return better, err
	}
	return p.aggregateOf(n, in), nil // what was tried has described its columns
}

// aggregateOf groups in's rows.
func (p *planner) aggregateOf(n *algebra.Aggregate, in physical) *aggrOp {
	in = p.dealOut(in)
	q := in.out()
	a := &aggrOp{in: in, keys: n.Keys, calls: n.Aggs, setOp: n.SetOp}
	a.cols = n.Cols
	a.rows = 1
	a.made = p.madeBy(n.Keys)
	a.one = len(n.Keys) == 0
	if len(n.Keys) > 0 {
		a.rows = p.groups(pick(n.Keys, a.made), q)
	}
	a.cost = q.cost + q.rows*p.groupCost(pick(n.Keys, a.made))
	a.cost += sendCost(math.Min(q.rows, a.rows*float64(p.env.Slices)), p.width(n.Cols))
	a.dist = p.aggrDist(in, n.Keys, n.Cols, a.made)
	a.breaks = true
	for i, c := range n.Cols {
		if i < len(n.Keys) {
			p.describe(c, n.Keys[i], a.rows)
			p.describeKey(c, n.Keys[i], q, a.rows)
			p.define(c, n.Keys[i])
			if n.Keys[i].Kind == expr.Column {
				p.unite(c.ID, n.Keys[i].Col)
			}
		} else {
			p.describe(c, nil, a.rows)
			p.calls[c.ID] = n.Aggs[i-len(n.Keys)]
			p.describeCall(c, p.calls[c.ID], in, a.rows)
		}
	}
	return a
}

// aggrDist is where groups end up: by the hash of all keys that make them, or of
// those by which the input lies already, so that its rows need not leave their slice.
func (p *planner) aggrDist(in physical, keys []*algebra.Expr, cols []algebra.Column, made []int) dist {
	q := in.out()
	if len(keys) == 0 || q.dist.kind == distSingle {
		return dist{kind: distSingle}
	}
	d := dist{kind: distHash}
	if at, ok := p.placedBy(q.dist, pick(keys, made)); ok {
		for _, i := range at {
			d.keys = append(d.keys, cols[made[i]].ID)
		}
		return d
	}
	for _, i := range made {
		d.keys = append(d.keys, cols[i].ID)
	}
	return d
}

func (p *planner) distinct(n *algebra.Distinct) (physical, error) {
	in, err := p.node(n.In)
	if err != nil {
		return nil, err
	}
	in = p.dealOut(in)
	q := in.out()
	a := &aggrOp{in: in, unique: true}
	a.cols = q.cols // the same columns, one row each
	for _, c := range q.cols {
		a.keys = append(a.keys, c.Ref())
	}
	a.rows = p.groups(a.keys, q)
	a.cost = q.cost + q.rows*p.groupCost(a.keys)
	a.made = p.madeBy(a.keys)
	a.dist = p.aggrDist(in, a.keys, a.cols, a.made)
	a.breaks = true
	return a, nil
}

func (n *aggrOp) inputs() []physical { return []physical{n.in} }

func (n *aggrOp) readsOn(int) bool { return false }

// emit makes partial → exchange → final (twice with DISTINCT arguments),
// then computes the results from the accumulators.
func (n *aggrOp) emit(e *emitter, _ algebra.IDs) (*pipe, error) {
	split := &aggSplit{p: e.p, grouped: len(n.keys) > 0, byKey: map[accumKey]*accum{}}
	results, err := split.split(n.calls)
	if err != nil {
		return nil, err
	}
	passes := e.passes(split.accs)
	p, err := e.pass(n, passes[0])
	if err != nil {
		return nil, err
	}
	for _, extra := range passes[1:] {
		if err := e.joinPass(p, n, extra); err != nil {
			return nil, err
		}
	}
	if n.unique {
		return p, nil
	}
	var exprs []*algebra.Expr
	computed := false
	for i := range n.keys {
		exprs = append(exprs, p.ref(n.cols[i].ID))
	}
	for _, r := range results {
		exprs = append(exprs, r)
		computed = computed || r.Kind != expr.Column
	}
	e.compute(p, exprs, n.cols, computed)
	return p, nil
}

// ref is a reference, by id, to a column of the pipe.
func (p *pipe) ref(id algebra.ColumnID) *algebra.Expr {
	c := p.cols[p.place(id)]
	return expr.Col(id, c.Type, c.Nullable)
}

// passes parts accumulators by the argument of their DISTINCT: each argument needs
// a grouping of its own. Plain accumulators go with the first.
func (e *emitter) passes(accs []*accum) [][]*accum {
	out := [][]*accum{nil}
	at := map[int]int{}
	for _, a := range accs {
		i := 0
		if a.distinct != nil {
			key := e.p.numbers.Of(a.distinct)
			if _, known := at[key]; !known {
				at[key] = len(at)
			}
			i = at[key]
		}
		for len(out) <= i {
			out = append(out, nil)
		}
		out[i] = append(out[i], a)
	}
	return out
}

// pass emits the input and groups it for some of the accumulators: a pipe over the
// groups with the ids of keys and accumulators.
func (e *emitter) pass(n *aggrOp, accs []*accum) (*pipe, error) {
	var keys []groupKey
	for i, k := range n.keys {
		keys = append(keys, groupKey{n.cols[i].ID, n.cols[i].Name, k, !slices.Contains(n.made, i)})
	}
	exprs := make([]**algebra.Expr, 0, len(keys)+len(accs))
	for i := range keys {
		exprs = append(exprs, &keys[i].expr)
	}
	distinct := e.distinctValue(accs)
	for _, a := range accs {
		switch {
		case a.distinct != nil:
			exprs = append(exprs, &distinct.expr)
		case a.arg != nil:
			exprs = append(exprs, &a.arg)
		}
	}
	read := algebra.IDs{}
	for _, x := range exprs {
		read.AddExpr(*x)
	}
	p, err := e.emit(n.in, read)
	if err != nil {
		return nil, err
	}
	e.share(p, exprs)
	if distinct != nil {
		p = e.distinctLevel(p, n, &keys, accs, *distinct)
	}
	groups := e.group(p, keys, accs, n.dist, n.in.out().rows, n.rows)
	e.heads(n, p, accs)
	return groups, nil
}

// distinctValue is the value that the DISTINCT accumulators of a pass see once, nil if there are none. What they put to
// their states becomes an expression over its column.
func (e *emitter) distinctValue(accs []*accum) *groupKey {
	var value *groupKey
	for _, a := range accs {
		if a.distinct == nil {
			continue
		}
		if value == nil {
			value = &groupKey{id: e.p.st.Fresh(), name: "distinct", expr: a.distinct}
		}
		ref, number := expr.Col(value.id, a.distinct.Type, a.distinct.Nullable), e.p.numbers.Of(a.distinct)
		a.arg = a.arg.Map(func(x *algebra.Expr) *algebra.Expr {
			if e.p.numbers.Of(x) == number {
				return ref
			}
			return nil
		})
	}
	return value
}

// joinPass makes another grouping of the same input a hash table and joins it to p:
// the groups are the same and lie at the same place, NULL keys included.
func (e *emitter) joinPass(p *pipe, n *aggrOp, accs []*accum) error {
	b, err := e.pass(n, accs)
	if err != nil {
		return err
	}
	t := &plan.Table{Kind: program.SinkHash, EstRows: estimate(n.rows)}
	sink := plan.Sink{Kind: program.SinkHash, LimitParam: -1, OffsetParam: -1, Keys: b.groupKeys(n)}
	for i, k := range sink.Keys {
		t.Keys = append(t.Keys, plan.Column{Name: fmt.Sprintf("k%d", i), Type: k.Type, Nullable: k.Nullable})
	}
	step := &plan.HashJoin{Kind: plan.InnerJoin, Keys: p.groupKeys(n)}
	for _, a := range accs {
		at := b.place(a.id)
		sink.Payload = append(sink.Payload, b.column(at))
		t.Payload = append(t.Payload, b.cols[at])
		p.at[a.id] = plan.Position(len(p.cols))
		p.cols = append(p.cols, b.cols[at])
	}
	sink.TableID = e.table(t, b.seg)
	b.seg.Sink = sink
	step.Table = sink.TableID
	p.step(step)
	return nil
}

// groupKeys are join keys that are equal exactly for the same group: a key that may
// be NULL becomes two that may not.
func (p *pipe) groupKeys(n *aggrOp) []*plan.Expr {
	if len(n.keys) == 0 {
		return []*plan.Expr{constKey()}
	}
	var out []*plan.Expr
	for i := range n.keys {
		k := p.expr(p.ref(n.cols[i].ID))
		out = append(out, expr.NotNull(k)...)
	}
	return out
}

// distinctLevel groups by the keys and the DISTINCT argument first: each value then
// stands once a group for the second level. Plain accumulators become merges of this level's.
func (e *emitter) distinctLevel(p *pipe, n *aggrOp, keys *[]groupKey, accs []*accum, value groupKey) *pipe {
	inner := append(append([]groupKey(nil), *keys...), value)
	var plain []*accum
	var distinct *algebra.Expr
	for _, a := range accs {
		if a.distinct != nil {
			distinct = a.distinct
		} else {
			first := *a
			first.id = e.p.st.Fresh()
			first.out = accColumn(a.fn, a.arg, true)
			plain = append(plain, &first)
			a.fn, a.arg = e.p.env.Fn.Merged(a.fn), expr.Col(first.id, first.out.Type, first.out.Nullable)
		}
	}
	d := dist{kind: distHash}
	for _, k := range inner {
		if !k.follows {
			d.keys = append(d.keys, k.id)
		}
	}
	if n.dist.kind == distSingle && len(*keys) > 0 {
		d = dist{kind: distSingle}
	}
	in := n.in.out()
	p = e.group(p, inner, plain, d, in.rows, e.p.groups(append(pick(n.keys, n.made), distinct), in))
	var exprs []**algebra.Expr
	for i := range *keys {
		k := &(*keys)[i]
		k.expr = p.ref(k.id)
		exprs = append(exprs, &k.expr)
	}
	for _, a := range accs {
		if a.arg != nil {
			exprs = append(exprs, &a.arg)
		}
	}
	e.share(p, exprs)
	return p
}

func (op *aggrOp) explain(x *explainer, n *plan.Node, _ algebra.IDs) *plan.Node {
	read := union(nil, op.keys)
	for _, c := range op.calls {
		read.AddExprs(c.Args)
	}
	in := x.node(op.in, read)
	n.Children = []*plan.Node{in}
	rows := float64(in.Rows)
	switch {
	case op.unique:
		n.Type = "Unique"
		n.StartupCost = in.StartupCost
		n.TotalCost = in.TotalCost + showOp*rows*float64(len(op.keys))
	case len(op.keys) == 0:
		n.Type, n.Strategy = "Aggregate", "Plain"
		n.StartupCost = in.TotalCost + showOp*rows*float64(len(op.calls))
		n.TotalCost = n.StartupCost
	default:
		n.Type, n.Words, n.Strategy = "Aggregate", "HashAggregate", "Hashed"
		if op.setOp != "" {
			n.Type, n.Words = "SetOp", op.setOp
		}
		n.StartupCost = in.TotalCost + showOp*rows*float64(len(op.keys)+len(op.calls))
		n.TotalCost = n.StartupCost + showOp*float64(n.Rows)
	}
	return n
}
