package optimize

import (
	"fmt"
	"slices"

	"slipher/catalog/state"
	"slipher/catalog/types"
	"slipher/compiler/algebra"
	"slipher/compiler/expr"
	"slipher/compiler/plan"
)

// emitter turns physical operators into segments. Segments are numbered when
// all are there (streams.go).
type emitter struct {
	p *planner
	q *plan.Query

	segs      []*plan.Segment
	exchanges int
	sender    map[int][]*plan.Segment // by exchange
	receiver  map[int]*plan.Segment
	filler    map[int]*plan.Segment // by table
	ranIn     map[physical]*plan.Segment
	cuts      map[*joinOp]rowLimit // joins whose build sides are read no further
}

func newEmitter(p *planner) *emitter {
	return &emitter{p: p, q: &plan.Query{LeaderOnly: p.leader},
		sender: map[int][]*plan.Segment{}, receiver: map[int]*plan.Segment{},
		filler: map[int]*plan.Segment{}, ranIn: map[physical]*plan.Segment{}, cuts: map[*joinOp]rowLimit{}}
}

// pipe is a segment under construction and where its rows' columns stand.
type pipe struct {
	seg  *plan.Segment
	cols []plan.Column
	at   map[algebra.ColumnID]plan.Position
}

// open starts a segment whose source yields cols; ids[i] names column i.
func (e *emitter) open(where plan.Where, src plan.Source, ids []algebra.ColumnID) *pipe {
	s := &plan.Segment{Where: where, Source: src}
	e.segs = append(e.segs, s)
	p := &pipe{seg: s}
	p.layout(src.Cols, ids)
	return p
}

// layout replaces the pipe's layout.
func (p *pipe) layout(cols []plan.Column, ids []algebra.ColumnID) {
	p.cols = append([]plan.Column(nil), cols...)
	p.at = make(map[algebra.ColumnID]plan.Position, len(ids))
	for i, id := range ids {
		p.at[id] = plan.Position(i)
	}
}

func (p *pipe) step(s plan.Step) { p.seg.Steps = append(p.seg.Steps, s) }

// single reports whether the pipe is one instance.
func (p *pipe) single() bool { return p.seg.Where == plan.OneSlice || p.seg.Where == plan.Leader }

// expr is e over the layout.
func (p *pipe) expr(e *algebra.Expr) *plan.Expr {
	return expr.Translate(e, func(x *algebra.Expr) *plan.Expr {
		at, ok := p.at[x.Col]
		if !ok {
			panic(fmt.Sprintf("BUG: column %d is not in the layout", x.Col))
		}
		return expr.Col(at, x.Type, p.cols[at].Nullable)
	})
}

func (p *pipe) exprs(es []*algebra.Expr) []*plan.Expr {
	out := make([]*plan.Expr, len(es))
	for i, e := range es {
		out[i] = p.expr(e)
	}
	return out
}

// column is what stands at a place of the layout.
func (p *pipe) column(at plan.Position) *plan.Expr {
	return expr.Col(at, p.cols[at].Type, p.cols[at].Nullable)
}

// withoutColumns is e, which reads none.
func withoutColumns(e *algebra.Expr) *plan.Expr {
	return expr.Translate(e, func(x *algebra.Expr) *plan.Expr {
		panic(fmt.Sprintf("BUG: column %d where there is none", x.Col))
	})
}

// need restricts columns to wanted ones, in order.
func need(cols []algebra.Column, want algebra.IDs) []algebra.Column {
	var out []algebra.Column
	for _, c := range cols {
		if want[c.ID] {
			out = append(out, c)
		}
	}
	return out
}

// union is the ids of want and those in the expressions.
func union(want algebra.IDs, lists ...[]*algebra.Expr) algebra.IDs {
	out := make(algebra.IDs, len(want))
	for id := range want {
		out[id] = true
	}
	for _, l := range lists {
		out.AddExprs(l)
	}
	return out
}

// where is the place of rows with a distribution.
func (e *emitter) where(d dist) plan.Where {
	switch {
	case e.p.leader:
		return plan.Leader
	case d.kind == distAll:
		return plan.EveryNode
	case d.kind == distSingle:
		return plan.OneSlice
	}
	return plan.EverySlice
}

// emit makes the segments of n up to an open one that has n's rows with at least
// the columns want.
func (e *emitter) emit(n physical, want algebra.IDs) (*pipe, error) {
	var p *pipe
	var err error
	switch n := n.(type) {
	case *scanOp:
		p = e.scan(n, want)
	case *valuesOp:
		p = e.values(n, want)
	case *textOp:
		var cols []plan.Column
		var ids []algebra.ColumnID
		for _, c := range n.text.Cols { // all: the load kernel splits them anyway
			cols, ids = append(cols, planColumn(c)), append(ids, c.ID)
		}
		p = e.open(plan.EverySlice, plan.Source{Kind: plan.SourceText, Cols: cols}, ids)
	case *filterOp:
		if p, err = e.emit(n.in, union(want, n.preds)); err == nil {
			p.step(&plan.Filter{Preds: p.exprs(n.preds)})
		}
	case *projectOp:
		p, err = e.project(n, want)
	case *joinOp:
		p, err = e.join(n, want)
	case *aggrOp:
		p, err = e.aggregate(n)
	case *sortLimitOp:
		p, err = e.sortLimit(n, want)
	default:
		return nil, fmt.Errorf("BUG: no segments for %T", n)
	}
	if err != nil {
		return nil, err
	}
	e.ranIn[n] = p.seg
	return p, nil
}

func planColumn(c algebra.Column) plan.Column {
	return plan.Column{Name: c.Name, Type: c.Type, Nullable: c.Nullable}
}

