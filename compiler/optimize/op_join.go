package optimize

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"slipher/catalog/fn"
	"slipher/catalog/types"
	"slipher/compiler/algebra"
	"slipher/compiler/expr"
	"slipher/compiler/plan"
	"slipher/runtime/program"
)

// joinOp is a hash join: build is read first, whole.
type joinOp struct {
	props
	kind                 plan.JoinKind
	probe, build         physical
	probeKeys, buildKeys []*algebra.Expr // none: every pair
	residual             []*algebra.Expr // over both sides, part of the match
	filter               []*algebra.Expr // behind the join
	mark                 *algebra.Column // of a mark join
	found                bool            // of a find join: rows of the build side that are found go on, else the others
	move                 movement
	moveKeys             []int // for movements by hash: indexes into the keys
	placed               []int // the keys by which the table lies, if it is not on every node
	reduction            reduction
	share                float64 // of the rows that the reduction looks at, those that go on
	transfers            []*transfer
	kept                 bool // in a recursion's step: the table is built once, for all turns
}

// outerJoin plans a left, semi or anti join where it stands.
func (p *planner) outerJoin(n *algebra.Join) (physical, error) {
	left, err := p.node(n.Left)
	if err != nil {
		return nil, err
	}
	right, err := p.node(n.Right)
	if err != nil {
		return nil, err
	}
	return p.choose(p.madeOf(n, left, right)), nil
}

// madeOf are the ways to make a left, full, semi, anti or mark join of its sides.
func (p *planner) madeOf(n *algebra.Join, left, right physical) []physical {
	j, m := p.condition(n, left, right)
	j.kept = p.turns(n.Left) && !p.turns(n.Right)
	l, r := left.out().rows, right.out().rows
	pairs := math.Max(1, l*r*m.pairs)
	switch j.kind {
	case plan.LeftJoin:
		j.rows = math.Max(l, pairs)
		p.describeUnmatched(right.out().cols, 1-math.Min(1, l*kept(plan.SemiJoin, m)/j.rows))
	case plan.FullJoin:
		j.rows = math.Max(l+r, pairs)
	case plan.SemiJoin, plan.AntiJoin:
		j.rows = math.Max(1, l*kept(j.kind, m))
	case plan.MarkJoin:
		j.rows = l
		j.mark = &n.Found
		p.describe(n.Found, nil, l)
		p.info[n.Found.ID].truth = kept(plan.SemiJoin, m)
	}
	var out []physical
	p.ways(j, left, right, all(&out))
	p.turned(j, left, right, all(&out))
	return out
}

// describeUnmatched says of an outer join's columns in which share of rows they are NULL because nothing was found.
func (p *planner) describeUnmatched(cols []algebra.Column, share float64) {
	for _, c := range cols {
		if ci := p.info[c.ID]; ci != nil {
			ci.unmatched = math.Max(0, share)
		}
	}
}

// turned shows the ways to make a left, semi or anti join j from its other side: a table of the rows that it keeps or
// not, probed by those that decide about them, or are joined to them. It is read when all have been there.
func (p *planner) turned(j joinOp, left, right physical, t taker) {
	if p.inStep > 0 || len(j.probeKeys) == 0 {
		return
	}
	switch j.kind {
	case plan.LeftJoin:
		j.cols = joinColumns(&j, left.out().cols, right.out().cols)
		j.kind = plan.RightJoin
	case plan.SemiJoin, plan.AntiJoin:
		j.cols = left.out().cols
		j.found, j.kind = j.kind == plan.SemiJoin, plan.FindJoin
	default:
		return
	}
	j.probeKeys, j.buildKeys = j.buildKeys, j.probeKeys
	p.ways(j, right, left, t)
}

// joinKinds are the kinds of hash joins for those that are planned where they stand.
var joinKinds = map[algebra.JoinKind]plan.JoinKind{
	algebra.Left: plan.LeftJoin, algebra.Full: plan.FullJoin, algebra.Semi: plan.SemiJoin,
	algebra.Anti: plan.AntiJoin, algebra.Mark: plan.MarkJoin}

// hashes reports whether e compares what may be keys of a hash join. A volatile value is another one for each pair.
func hashes(e *algebra.Expr) bool {
	return e.Compares() == fn.Equal && e.Args[0].Type.Phys() == e.Args[1].Type.Phys() && !e.Volatile()
}

// sides splits an equality between two column sets.
func sides(e *algebra.Expr, left, right algebra.IDs) (l, r *algebra.Expr, ok bool) {
	if !hashes(e) {
		return nil, nil, false
	}
	a, b := e.Args[0], e.Args[1]
	if !a.HasColumn() || !b.HasColumn() {
		return nil, nil, false
	}
	if left.Covers(a) && right.Covers(b) {
		return a, b, true
	}
	if left.Covers(b) && right.Covers(a) {
		return b, a, true
	}
	return nil, nil, false
}

