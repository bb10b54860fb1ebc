package optimize

import (
	"math"
	"strings"

	"slipher/compiler/algebra"
	"slipher/compiler/expr"
	"slipher/compiler/plan"
)

// explainer makes EXPLAIN's tree of the physical one. Its costs follow the
// formulas that fit Redshift's documented plans, not those that chose the plan.
type explainer struct {
	e     *emitter
	p     *planner
	shown map[*saved]bool // definitions, where they are first referred to
}

// Cost constants of EXPLAIN: PostgreSQL 8.0's, with Redshift's for moved rows.
const (
	showRow       = 0.01
	showOp        = 0.0025
	showSort      = 1e12
	showDistRow   = 6667
	showBcastRow  = 3.2e5
	showBcastByte = 5700
	showBcastMax  = 6e5
)

// explain sets the query's tree and notes.
func (e *emitter) explain(root physical, t top) {
	x := &explainer{e, e.p, map[*saved]bool{}}
	want := algebra.IDs{}
	for _, c := range e.p.st.Root.Columns() {
		want[c.ID] = true
	}
	for i := len(t.projects) - 1; i >= 0; i-- {
		want = wantedBelow(t.projects[i], want)
	}
	for _, k := range t.keys {
		want = union(want, []*algebra.Expr{k.Expr})
	}
	n := x.node(root, want)
	if len(t.keys) > 0 {
		keys := x.orderTexts(t.keys)
		n = x.sorted(n, keys)
		e.tell(n, stage{part: sortedRows})
		if !e.p.leader {
			net := x.above(n, "Network")
			net.Details = []plan.Detail{{Name: "Movement", Text: "Send to leader"}}
			e.tell(net, stage{part: sentRows})
			n = x.above(net, "Merge")
			n.At = []plan.Place{{Segment: plan.AtLeader, Step: plan.LeaderMerged}}
			n.Details = []plan.Detail{{Label: "Merge Key", List: keys}}
		}
	}
	if t.limited {
		n = x.limited(n, t.count, t.offset)
		n.At = []plan.Place{{Segment: plan.AtLeader, Step: plan.LeaderReturned}}
	}
	if d := e.p.st.Delete; d != nil {
		n = x.above(n, "ModifyTable")
		n.Prefix, n.Words = "LD", "Delete"
		if e.p.st.Insert != nil {
			n.Words = "Update"
		}
		n.Operation = n.Words
		n.At = []plan.Place{{Segment: plan.AtLeader, Step: plan.LeaderChanged}}
	}
	if at := (stage{}); len(e.opened[at])+len(e.moved[at]) > 0 { // of no operator: where rows are stored
		for _, s := range e.opened[at] {
			n.Segments = append(n.Segments, s.ID)
		}
		n.Exchanges = append(n.Exchanges, e.moved[at]...)
	}
	e.q.Root = n
	if e.p.leader {
		return
	}
	if e.q.Missing, e.q.Nested = e.p.missing, e.p.nested; len(e.p.missing) > 0 {
		e.q.Notes = append(e.q.Notes, "----- Tables missing statistics: "+strings.Join(e.p.missing, ", ")+" -----",
			"----- Update statistics by running the ANALYZE command on these tables -----")
	}
	if e.p.nested {
		e.q.Notes = append(e.q.Notes,
			"----- Nested Loop Join in the query plan - review the join predicates to avoid Cartesian products -----")
	}
}

// prefix is what stands in front of an operator's name: XN where compute nodes run it.
func (x *explainer) prefix() string {
	if x.p.leader {
		return ""
	}
	return "XN"
}

// above is an operator that passes its child's rows on at no cost.
func (x *explainer) above(n *plan.Node, operator string) *plan.Node {
	return &plan.Node{Prefix: x.prefix(), Type: operator, StartupCost: n.StartupCost, TotalCost: n.TotalCost, Rows: n.Rows,
		Width: n.Width, At: n.At, Children: []*plan.Node{n}}
}

