package optimize

import (
	"math"

	"slipher/catalog/types"
	"slipher/compiler/algebra"
	"slipher/compiler/plan"
	"slipher/runtime/program"
)

// sortLimitOp is ORDER BY and/or LIMIT inside a query: all rows go to one instance.
type sortLimitOp struct {
	props
	in            physical
	keys          []algebra.SortKey
	count, offset int
}

// limit is LIMIT, perhaps over ORDER BY, below other operators.
func (p *planner) limit(n *algebra.Limit) (physical, error) {
	below, s := n.In, &sortLimitOp{count: n.Count, offset: n.Offset}
	if o, ok := below.(*algebra.Sort); ok {
		below, s.keys = o.In, o.Keys
	}
	in, err := p.node(below)
	if err != nil {
		return nil, err
	}
	s.in = p.dealOut(in)
	s.props = *s.in.out()
	s.dist = dist{kind: distSingle}
	s.rows = p.limited(s.rows, n.Count, n.Offset)
	if v, ok := p.paramInt(n.Count); ok {
		s.one = v <= 1
		p.st.Record.CheckValue(p.st.Record.Remake(n.Count), func(q plan.Param) bool { return (q.Value.Lo <= 1) == (v <= 1) })
	}
	s.cost += sendCost(s.rows*float64(p.env.Slices), p.width(s.cols))
	return s, nil
}

// limited is what a LIMIT leaves of rows.
func (p *planner) limited(rows float64, count, offset int) float64 {
	if v, ok := p.paramInt(offset); ok {
		rows = math.Max(0, rows-v)
	}
	if v, ok := p.paramInt(count); ok {
		rows = math.Min(rows, v)
	}
	return math.Max(1, rows)
}

// paramInt is the value, for an estimate, of a literal parameter of an integer class.
func (p *planner) paramInt(i int) (float64, bool) {
	if i < 0 {
		return 0, false
	}
	prm := &p.st.Params[i]
	if prm.Client != 0 || prm.Value.Null || prm.Type.Kind == types.Unknown {
		return 0, false
	}
	v := float64(prm.Value.Lo)
	p.st.Record.CheckValue(p.st.Record.Remake(i), func(q plan.Param) bool { return alike(float64(q.Value.Lo), v) })
	return v, true
}

func (n *sortLimitOp) inputs() []physical { return []physical{n.in} }

// emit makes a LIMIT inside a query: cut on each instance, then exactly in one.
func (n *sortLimitOp) emit(e *emitter, want algebra.IDs) (*pipe, error) {
	inner := union(want)
	for _, k := range n.keys {
		inner.AddExpr(k.Expr)
	}
	if len(n.keys) == 0 {
		n.in.cutBuilds(e, rowLimit{n.count, n.offset})
	}
	p, err := e.emit(n.in, inner)
	if err != nil {
		return nil, err
	}
	cols := need(n.cols, inner)
	single := p.single()
	if len(n.keys) > 0 {
		e.within(stage{n, sortedRows}, func() { p = e.sort(p, cols, n.keys, n.count, n.offset, n.rows, false) })
	} else if !single {
		e.limitStep(p, n.count, n.offset)
	}
	if !single {
		p = e.exchange(p, program.DistSingle, nil, cols)
		if len(n.keys) > 0 {
			e.within(stage{n, sortedRows}, func() { p = e.sort(p, cols, n.keys, n.count, n.offset, n.rows, false) })
		}
	}
	e.count(stage{n, sortedRows}, p)
	if n.count >= 0 || n.offset >= 0 {
		p.step(&plan.Limit{Count: n.count, Offset: n.offset})
	}
	return p, nil
}

// sort ends the segment with a sort table and opens one over its rows; withKey
// yields the normalised key as a last column.
func (e *emitter) sort(p *pipe, payload []algebra.Column, keys []algebra.SortKey, count, offset int, rows float64,
	withKey bool) *pipe {
	t := &plan.Table{Kind: program.SinkSort, EmitKey: withKey, EstRows: estimate(rows)}
	sink := plan.Sink{Kind: program.SinkSort, LimitParam: count, OffsetParam: offset}
	for _, c := range payload {
		at := p.place(c.ID)
		sink.Payload, t.Payload = append(sink.Payload, p.column(at)), append(t.Payload, p.cols[at])
	}
	for _, k := range keys {
		x := p.expr(k.Expr)
		sink.Order = append(sink.Order, plan.SortKey{Expr: x, Desc: k.Desc, NullsFirst: k.NullsFirst})
		t.Keys = append(t.Keys, plan.Column{Name: "sortkey", Type: x.Type, Nullable: x.Nullable})
	}
	sink.TableID = e.table(t, p.seg)
	p.seg.Sink = sink
	return e.read(p.seg.Where, sink.TableID, idsOf(payload))
}

// limitStep lets each instance pass no more rows than the whole query may: the
// leader's merge does the exact count. With an offset only if both numbers are known.
func (e *emitter) limitStep(p *pipe, count, offset int) {
	if count < 0 {
		return
	}
	if offset >= 0 {
		st, first := e.p.st, count
		both, ok := sumOf(st.Params[first], st.Params[offset])
		if !ok {
			return
		}
		count = st.AddParam(both, func(o *algebra.Other) (plan.Param, bool) {
			return sumOf(o.Params[first], o.Params[offset])
		})
	}
	p.step(&plan.Limit{Count: count, Offset: -1})
}

// sumOf is the sum of a LIMIT and an OFFSET, if both are known.
func sumOf(count, offset plan.Param) (plan.Param, bool) {
	if count.Client != 0 || count.Value.Null || offset.Client != 0 || offset.Value.Null ||
		count.Value.Lo > 1e15 || offset.Value.Lo > 1e15 {
		return plan.Param{}, false
	}
	return plan.Param{Type: types.TInt8, Value: types.Int(count.Value.Lo + offset.Value.Lo)}, true
}

func (n *sortLimitOp) explain(x *explainer, line *plan.Node, want algebra.IDs) *plan.Node {
	inner := union(want)
	for _, k := range n.keys {
		inner.AddExpr(k.Expr)
	}
	in := x.node(n.in, inner)
	if len(n.keys) > 0 {
		in = x.sorted(in, x.orderTexts(n.keys))
		x.e.tell(in, stage{n, sortedRows})
	}
	l := x.limited(in, n.count, n.offset)
	l.At, l.Segments, l.Exchanges = line.At, line.Segments, line.Exchanges
	return l
}