func (n *joinOp) inputs() []physical { return []physical{n.probe, n.build} }

func (n *joinOp) readsOn(i int) bool { return i == 0 && n.kind != plan.FindJoin }

// emit makes the build side up to its hash table, then the probe side with the
// join as a step.
func (n *joinOp) emit(e *emitter, want algebra.IDs) (*pipe, error) {
	if len(n.probeKeys) == 0 && !n.probe.out().one && !n.build.out().one && !fewTruths(n.build) {
		e.p.nested = true // with a scalar subquery's row it is no product
	}
	want = union(want, n.filter)
	if n.kind == plan.FindJoin {
		return n.emitFind(e, want)
	}
	payload := need(n.build.out().cols, union(want, n.residual))
	if n.kind.LeftOnly() { // only columns that decide about pairs
		payload = need(n.build.out().cols, union(nil, n.residual))
	}
	p, table, err := n.probed(e, payload, want)
	if err != nil {
		return nil, err
	}
	probeOnly := len(p.cols) - len(payload)
	if n.kind.LeftOnly() {
		for _, c := range payload {
			delete(p.at, c.ID)
		}
		p.cols = p.cols[:probeOnly]
	}
	if n.mark != nil {
		p.at[n.mark.ID] = plan.Position(len(p.cols))
		p.cols = append(p.cols, planColumn(*n.mark))
	}
	if len(n.filter) > 0 {
		p.step(&plan.Filter{Preds: p.exprs(n.filter)})
	}
	if n.kind == plan.FullJoin || n.kind == plan.RightJoin {
		return n.unmatched(e, p, table, payload, want), nil
	}
	return p, nil
}

// emitFind makes the build side's table, has it probed, and opens a segment over the rows that are found, or the
// others.
func (n *joinOp) emitFind(e *emitter, want algebra.IDs) (*pipe, error) {
	payload := need(n.cols, union(want, n.residual)) // no others: rows that are kept have what somebody reads
	p, table, err := n.probed(e, payload, nil)
	if err != nil {
		return nil, err
	}
	p.seg.Sink = plan.Sink{Kind: program.SinkEnd, LimitParam: -1, OffsetParam: -1}
	e.markers[table] = p.seg
	u := e.read(e.where(n.dist), table, idsOf(payload))
	found := u.column(plan.Position(len(payload)))
	if !n.found {
		found = expr.Negate(found)
	}
	u.step(&plan.Filter{Preds: append([]*plan.Expr{found}, u.exprs(n.filter)...)})
	return u, nil
}

// probed makes the build side's table, which has the columns payload, then the probe side, with at least the columns
// want, and joins it: the pipe's columns are the probe side's, then payload.
func (n *joinOp) probed(e *emitter, payload []algebra.Column, want algebra.IDs) (p *pipe, table int, err error) {
	for _, t := range n.transfers {
		if err := e.transfer(t); err != nil {
			return nil, 0, err
		}
	}
	e.within(stage{n, builtRows}, func() { table, err = n.emitBuild(e, payload) })
	if err != nil {
		return nil, 0, err
	}
	e.lookEarly(n, table)
	if p, err = n.emitProbe(e, union(want, n.residual)); err != nil {
		return nil, 0, err
	}
	keys, _ := n.keys(p.exprs(n.probeKeys), nil)
	step := &plan.HashJoin{Table: table, Kind: n.kind, Keys: keys, Unknown: n.mark != nil && n.mark.Nullable}
	p.step(step)
	for i, c := range e.q.Tables[table].Payload {
		c.Nullable = c.Nullable || n.kind != plan.InnerJoin && !n.onBuild()
		p.at[payload[i].ID] = plan.Position(len(p.cols))
		p.cols = append(p.cols, c)
	}
	if len(n.residual) > 0 {
		step.Residual = p.expr(expr.AllOf(n.residual))
	}
	return p, table, nil
}

// emitProbe makes the probe side with its keys and the columns want, where the join takes it.
func (n *joinOp) emitProbe(e *emitter, want algebra.IDs) (*pipe, error) {
	cols := need(n.probe.out().cols, union(want, n.probeKeys))
	p, err := e.emit(n.probe, algebra.IDsOf(cols))
	if err != nil {
		return nil, err
	}
	switch n.move {
	case distOuter, distBoth:
		p = e.exchange(p, program.DistHash, pick(n.probeKeys, n.moveKeys), cols)
	case gathered:
		p = e.exchange(p, program.DistSingle, nil, cols)
	}
	return p, nil
}

