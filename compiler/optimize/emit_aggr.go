package optimize

import (
	"fmt"

	"slipher/compiler/algebra"
	"slipher/compiler/plan"
)

// groupKey is a group key and the id of its output column.
type groupKey struct {
	id   algebra.ColumnID
	name string
	expr *plan.Expr
}

// aggregate emits partial → exchange → final (twice with DISTINCT arguments),
// then computes the results from the accumulators.
func (e *emitter) aggregate(n *aggrOp) (*pipe, error) {
	split := &aggSplit{p: e.p, grouped: len(n.keys) > 0, byKey: map[string]*accum{}}
	results, err := split.split(n.calls)
	if err != nil {
		return nil, err
	}
	var keys []groupKey
	for i, k := range n.keys {
		keys = append(keys, groupKey{n.cols[i].ID, n.cols[i].Name, k})
	}
	read := union(nil, n.keys)
	for _, a := range split.accs {
		if a.arg != nil {
			read.addExpr(a.arg)
		}
	}
	p, err := e.emit(n.in, read)
	if err != nil {
		return nil, err
	}
	e.ranIn[n.in] = p.seg
	e.share(p, keys, split.accs)
	distinct, err := e.distinctArg(split.accs, n.calls)
	if err != nil {
		return nil, err
	}
	if distinct != nil {
		p = e.distinctLevel(p, n, &keys, split.accs, distinct)
	}
	p = e.group(p, keys, split.accs, n.dist, n.rows)
	if n.unique {
		return p, nil
	}
	var exprs []*plan.Expr
	computed := false
	for _, k := range keys {
		at := p.at[k.id]
		exprs = append(exprs, &plan.Expr{Kind: plan.ExprCol, Type: p.cols[at].Type, Nullable: p.cols[at].Nullable, Col: k.id})
	}
	for _, r := range results {
		exprs = append(exprs, r)
		computed = computed || r.Kind != plan.ExprCol
	}
	e.compute(p, exprs, n.cols, computed)
	return p, nil
}

// distinctArg is the argument of the DISTINCT aggregates, nil if there are none.
func (e *emitter) distinctArg(accs []*accum, calls []algebra.AggCall) (*plan.Expr, error) {
	var arg *plan.Expr
	for _, a := range accs {
		if !a.distinct {
			continue
		}
		if arg != nil && e.p.exprKey(arg) != e.p.exprKey(a.arg) {
			return nil, plan.ErrUnsupported("DISTINCT in aggregates over different arguments of one SELECT")
		}
		arg = a.arg
	}
	return arg, nil
}

// distinctLevel groups by the keys and the DISTINCT argument first: each value then
// stands once a group for the second level. Plain accumulators become merges of this level's.
func (e *emitter) distinctLevel(p *pipe, n *aggrOp, keys *[]groupKey, accs []*accum, arg *plan.Expr) *pipe {
	value := groupKey{e.p.fresh(), "distinct", arg}
	inner := append(append([]groupKey(nil), *keys...), value)
	var plain []*accum
	for _, a := range accs {
		if !a.distinct {
			first := *a
			first.id = e.p.fresh()
			first.out = accColumn(a.fn, a.arg, true)
			plain = append(plain, &first)
			a.fn, a.arg = mergeFn[a.fn], &plan.Expr{Kind: plan.ExprCol, Type: first.out.Type, Nullable: first.out.Nullable, Col: first.id}
		}
	}
	d := dist{kind: distHash}
	for _, k := range inner {
		d.keys = append(d.keys, k.id)
	}
	if n.dist.kind == distSingle && len(*keys) > 0 {
		d = dist{kind: distSingle}
	}
	p = e.group(p, inner, plain, d, n.in.out().rows/2)
	at := p.at[value.id]
	ref := &plan.Expr{Kind: plan.ExprCol, Type: p.cols[at].Type, Nullable: p.cols[at].Nullable, Col: value.id}
	for _, a := range accs {
		switch {
		case !a.distinct:
		case a.fn == aggSumSquares:
			a.fn, a.arg = plan.AggSum, opCall("mul", ref.Type, ref, ref)
		default:
			a.arg = ref
		}
	}
	for i := range *keys {
		k := &(*keys)[i]
		at := p.at[k.id]
		k.expr = &plan.Expr{Kind: plan.ExprCol, Type: p.cols[at].Type, Nullable: p.cols[at].Nullable, Col: k.id}
	}
	return p
}

// group aggregates the pipe's rows into one group per key over the whole cluster
// and opens a pipe over the groups: columns are the keys' and accumulators' ids.
func (e *emitter) group(p *pipe, keys []groupKey, accs []*accum, d dist, rows float64) *pipe {
	first := p
	p = e.fillGroups(p, keys, accs, rows)
	if first.single() {
		return p
	}
	var cols []algebra.Column
	var by []*plan.Expr
	merged := make([]groupKey, len(keys))
	colOf := func(id algebra.ColumnID) (algebra.Column, *plan.Expr) {
		c := p.cols[p.at[id]]
		col := algebra.Column{ID: id, Name: c.Name, Type: c.Type, Nullable: c.Nullable}
		return col, colExpr(col)
	}
	for i, k := range keys {
		col, ref := colOf(k.id)
		cols = append(cols, col)
		merged[i] = groupKey{k.id, k.name, ref}
	}
	for _, id := range d.keys {
		_, ref := colOf(id)
		by = append(by, ref)
	}
	merges := make([]*accum, len(accs))
	for i, a := range accs {
		col, ref := colOf(a.id)
		cols = append(cols, col)
		merges[i] = &accum{id: a.id, fn: mergeFn[a.fn], arg: ref, out: a.out}
	}
	kind := plan.DistHash
	if len(keys) == 0 || d.kind == distSingle {
		kind, by = plan.DistSingle, nil
	}
	p = e.exchange(p, kind, by, cols)
	return e.fillGroups(p, merged, merges, rows)
}

// fillGroups ends the segment with an aggregate table and opens one over its groups.
func (e *emitter) fillGroups(p *pipe, keys []groupKey, accs []*accum, rows float64) *pipe {
	t := &plan.Table{Kind: plan.SinkAggr, EstRows: estimate(rows)}
	sink := plan.Sink{Kind: plan.SinkAggr, LimitParam: -1, OffsetParam: -1}
	var cols []plan.Column
	var ids []algebra.ColumnID
	for i, k := range keys {
		x := p.expr(k.expr)
		name := k.name
		if name == "" {
			name = fmt.Sprintf("k%d", i)
		}
		c := plan.Column{Name: name, Type: x.Type, Nullable: x.Nullable}
		sink.Keys, t.Keys = append(sink.Keys, x), append(t.Keys, c)
		cols, ids = append(cols, c), append(ids, k.id)
	}
	for _, a := range accs {
		agg := plan.Agg{Fn: a.fn}
		if a.arg != nil {
			agg.Arg = p.expr(a.arg)
		}
		sink.Aggs = append(sink.Aggs, agg)
		t.Aggs = append(t.Aggs, plan.AggInfo{Agg: agg, Out: a.out})
		cols, ids = append(cols, a.out), append(ids, a.id)
	}
	sink.TableID = e.table(t, p.seg)
	p.seg.Sink = sink
	return e.open(p.seg.Where, plan.Source{Kind: plan.SourceTable, TableID: sink.TableID, Cols: cols}, ids)
}
