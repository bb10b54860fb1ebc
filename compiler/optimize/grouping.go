package optimize

import (
	"fmt"

	"slipher/compiler/algebra"
	"slipher/compiler/expr"
	"slipher/compiler/plan"
	"slipher/runtime/program"
)

// groupKey is a group key and the id of its output column.
type groupKey struct {
	id      algebra.ColumnID
	name    string
	expr    *algebra.Expr
	follows bool // probably: it need not be hashed
}

// nameAt is what a table calls the key that is its i-th.
func (k groupKey) nameAt(i int) string {
	if k.name == "" {
		return fmt.Sprintf("k%d", i)
	}
	return k.name
}

// group aggregates the pipe's rows, in of them by estimate, into one group per key over the whole cluster
// and opens a pipe over the groups: columns are the keys' and accumulators' ids.
func (e *emitter) group(p *pipe, keys []groupKey, accs []*accum, d dist, in, rows float64) *pipe {
	first := p
	if d.kind == distHash && !p.single() && e.p.sendsRows(keys, d, in, rows) {
		return e.fillGroups(e.sendRows(p, keys, accs, d), keys, accs, rows)
	}
	p = e.fillGroups(p, keys, accs, rows)
	if first.single() {
		return p
	}
	var cols []algebra.Column
	var by []*algebra.Expr
	merged := make([]groupKey, len(keys))
	colOf := func(id algebra.ColumnID) (algebra.Column, *algebra.Expr) {
		c := p.cols[p.place(id)]
		col := algebra.Column{ID: id, Name: c.Name, Type: c.Type, Nullable: c.Nullable}
		return col, col.Ref()
	}
	for i, k := range keys {
		col, ref := colOf(k.id)
		cols = append(cols, col)
		merged[i] = groupKey{k.id, k.name, ref, k.follows}
	}
	for _, id := range d.keys {
		_, ref := colOf(id)
		by = append(by, ref)
	}
	merges := make([]*accum, len(accs))
	for i, a := range accs {
		col, ref := colOf(a.id)
		cols = append(cols, col)
		merges[i] = &accum{id: a.id, fn: e.p.env.Fn.Merged(a.fn), arg: ref, out: a.out}
	}
	kind := program.DistHash
	if len(keys) == 0 || d.kind == distSingle {
		kind, by = program.DistSingle, nil
	}
	p = e.exchange(p, kind, by, cols)
	return e.fillGroups(p, merged, merges, rows)
}

// sendRows sends rows to where their groups will be: keys and arguments become columns of what is received there.
func (e *emitter) sendRows(p *pipe, keys []groupKey, accs []*accum, d dist) *pipe {
	var exprs []*algebra.Expr
	var cols []algebra.Column
	at, computed := map[int]algebra.Column{}, false
	send := func(id algebra.ColumnID, name string, x *algebra.Expr) *algebra.Expr {
		n := e.p.numbers.Of(x)
		c, sent := at[n]
		if !sent || id != 0 {
			if id == 0 {
				id = e.p.st.Fresh()
			}
			c = algebra.Column{ID: id, Name: name, Type: x.Type, Nullable: x.Nullable}
			at[n], exprs, cols = c, append(exprs, x), append(cols, c)
			computed = computed || x.Kind != expr.Column
		}
		return c.Ref()
	}
	for i, k := range keys {
		keys[i].expr = send(k.id, k.nameAt(i), k.expr)
	}
	for _, a := range accs {
		if a.arg != nil && a.arg.HasColumn() {
			a.arg = send(0, a.out.Name, a.arg)
		}
	}
	e.compute(p, exprs, cols, computed)
	by := make([]*algebra.Expr, len(d.keys))
	for i, id := range d.keys {
		by[i] = p.ref(id)
	}
	return e.exchange(p, program.DistHash, by, cols)
}

// fillGroups ends the segment with an aggregate table and opens one over its groups.
func (e *emitter) fillGroups(p *pipe, keys []groupKey, accs []*accum, rows float64) *pipe {
	t := &plan.Table{Kind: program.SinkAggr, EstRows: estimate(rows)}
	sink := plan.Sink{Kind: program.SinkAggr, LimitParam: -1, OffsetParam: -1}
	var ids []algebra.ColumnID
	var hashed []int
	for i, k := range keys {
		x := p.expr(k.expr)
		c := plan.Column{Name: k.nameAt(i), Type: x.Type, Nullable: x.Nullable}
		sink.Keys, t.Keys = append(sink.Keys, x), append(t.Keys, c)
		ids = append(ids, k.id)
		if !k.follows {
			hashed = append(hashed, i)
		}
	}
	if len(hashed) < len(keys) {
		t.Hashed = hashed
	}
	for _, a := range accs {
		agg := plan.Agg{Fn: a.fn}
		if a.arg != nil {
			agg.Arg = p.expr(a.arg)
		}
		sink.Aggs = append(sink.Aggs, agg)
		t.Aggs = append(t.Aggs, plan.AggInfo{Agg: agg, Out: a.out})
		ids = append(ids, a.id)
	}
	if e.merged(p) && !p.single() { // the groups of each arm by themselves: another level puts them together
		sink.TableID = e.table(t)
		e.redirect(p, sink)
	} else {
		sink.TableID = e.table(t, p.seg)
		p.seg.Sink = sink
	}
	return e.read(p.seg.Where, sink.TableID, ids)
}
