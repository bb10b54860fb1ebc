package optimize

import (
	"fmt"

	"slipher/compiler/algebra"
	"slipher/compiler/expr"
	"slipher/compiler/plan"
)

// join emits the build side up to its hash table, then the probe side with the
// join as a step.
func (e *emitter) join(n *joinOp, want algebra.IDs) (*pipe, error) {
	if len(n.probeKeys) == 0 {
		e.p.nested = true
	}
	want = union(want, n.filter)
	matched := union(nil, n.residual) // columns that decide about pairs
	payload := need(n.build.out().cols, union(want, n.residual))
	if n.kind == plan.SemiJoin || n.kind == plan.AntiJoin {
		payload = need(n.build.out().cols, matched)
	}
	table, err := e.build(n, payload)
	if err != nil {
		return nil, err
	}
	probeCols := need(n.probe.out().cols, union(want, n.residual, n.probeKeys))
	p, err := e.emit(n.probe, algebra.IDsOf(probeCols))
	if err != nil {
		return nil, err
	}
	if n.move == distOuter || n.move == distBoth {
		p = e.exchange(p, plan.DistHash, pick(n.probeKeys, n.moveKeys), probeCols)
	}
	step := &plan.HashJoin{Table: table, Kind: n.kind, Keys: p.exprs(n.probeKeys)}
	if len(n.probeKeys) == 0 {
		step.Keys = []*plan.Expr{constKey()}
	}
	p.step(step)
	probeOnly := len(p.cols)
	for i, c := range e.q.Tables[table].Payload {
		c.Nullable = c.Nullable || n.kind == plan.LeftJoin
		p.at[payload[i].ID] = plan.Position(len(p.cols))
		p.cols = append(p.cols, c)
	}
	if len(n.residual) > 0 {
		step.Residual = p.expr(expr.AllOf(n.residual))
	}
	if n.kind == plan.SemiJoin || n.kind == plan.AntiJoin {
		for _, c := range payload {
			delete(p.at, c.ID)
		}
		p.cols = p.cols[:probeOnly]
	}
	if len(n.filter) > 0 {
		p.step(&plan.Filter{Preds: p.exprs(n.filter)})
	}
	return p, nil
}

// build emits a join's build side and returns the number of its table.
func (e *emitter) build(n *joinOp, payload []algebra.Column) (int, error) {
	ids := algebra.IDsOf(payload)
	ids.AddExprs(n.buildKeys)
	p, err := e.emit(n.build, ids)
	if err != nil {
		return 0, err
	}
	if l, ok := e.cuts[n]; ok {
		e.limitStep(p, l.count, l.offset)
	}
	cols := need(n.build.out().cols, ids)
	switch n.move {
	case bcastInner:
		if e.p.env.Nodes > 1 && !e.p.leader {
			p = e.exchange(p, plan.DistBroadcast, nil, cols)
		}
	case distInner, distBoth:
		p = e.exchange(p, plan.DistHash, pick(n.buildKeys, n.moveKeys), cols)
	}
	t := &plan.Table{Kind: plan.SinkHash, EstRows: estimate(n.build.out().rows)}
	sink := plan.Sink{Kind: plan.SinkHash, LimitParam: -1, OffsetParam: -1, Keys: p.exprs(n.buildKeys)}
	if len(n.buildKeys) == 0 {
		sink.Keys = []*plan.Expr{constKey()}
	}
	for i, k := range sink.Keys {
		t.Keys = append(t.Keys, plan.Column{Name: fmt.Sprintf("k%d", i), Type: k.Type, Nullable: k.Nullable})
	}
	for _, c := range payload {
		at := p.at[c.ID]
		col := p.cols[at]
		sink.Payload = append(sink.Payload, p.column(at))
		t.Payload = append(t.Payload, col)
	}
	sink.TableID = e.table(t, p.seg)
	p.seg.Sink = sink
	return sink.TableID, nil
}

// rowLimit is a LIMIT and its OFFSET: parameter numbers, -1 none.
type rowLimit struct{ count, offset int }

// cutBuilds notes that n's rows are wanted up to a limit, in no order. A join in which all pairs match needs no
// more rows than that of its build side, which would else be read whole before the first pair is there.
func (e *emitter) cutBuilds(n physical, l rowLimit) {
	switch n := n.(type) {
	case *projectOp:
		e.cutBuilds(n.in, l)
	case *joinOp:
		if n.kind != plan.InnerJoin && n.kind != plan.LeftJoin || len(n.probeKeys)+len(n.residual)+len(n.filter) > 0 {
			return
		}
		e.cuts[n] = l
		e.cutBuilds(n.probe, l)
		e.cutBuilds(n.build, l)
	}
}

func pick(es []*algebra.Expr, at []int) []*algebra.Expr {
	out := make([]*algebra.Expr, len(at))
	for i, k := range at {
		out[i] = es[k]
	}
	return out
}
