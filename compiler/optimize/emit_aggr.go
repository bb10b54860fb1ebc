package optimize

import (
	"fmt"

	"slipher/catalog/types"
	"slipher/compiler/algebra"
	"slipher/compiler/expr"
	"slipher/compiler/plan"
)

// groupKey is a group key and the id of its output column.
type groupKey struct {
	id   algebra.ColumnID
	name string
	expr *algebra.Expr
}

// aggregate emits partial → exchange → final (twice with DISTINCT arguments),
// then computes the results from the accumulators.
func (e *emitter) aggregate(n *aggrOp) (*pipe, error) {
	split := &aggSplit{p: e.p, grouped: len(n.keys) > 0, byKey: map[accumKey]*accum{}}
	results, err := split.split(n.calls)
	if err != nil {
		return nil, err
	}
	for _, i := range n.follow {
		k, c := n.keys[i], n.cols[i]
		split.accs = append(split.accs, &accum{id: c.ID, fn: plan.AggAny, arg: k,
			out: plan.Column{Name: c.Name, Type: k.Type, Nullable: k.Nullable}})
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
	c := p.cols[p.at[id]]
	return expr.Col(id, c.Type, c.Nullable)
}

// passes parts accumulators by the argument of their DISTINCT: each argument needs
// a grouping of its own. Plain accumulators go with the first.
func (e *emitter) passes(accs []*accum) [][]*accum {
	out := [][]*accum{nil}
	at := map[int]int{}
	for _, a := range accs {
		i := 0
		if a.distinct {
			key := e.p.numbers.Of(a.arg)
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
	for _, i := range n.made {
		keys = append(keys, groupKey{n.cols[i].ID, n.cols[i].Name, n.keys[i]})
	}
	read := union(nil, pick(n.keys, n.made))
	var distinct *algebra.Expr
	for _, a := range accs {
		if a.arg != nil {
			read.AddExpr(a.arg)
		}
	}
	p, err := e.emit(n.in, read)
	if err != nil {
		return nil, err
	}
	e.share(p, keys, accs)
	for _, a := range accs {
		if a.distinct {
			distinct = a.arg
		}
	}
	if distinct != nil {
		p = e.distinctLevel(p, n, &keys, accs, distinct)
	}
	return e.group(p, keys, accs, n.dist, n.rows), nil
}

// joinPass makes another grouping of the same input a hash table and joins it to p:
// the groups are the same and lie at the same place, NULL keys included.
func (e *emitter) joinPass(p *pipe, n *aggrOp, accs []*accum) error {
	b, err := e.pass(n, accs)
	if err != nil {
		return err
	}
	t := &plan.Table{Kind: plan.SinkHash, EstRows: estimate(n.rows)}
	sink := plan.Sink{Kind: plan.SinkHash, LimitParam: -1, OffsetParam: -1, Keys: b.groupKeys(n)}
	for i, k := range sink.Keys {
		t.Keys = append(t.Keys, plan.Column{Name: fmt.Sprintf("k%d", i), Type: k.Type, Nullable: k.Nullable})
	}
	step := &plan.HashJoin{Kind: plan.InnerJoin, Keys: p.groupKeys(n)}
	for _, a := range accs {
		at := b.at[a.id]
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
	if len(n.made) == 0 {
		return []*plan.Expr{constKey()}
	}
	var out []*plan.Expr
	for _, i := range n.made {
		k := p.expr(p.ref(n.cols[i].ID))
		if !k.Nullable {
			out = append(out, k)
			continue
		}
		zero := expr.Zero[plan.Position](k.Type)
		out = append(out, &plan.Expr{Kind: expr.IsNull, Type: types.TBool, Args: []*plan.Expr{k}},
			&plan.Expr{Kind: expr.Coalesce, Type: k.Type, Args: []*plan.Expr{k, zero}})
	}
	return out
}

// distinctLevel groups by the keys and the DISTINCT argument first: each value then
// stands once a group for the second level. Plain accumulators become merges of this level's.
func (e *emitter) distinctLevel(p *pipe, n *aggrOp, keys *[]groupKey, accs []*accum, arg *algebra.Expr) *pipe {
	value := groupKey{e.p.fresh(), "distinct", arg}
	inner := append(append([]groupKey(nil), *keys...), value)
	var plain []*accum
	for _, a := range accs {
		if !a.distinct {
			first := *a
			first.id = e.p.fresh()
			first.out = accColumn(a.fn, a.arg, true)
			plain = append(plain, &first)
			a.fn, a.arg = mergeFn[a.fn], expr.Col(first.id, first.out.Type, first.out.Nullable)
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
	ref := p.ref(value.id)
	for _, a := range accs {
		if a.distinct {
			a.arg = ref
		}
	}
	for i := range *keys {
		k := &(*keys)[i]
		k.expr = p.ref(k.id)
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
	var by []*algebra.Expr
	merged := make([]groupKey, len(keys))
	colOf := func(id algebra.ColumnID) (algebra.Column, *algebra.Expr) {
		c := p.cols[p.at[id]]
		col := algebra.Column{ID: id, Name: c.Name, Type: c.Type, Nullable: c.Nullable}
		return col, col.Ref()
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
