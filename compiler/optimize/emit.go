package optimize

import (
	"fmt"

	"slipher/catalog/types"
	"slipher/compiler/algebra"
	"slipher/compiler/expr"
	"slipher/compiler/plan"
	"slipher/runtime/program"
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
	fillers   map[int][]*plan.Segment   // by table
	counted   map[stage][]place         // where rows are counted while the query runs
	opened    map[stage][]*plan.Segment // the segments that were begun for them
	moved     map[stage][]int           // the exchanges
	at        stage                     // whose segments are made
	loops     []*loop
	after     map[*plan.Segment]*plan.Segment // begins behind which other of its stream
	markers   map[int]*plan.Segment           // by join table: who marks the entries that are read in later streams
	cuts      map[*joinOp]rowLimit            // joins whose build sides are read no further
	kept      map[physical]*keptRows          // operators whose rows are kept for several who read them
	looks     map[physical][]early            // tables of joins above into which the operator's rows look
	headed    map[physical][]string           // what is asked of scans that heads of row groups answer
}

func newEmitter(p *planner) *emitter {
	return &emitter{p: p, q: &plan.Query{LeaderOnly: p.leader},
		sender: map[int][]*plan.Segment{}, receiver: map[int]*plan.Segment{},
		fillers: map[int][]*plan.Segment{}, counted: map[stage][]place{}, opened: map[stage][]*plan.Segment{},
		moved:   map[stage][]int{},
		after:   map[*plan.Segment]*plan.Segment{},
		markers: map[int]*plan.Segment{}, looks: map[physical][]early{}, kept: map[physical]*keptRows{},
		headed: map[physical][]string{}, cuts: map[*joinOp]rowLimit{}}
}

// pipe is a segment under construction and where its rows' columns stand.
type pipe struct {
	seg  *plan.Segment
	cols []plan.Column
	at   map[algebra.ColumnID]plan.Position
	// zoned: a scan's, whose zone predicates are all that its filter asks for, but that rows live.
	zoned bool
}

// open starts a segment whose source yields cols; ids[i] names column i.
func (e *emitter) open(where plan.Where, src plan.Source, ids []algebra.ColumnID) *pipe {
	s := &plan.Segment{Where: where, Source: src}
	e.segs = append(e.segs, s)
	e.opened[e.at] = append(e.opened[e.at], s)
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
		at := p.place(x.Col)
		return expr.Col(at, x.Type, p.cols[at].Nullable)
	})
}

// place is where a column stands that has to be there.
func (p *pipe) place(id algebra.ColumnID) plan.Position {
	at, ok := p.at[id]
	if !ok {
		panic(fmt.Sprintf("BUG: column %d is not in the layout", id))
	}
	return at
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

// needSome is need, but one column if nothing is needed of rows but their number.
func needSome(cols []algebra.Column, want algebra.IDs) []algebra.Column {
	return oneOf(cols, need(cols, want))
}

// oneOf is some, or one column of cols.
func oneOf(cols, some []algebra.Column) []algebra.Column {
	if len(some) > 0 {
		return some
	}
	return cols[:1]
}

func idsOf(cols []algebra.Column) []algebra.ColumnID {
	out := make([]algebra.ColumnID, len(cols))
	for i, c := range cols {
		out[i] = c.ID
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
	if k := e.kept[n]; k != nil {
		return e.readKept(n, k), nil
	}
	return e.emitAnew(n, want)
}

func (e *emitter) emitAnew(n physical, want algebra.IDs) (*pipe, error) {
	var p *pipe
	var err error
	for _, l := range e.looks[n] {
		want = union(want, l.keys)
	}
	e.within(stage{of: n}, func() { p, err = n.emit(e, want) })
	if err != nil {
		return nil, err
	}
	e.count(stage{of: n}, p)
	e.reduced(n, p)
	return p, nil
}

func planColumn(c algebra.Column) plan.Column {
	return plan.Column{Name: c.Name, Type: c.Type, Nullable: c.Nullable}
}

// exchange ends the pipe's segment by sending cols and opens the receiving one.
func (e *emitter) exchange(p *pipe, kind program.DistKind, keys []*algebra.Expr, cols []algebra.Column) *pipe {
	x := e.nextExchange()
	sink := plan.Sink{Kind: program.SinkDist, Exchange: x, Dist: kind, Keys: p.exprs(keys), LimitParam: -1,
		OffsetParam: -1}
	out := make([]plan.Column, len(cols))
	for i, c := range cols {
		at := p.place(c.ID)
		sink.Cols = append(sink.Cols, p.column(at))
		out[i] = p.cols[at]
	}
	where := plan.EverySlice
	switch kind {
	case program.DistBroadcast:
		where = plan.EveryNode
	case program.DistSingle:
		where = plan.OneSlice
	}
	r := e.open(where, plan.Source{Kind: program.SourceReceive, Exchange: x, Cols: out}, idsOf(cols))
	e.receiver[x] = r.seg
	if e.merged(p) {
		e.redirect(p, sink)
		return r
	}
	p.seg.Sink = sink
	e.sender[x] = append(e.sender[x], p.seg)
	return r
}

// table enters a table of the query, with those who fill it.
func (e *emitter) table(t *plan.Table, filledBy ...*plan.Segment) int {
	t.ID = len(e.q.Tables)
	e.q.Tables = append(e.q.Tables, t)
	e.fillers[t.ID] = filledBy
	return t.ID
}

// read opens a segment over what a table yields, as columns of ids.
func (e *emitter) read(where plan.Where, table int, ids []algebra.ColumnID) *pipe {
	return e.open(where, plan.Source{Kind: program.SourceTable, TableID: table, Cols: plan.TableLayout(e.q.Tables[table])},
		ids)
}

// save ends the segment by keeping its columns cols in a table of as many columns.
func (e *emitter) save(p *pipe, cols []algebra.Column, as []plan.Column, rows float64) int {
	t := &plan.Table{Kind: program.SinkSave, Payload: as, EstRows: estimate(rows)}
	sink := plan.Sink{Kind: program.SinkSave, LimitParam: -1, OffsetParam: -1, TableID: e.table(t, p.seg)}
	for _, c := range cols {
		sink.Payload = append(sink.Payload, p.column(p.place(c.ID)))
	}
	p.seg.Sink = sink
	return t.ID
}

// made are the pipe's columns cols.
func (p *pipe) made(cols []algebra.Column) []plan.Column {
	out := make([]plan.Column, len(cols))
	for i, c := range cols {
		out[i] = p.cols[p.place(c.ID)]
	}
	return out
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