// keys are the join's keys as both sides' segments have them. None: every pair meets under one constant. Where rows of
// the build side go on that are not found, those with a NULL among their keys are kept, under a key of their own that
// no row of the probe side has.
func (n *joinOp) keys(probe, build []*plan.Expr) (p, b []*plan.Expr) {
	if len(n.probeKeys) == 0 {
		return []*plan.Expr{constKey()}, []*plan.Expr{constKey()}
	}
	null := false
	for _, k := range n.buildKeys {
		null = null || k.Nullable
	}
	if all := n.kind == plan.FullJoin || n.onBuild() && !n.found; !all || !null {
		return probe, build
	}
	isNull := expr.Truth[plan.Position](false)
	for i, k := range build {
		if !k.Nullable {
			continue
		}
		test := expr.TestNull(k)
		isNull = expr.AnyOf([]*plan.Expr{isNull, test})
		build[i] = &plan.Expr{Kind: expr.Coalesce, Type: k.Type, Args: []*plan.Expr{k, expr.Zero[plan.Position](k.Type)}}
	}
	return append(probe, expr.Truth[plan.Position](false)), append(build, isNull)
}

// unmatched adds the rows of a full or right join's build side that p, which probes its table, has not found. They
// follow when p's segment has ended on the node.
func (n *joinOp) unmatched(e *emitter, p *pipe, table int, payload []algebra.Column, want algebra.IDs) *pipe {
	t := e.q.Tables[table]
	u := e.read(p.seg.Where, table, idsOf(payload))
	found := u.column(plan.Position(len(t.Payload)))
	u.step(&plan.Filter{Preds: []*plan.Expr{expr.Negate(found)}})
	e.after[u.seg] = p.seg
	cols := slices.Clone(needSome(n.cols, want))
	var arms [2][]*plan.Expr
	for k, c := range cols {
		for i, arm := range []*pipe{p, u} {
			x := expr.Null[plan.Position](c.Type)
			if at, ok := arm.at[c.ID]; ok {
				x = arm.column(at)
			} else { // of the other side, or of either, if nothing is wanted but rows
				cols[k].Nullable = true
			}
			arms[i] = append(arms[i], x)
		}
	}
	return e.merge([]*pipe{p, u}, arms[:], cols)
}

