package optimize

import (
	"slipher/catalog/state"
	"slipher/compiler/algebra"
	"slipher/compiler/expr"
	"slipher/compiler/plan"
	"slipher/runtime/program"
)

// query emits the whole statement.
func (e *emitter) query(root physical, t top) error {
	root = e.p.dealOut(root)
	e.p.findTransfers(root, t.limited && len(t.keys) == 0)
	var err error
	switch {
	case e.p.st.Insert != nil:
		err = e.insert(root)
	case e.p.st.Delete != nil:
		err = e.delete(root)
	default:
		err = e.selectQuery(root, t)
	}
	if err != nil {
		return err
	}
	e.number()
	for _, s := range e.q.Segments {
		if e.p.env.Filters != FiltersPlanned {
			s.Source.KeyZones = e.q.FindKeyZones(s)
		}
	}
	e.q.Params = e.p.st.Params
	e.q.Output = e.p.st.Output
	e.explain(root, t)
	return plan.Validate(e.q)
}

// selectQuery emits up to the segment that returns rows to the leader.
func (e *emitter) selectQuery(root physical, t top) error {
	outCols := e.p.st.Root.Columns()
	exprs := make([]*algebra.Expr, len(outCols))
	for i, c := range outCols {
		exprs[i] = c.Ref()
	}
	// projections above the order are computed behind it: what they need, innermost last
	want := union(nil, exprs)
	for i := len(t.projects) - 1; i >= 0; i-- {
		want = wantedBelow(t.projects[i], want)
	}
	inner := want
	for _, k := range t.keys {
		inner = union(inner, []*algebra.Expr{k.Expr})
	}
	if t.limited && len(t.keys) == 0 {
		root.cutBuilds(e, rowLimit{t.count, t.offset})
	}
	p, err := e.emit(root, inner)
	if err != nil {
		return err
	}
	e.q.Merge = plan.Merge{LimitParam: -1, OffsetParam: -1}
	if t.limited {
		e.q.Merge.LimitParam, e.q.Merge.OffsetParam = t.count, t.offset
	}
	var key *plan.Position
	switch {
	case len(t.keys) > 0:
		payload := need(root.out().cols, want)
		e.within(stage{part: sortedRows}, func() {
			p = e.sort(p, payload, t.keys, t.count, t.offset, root.out().rows, true)
		})
		e.count(stage{part: sortedRows}, p)
		at := plan.Position(len(p.cols) - 1)
		key = &at
		e.q.Merge.Sorted = true
	case t.limited:
		e.limitStep(p, t.count, t.offset)
	}
	for i, pr := range t.projects {
		wanted := union(nil, exprs)
		for j := len(t.projects) - 1; j > i; j-- {
			wanted = wantedBelow(t.projects[j], wanted)
		}
		key = e.computeAbove(p, pr, wanted, key)
	}
	sink := plan.Sink{Kind: program.SinkReturn, Cols: p.exprs(exprs), LimitParam: -1, OffsetParam: -1}
	if key != nil {
		sink.Cols = append(sink.Cols, keyColumn(p, *key))
	}
	e.count(stage{part: sentRows}, p)
	p.seg.Sink = sink
	return nil
}

// wantedBelow is what a projection reads for the columns wanted of it.
func wantedBelow(n *algebra.Project, want algebra.IDs) algebra.IDs {
	below := algebra.IDs{}
	for i, c := range n.Cols {
		if want[c.ID] {
			below.AddExpr(n.Exprs[i])
		}
	}
	return below
}

// computeAbove puts a projection behind the sort, carrying the sort key along.
func (e *emitter) computeAbove(p *pipe, n *algebra.Project, want algebra.IDs, key *plan.Position) *plan.Position {
	exprs, cols, computed := wanted(n.Exprs, n.Cols, want)
	if !computed || key == nil {
		e.compute(p, exprs, cols, computed)
		return key
	}
	id := e.p.st.Fresh()
	kc := p.cols[*key]
	col := algebra.Column{ID: id, Name: kc.Name, Type: kc.Type}
	p.at[id] = *key
	e.compute(p, append(exprs, col.Ref()), append(cols, col), true)
	at := p.place(id)
	return &at
}

func keyColumn(p *pipe, at plan.Position) *plan.Expr { return expr.Col(at, p.cols[at].Type, false) }

// delete emits the way of row addresses to where they are collected: on the node that found them.
func (e *emitter) delete(root physical) error {
	cols := e.p.st.Root.Columns()
	p, err := e.emit(root, algebra.IDsOf(cols))
	if err != nil {
		return err
	}
	p.seg.Sink = plan.Sink{Kind: program.SinkDelete, LimitParam: -1, OffsetParam: -1,
		Cols: p.exprs([]*algebra.Expr{cols[0].Ref()})}
	e.q.Merge = plan.Merge{LimitParam: -1, OffsetParam: -1}
	e.q.Delete = tableRef(e.p.st.Delete, "")
	return nil
}

// tableRef names a stored table.
func tableRef(t *state.Table, alias string) *plan.TableRef {
	return &plan.TableRef{ID: uint64(t.ID), Schema: t.Schema, Name: t.Name, Alias: alias, Version: t.Version.Number}
}

// insert emits the way of rows to the slices of the target, where they are stored. An UPDATE's
// rows, which carry the address of the row they replace, go where INSERT's do.
func (e *emitter) insert(root physical) error {
	t := e.p.st.Insert
	cols := e.p.st.Root.Columns()
	want := algebra.IDsOf(cols)
	p, err := e.emit(root, want)
	if err != nil {
		return err
	}
	switch {
	case t.Effective == state.DistKey && t.DistKey != 0:
		by := expr.KeyOf(e.p.env.Fn, cols[t.DistPlace()].Ref())
		p = e.exchange(p, program.DistHash, []*algebra.Expr{by}, cols)
	case t.Effective == state.DistAll: // stored once, read by every node
		p = e.exchange(p, program.DistSingle, nil, cols)
	default:
		p = e.exchange(p, program.DistRoundRobin, nil, cols)
	}
	sink := plan.Sink{Kind: program.SinkInsert, LimitParam: -1, OffsetParam: -1}
	for _, c := range cols {
		sink.Cols = append(sink.Cols, p.expr(c.Ref()))
	}
	p.seg.Sink = sink
	e.q.Merge = plan.Merge{LimitParam: -1, OffsetParam: -1}
	e.q.Insert = &plan.InsertTarget{Table: tableRef(t, "")}
	if e.p.st.Delete != nil {
		p.seg.Sink.RowIDs, e.q.Delete = true, tableRef(t, "")
	}
	return nil
}