func (x *explainer) sorted(n *plan.Node, keys []string) *plan.Node {
	s := x.above(n, "Sort")
	rows := math.Max(2, float64(n.Rows))
	s.StartupCost = showSort + n.TotalCost + 2*showOp*rows*math.Log2(rows)
	s.TotalCost = s.StartupCost + showOp*rows
	s.Details = []plan.Detail{{Label: "Sort Key", List: keys}}
	return s
}

func (x *explainer) limited(n *plan.Node, count, offset int) *plan.Node {
	l := x.above(n, "Limit")
	rows := x.p.limited(float64(n.Rows), count, offset)
	if n.Rows > 0 {
		l.TotalCost = n.StartupCost + (n.TotalCost-n.StartupCost)*math.Min(1, rows/float64(n.Rows))
	}
	l.Rows = estimate(rows)
	return l
}

// node explains one operator; want are the columns its parents read.
func (x *explainer) node(op physical, want algebra.IDs) *plan.Node {
	q := op.out()
	n := &plan.Node{Prefix: x.prefix(), Rows: estimate(math.Ceil(q.rows)),
		Width: int(math.Round(x.p.width(need(q.cols, want))))}
	x.e.tell(n, stage{of: op})
	line := op.explain(x, n, want)
	x.looked(op, line)
	if x.e.kept[op] != nil {
		return x.above(line, "Materialize")
	}
	return line
}

// The names of columns: plain, or with their table where the query reads several.

func (x *explainer) plain(id algebra.ColumnID) string { return x.columnText(id, false) }

func (x *explainer) named(id algebra.ColumnID) string { return x.columnText(id, x.p.scans > 1) }

func (x *explainer) columnText(id algebra.ColumnID, qualified bool) string {
	if call, ok := x.p.calls[id]; ok {
		arg := "*"
		if len(call.Args) > 0 {
			arg = x.list(x.named, call.Args)
		}
		if call.Distinct {
			arg = "DISTINCT " + arg
		}
		return call.Fn.Name + "(" + arg + ")"
	}
	if def := x.p.defs[id]; def != nil {
		if qualified {
			return x.text(x.named, def)
		}
		return x.text(x.plain, def)
	}
	ci := x.p.info[id]
	if ci == nil {
		return "?"
	}
	if qualified && ci.qual != "" {
		return ci.qual + "." + ci.col.Name
	}
	return ci.col.Name
}

// sided is a column with the side of a join that it comes from: an aggregate by its function's name, as its column
// would be called; of a computed one it is said of what that is computed of.
func (x *explainer) sided(side string, id algebra.ColumnID) string {
	if call, ok := x.p.calls[id]; ok {
		return side + call.Fn.Name
	}
	if def := x.p.defs[id]; def != nil {
		return x.text(func(id algebra.ColumnID) string { return x.sided(side, id) }, def)
	}
	return side + x.plain(id)
}

func (x *explainer) text(name func(id algebra.ColumnID) string, e *algebra.Expr) string {
	pr := &expr.Printer[algebra.ColumnID]{Params: x.p.st.Params, Column: name, Style: expr.Explain}
	return pr.Text(e)
}

func (x *explainer) list(name func(id algebra.ColumnID) string, es []*algebra.Expr) string {
	return strings.Join(x.texts(name, es), ", ")
}

func (x *explainer) texts(name func(id algebra.ColumnID) string, es []*algebra.Expr) []string {
	parts := make([]string, len(es))
	for i, e := range es {
		parts[i] = x.text(name, e)
	}
	return parts
}

func (x *explainer) predText(preds []*algebra.Expr) string {
	return x.text(x.plain, expr.AllOf(preds))
}

func (x *explainer) orderTexts(keys []algebra.SortKey) []string {
	es := make([]*algebra.Expr, len(keys))
	for i, k := range keys {
		es[i] = k.Expr
	}
	return x.texts(x.named, es)
}

// define notes what a computed column stands for.
func (p *planner) define(c algebra.Column, e *algebra.Expr) {
	if e.Kind != expr.Column || e.Col != c.ID {
		p.defs[c.ID] = e
	}
}