// emitBuild makes the build side and returns the number of its table.
func (n *joinOp) emitBuild(e *emitter, payload []algebra.Column) (int, error) {
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
			p = e.exchange(p, program.DistBroadcast, nil, cols)
		}
	case distInner, distBoth:
		p = e.exchange(p, program.DistHash, pick(n.buildKeys, n.moveKeys), cols)
	case gathered:
		p = e.exchange(p, program.DistSingle, nil, cols)
	}
	e.count(stage{n, builtRows}, p)
	t := &plan.Table{Kind: program.SinkHash, EstRows: estimate(n.build.out().rows), Marks: n.kind.MarksEntries()}
	sink := plan.Sink{Kind: program.SinkHash, LimitParam: -1, OffsetParam: -1}
	_, sink.Keys = n.keys(nil, p.exprs(n.buildKeys))
	x := &explainer{e: e, p: e.p}
	t.Words = x.texts(x.named, n.buildKeys)
	for i, k := range sink.Keys {
		t.Keys = append(t.Keys, plan.Column{Name: fmt.Sprintf("k%d", i), Type: k.Type, Nullable: k.Nullable})
	}
	for _, c := range payload {
		at := p.place(c.ID)
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

// cutBuilds: a join in which all pairs match needs no more rows than the limit of its build side, which would
// else be read whole before the first pair is there.
func (n *joinOp) cutBuilds(e *emitter, l rowLimit) {
	if n.kind != plan.InnerJoin && n.kind != plan.LeftJoin || len(n.probeKeys)+len(n.residual)+len(n.filter) > 0 {
		return
	}
	e.cuts[n] = l
	n.probe.cutBuilds(e, l)
	n.build.cutBuilds(e, l)
}

// joinWords are the kinds of joins in Redshift's words and in those of PostgreSQL's JSON, as far as that has them.
var joinWords = [...]struct{ text, json string }{
	plan.InnerJoin: {"Join", "Inner"}, plan.LeftJoin: {"Left Join", "Left"}, plan.FullJoin: {"Full Join", "Full"},
	plan.RightJoin: {"Right Join", "Right"},
	plan.SemiJoin:  {"IN Join", "Semi"}, plan.AntiJoin: {"NOT IN Join", "Anti"}, plan.MarkJoin: {"Mark Join", "Mark"},
	plan.FindJoin: {"Right NOT IN Join", "Right Anti"},
}

func (op *joinOp) explain(x *explainer, n *plan.Node, want algebra.IDs) *plan.Node {
	both := union(want, op.filter, op.residual)
	outer := x.node(op.probe, union(both, op.probeKeys))
	inner := x.node(op.build, union(both, op.buildKeys))
	hashed := &plan.Node{}
	x.e.tell(hashed, stage{op, builtRows})
	by := func(side string, keys []*algebra.Expr) plan.Detail {
		return plan.Detail{Label: side + " Dist Key", List: x.texts(x.named, pick(keys, op.moveKeys))}
	}
	moved := 0.0
	switch op.move {
	case bcastInner:
		moved = float64(inner.Rows) * math.Min(showBcastMax, showBcastRow+showBcastByte*float64(inner.Width))
	case distInner:
		moved = showDistRow * float64(inner.Rows)
	case distOuter:
		moved = showDistRow * float64(outer.Rows)
	case distBoth, gathered:
		moved = showDistRow * float64(inner.Rows+outer.Rows)
	}
	n.Dist = op.move.String()
	if x.p.leader {
		n.Dist, moved = "", 0
	}
	words := joinWords[op.kind]
	if op.found {
		words.text, words.json = "Right IN Join", "Right Semi"
	}
	n.Join = words.json
	if len(op.probeKeys) == 0 {
		n.Type, n.Words = "Nested Loop", "Nested Loop"
		if op.kind != plan.InnerJoin {
			n.Words += " " + words.text
		}
		n.StartupCost = outer.StartupCost + inner.StartupCost
		n.TotalCost = outer.TotalCost + inner.TotalCost + moved + 2*showOp*float64(outer.Rows)*float64(inner.Rows)
		n.Children = []*plan.Node{outer, inner}
		n.Segments = append(n.Segments, hashed.Segments...)
		n.Exchanges = append(n.Exchanges, hashed.Exchanges...)
	} else {
		n.Type, n.Words = "Hash Join", "Hash "+words.text
		hash := x.above(inner, "Hash")
		hash.StartupCost = inner.TotalCost
		hash.At, hash.Segments, hash.Exchanges = hashed.At, hashed.Segments, hashed.Exchanges
		n.StartupCost = hash.TotalCost
		n.TotalCost = outer.TotalCost + inner.TotalCost + moved +
			showRow*float64(outer.Rows) + showOp*float64(len(op.probeKeys))*float64(outer.Rows+inner.Rows)
		n.Children = []*plan.Node{outer, hash}
		switch op.move {
		case distInner:
			n.Details = append(n.Details, by("Inner", op.buildKeys))
		case distOuter:
			n.Details = append(n.Details, by("Outer", op.probeKeys))
		case distBoth:
			n.Details = append(n.Details, by("Outer", op.probeKeys), by("Inner", op.buildKeys))
		}
		n.Details = append(n.Details, plan.Detail{Label: "Hash Cond", Text: op.condText(x)})
	}
	if f := append(append([]*algebra.Expr(nil), op.residual...), op.filter...); len(f) > 0 {
		n.Details = append(n.Details, plan.Detail{Label: "Join Filter", Text: x.text(op.sided(x), expr.AllOf(f))})
	}
	return n
}

// fewTruths reports whether op has few rows whatever it is made of: groups of some truth values, as NOT IN makes them
// to know about NULLs.
func fewTruths(op physical) bool {
	a, ok := op.(*aggrOp)
	return ok && len(a.keys) <= 4 &&
		!slices.ContainsFunc(a.keys, func(e *algebra.Expr) bool { return e.Type != types.TBool })
}

// condText is the equalities of a join, its sides called "outer" and "inner".
func (op *joinOp) condText(x *explainer) string {
	name := op.sided(x)
	parts := make([]string, len(op.probeKeys))
	for i := range op.probeKeys {
		parts[i] = "(" + x.text(name, op.probeKeys[i]) + " = " + x.text(name, op.buildKeys[i]) + ")"
	}
	if len(parts) == 1 {
		return parts[0]
	}
	return "(" + strings.Join(parts, " AND ") + ")"
}

// sided names columns by the side they come from.
func (op *joinOp) sided(x *explainer) func(id algebra.ColumnID) string {
	inner := algebra.IDsOf(op.build.out().cols)
	return func(id algebra.ColumnID) string {
		side := `"outer".`
		if inner[id] {
			side = `"inner".`
		}
		return x.sided(side, id)
	}
}

func (n *joinOp) dealOut(p *planner) physical {
	c := *n
	c.probe = p.dealOut(n.probe)
	c.dist = c.probe.out().dist
	return &c
}