func (e *emitter) scan(n *scanOp, want algebra.IDs) *pipe {
	want = union(want, n.preds)
	src := plan.Source{Kind: plan.SourceScan, Once: n.once}
	var ids []algebra.ColumnID
	for i, c := range n.scan.Cols {
		if !want[c.ID] {
			continue
		}
		src.Cols, ids = append(src.Cols, planColumn(c)), append(ids, c.ID)
		if i < len(n.scan.ColNos) {
			src.ColNos = append(src.ColNos, n.scan.ColNos[i])
		}
	}
	if t := n.scan.Table; t != nil {
		src.Table = tableRef(t, n.scan.Alias)
	} else {
		src.Kind, src.Rows = plan.SourceRows, n.scan.Relation
	}
	live := -1
	if n.scan.Table != nil && hasDeleted(n.scan.Table) {
		live = len(src.Cols)
		src.Cols, src.ColNos = append(src.Cols, plan.Column{Name: "live", Type: types.TBool}), append(src.ColNos, n.scan.Table.LiveColumn())
	}
	p := e.open(e.where(n.dist), src, ids)
	preds := p.exprs(n.preds)
	if src.Table != nil {
		p.seg.Source.Zone = e.p.zone(preds, src.Cols)
	}
	if live >= 0 {
		preds = slices.Insert(preds, e.p.liveAt(n.scan.Table, preds), expr.Col(plan.Position(live), types.TBool, false))
	}
	if len(preds) > 0 {
		p.step(&plan.Filter{Preds: preds})
	}
	return p
}

// hasDeleted reports whether a table's version has objects with deleted rows.
func hasDeleted(t *state.Table) bool {
	for _, o := range t.Version.Objects.All() {
		if o.Dead > 0 {
			return true
		}
	}
	return false
}

// liveAt is the place among a scan's predicates from which on nothing is computed for deleted rows: in front of the
// first that may fail, else behind all. Comparisons run fastest while no row has been left out, and leave out more than
// deletes do (a tenth deleted cost a filter of three comparisons as much as all the rest, in front of it). If
// most rows are deleted: first.
func (p *planner) liveAt(t *state.Table, preds []*plan.Expr) int {
	dead, rows := int64(0), int64(0)
	for _, o := range t.Version.Objects.All() {
		dead, rows = dead+o.Dead, rows+o.Rows
	}
	if dead > rows/2 {
		return 0
	}
	for i, e := range preds {
		if e.MayFail() || e.Volatile() {
			return i
		}
	}
	return len(preds)
}

func (e *emitter) values(n *valuesOp, want algebra.IDs) *pipe {
	src := plan.Source{Kind: plan.SourceValues, Values: [][]*plan.Expr{}}
	var ids []algebra.ColumnID
	var at []int
	for i, c := range n.values.Cols {
		if want[c.ID] {
			src.Cols, ids, at = append(src.Cols, planColumn(c)), append(ids, c.ID), append(at, i)
		}
	}
	if n.values.Literals != nil {
		if len(at) == 0 { // rows that are only counted
			src.Values = make([][]*plan.Expr, n.values.Len())
			return e.open(e.where(n.dist), src, ids)
		}
		src.Kind, src.Values = plan.SourceLiterals, nil
		for _, k := range at {
			src.Literals = append(src.Literals, n.values.Literals[k])
		}
		return e.open(e.where(n.dist), src, ids)
	}
	for _, row := range n.values.Rows {
		out := make([]*plan.Expr, len(at))
		for i, k := range at {
			out[i] = withoutColumns(row[k])
		}
		src.Values = append(src.Values, out)
	}
	return e.open(e.where(n.dist), src, ids)
}

// project computes; columns that are only renamed stay where they are.
func (e *emitter) project(n *projectOp, want algebra.IDs) (*pipe, error) {
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
func wanted(exprs []*algebra.Expr, cols []algebra.Column, want algebra.IDs) (e []*algebra.Expr, c []algebra.Column, computed bool) {
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
			at[c.ID] = p.at[exprs[i].Col]
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
	p.layout(step.Layout(nil), ids)
}

// exchange ends the pipe's segment by sending cols and opens the receiving one.
func (e *emitter) exchange(p *pipe, kind plan.DistKind, keys []*algebra.Expr, cols []algebra.Column) *pipe {
	x := e.exchanges
	e.exchanges++
	sink := plan.Sink{Kind: plan.SinkDist, Exchange: x, Dist: kind, Keys: p.exprs(keys), LimitParam: -1, OffsetParam: -1}
	out := make([]plan.Column, len(cols))
	ids := make([]algebra.ColumnID, len(cols))
	for i, c := range cols {
		at := p.at[c.ID]
		sink.Cols = append(sink.Cols, p.column(at))
		out[i], ids[i] = p.cols[at], c.ID
	}
	p.seg.Sink = sink
	where := plan.EverySlice
	switch kind {
	case plan.DistBroadcast:
		where = plan.EveryNode
	case plan.DistSingle:
		where = plan.OneSlice
	}
	r := e.open(where, plan.Source{Kind: plan.SourceReceive, Exchange: x, Cols: out}, ids)
	e.sender[x] = append(e.sender[x], p.seg)
	e.receiver[x] = r.seg
	return r
}

// table enters a table of the query.
func (e *emitter) table(t *plan.Table, filledBy *plan.Segment) int {
	t.ID = len(e.q.Tables)
	e.q.Tables = append(e.q.Tables, t)
	e.filler[t.ID] = filledBy
	return t.ID
}

// estimate is a guess for Table.EstRows.
func estimate(rows float64) int64 {
	if rows > 1e15 {
		return 1e15
	}
	return int64(rows)
}

// constKey is the key of a join without equalities: all rows meet in one bucket.
func constKey() *plan.Expr { return expr.Number[plan.Position](types.TInt4, 0) }
