package optimize

import (
	"math"

	"slipher/compiler/algebra"
	"slipher/compiler/plan"
	"slipher/runtime/program"
)

// recursiveOp runs its step on the rows that the last step has made, until there are none.
type recursiveOp struct {
	props
	name       string
	base, step physical
	next       algebra.Node // the step, as it stands in the statement
	distinct   bool
	work       int // the table of the rows of the last step, of the emission that is under way
	where      plan.Where
}

// unknownSteps is what a recursion's rows are taken to be, in those of its base.
const unknownSteps = 10

func (p *planner) recursive(n *algebra.Recursive) (physical, error) {
	if p.inStep > 0 { // it does not run again with each step: its rows are kept
		return p.keptRecursion(n)
	}
	r := &recursiveOp{name: n.Name, distinct: n.Distinct, next: n.Step}
	base, err := p.node(n.Base)
	if err != nil {
		return nil, err
	}
	r.base = p.dealOut(base)
	r.cols = n.Cols
	r.rows = math.Max(1, r.base.out().rows) * unknownSteps
	for _, c := range n.Cols {
		p.describe(c, nil, r.rows)
	}
	// Rows of UNION lie by the hash of all columns, so that what has been seen is known in one place.
	r.dist = dist{kind: r.base.out().dist.kind}
	if r.dist.kind == distHash {
		r.dist = dist{kind: distEven}
	}
	if r.distinct && r.dist.kind != distSingle {
		r.dist = dist{kind: distHash}
		for _, c := range n.Cols {
			r.dist.keys = append(r.dist.keys, c.ID)
		}
	}
	if p.recursions == nil {
		p.recursions = map[int]*recursiveOp{}
	}
	p.recursions[n.Number] = r
	p.inStep++
	step, err := p.node(n.Step)
	p.inStep--
	if err != nil {
		return nil, err
	}
	r.step = p.dealOut(step)
	r.cost = r.base.out().cost + unknownSteps*r.step.out().cost
	return r, nil
}

// turns reports whether rows of n, which is planned within the step of a recursion, are others in each of its turns.
func (p *planner) turns(n algebra.Node) bool { return p.inStep > 0 && algebra.InStep(n) }

// keptRecursion is a recursion inside another one's step, as a definition whose rows are kept.
func (p *planner) keptRecursion(n *algebra.Recursive) (physical, error) {
	if algebra.InStep(n) {
		return nil, plan.ErrUnsupported("a recursive query that reads the rows of the recursive query around it")
	}
	s := &saved{def: &algebra.Definition{Name: n.Name, Root: n}, table: -1, wants: make([]bool, len(n.Cols))}
	for i := range s.wants {
		s.wants[i] = true
	}
	steps := p.inStep
	p.inStep = 0
	in, err := p.node(n)
	p.inStep = steps
	if err != nil {
		return nil, err
	}
	s.in = in
	q := in.out()
	return &savedOp{from: s, name: n.Name, props: props{cols: n.Cols, rows: q.rows, cost: q.cost, dist: q.dist}}, nil
}

// workingOp is the rows that the last step of a recursion has made.
type workingOp struct {
	props
	of *recursiveOp
}

func (p *planner) working(n *algebra.Working) physical {
	r := p.recursions[n.Number]
	rows := math.Max(1, r.base.out().rows)
	w := &workingOp{of: r, props: props{cols: n.Cols, rows: rows, cost: rows, dist: dist{kind: r.dist.kind}}}
	for i, c := range n.Cols {
		p.describe(c, nil, rows)
		if r.dist.kind == distHash {
			w.dist.keys = append(w.dist.keys, n.Cols[i].ID)
		}
	}
	return w
}

func (n *workingOp) emit(e *emitter, _ algebra.IDs) (*pipe, error) {
	return e.read(n.of.where, n.of.work, idsOf(n.cols)), nil
}

func (n *recursiveOp) inputs() []physical { return []physical{n.base} }

func (n *recursiveOp) readsOn(int) bool { return false }

// emit makes what fills the first working table, the loop's body, and the exchange on which its rows go on.
func (n *recursiveOp) emit(e *emitter, want algebra.IDs) (*pipe, error) {
	base, err := e.emit(n.base, algebra.IDsOf(n.base.out().cols))
	if err != nil {
		return nil, err
	}
	seen := -1
	if n.distinct {
		seen = e.seen(n.cols)
	}
	base = n.arrive(e, base, n.base.out().cols, seen)
	n.where = base.seg.Where
	n.work = n.keep(e, base, n.base)
	l := &loop{work: n.work}

	out := e.read(n.where, n.work, idsOf(n.cols))
	cols := needSome(n.cols, want)
	l.out = e.exchanges
	e.loops = append(e.loops, l)
	exprs := make([]*plan.Expr, len(cols))
	for i, c := range cols {
		exprs[i] = out.column(out.place(c.ID))
	}
	rows := e.merge([]*pipe{out}, [][]*plan.Expr{exprs}, cols)

	step, err := e.emit(n.step, algebra.IDsOf(n.step.out().cols))
	if err != nil {
		return nil, err
	}
	step = n.arrive(e, step, n.step.out().cols, seen)
	l.next = n.keep(e, step, n.step)
	return rows, nil
}

// keep ends a pipe, which has the rows of the base or the step, by keeping them as the recursion's.
func (n *recursiveOp) keep(e *emitter, p *pipe, of physical) int {
	as := make([]plan.Column, len(n.cols))
	for i, c := range n.cols {
		as[i] = planColumn(c)
	}
	return e.save(p, of.out().cols, as, of.out().rows)
}

// arrive brings rows to where they are worked on: those of UNION to the place where it is known which were there
// before, all others to where the recursion's rows are.
func (n *recursiveOp) arrive(e *emitter, p *pipe, cols []algebra.Column, seen int) *pipe {
	keys := algebra.Refs(cols)
	switch {
	case n.dist.kind == distSingle:
		if !p.single() {
			p = e.exchange(p, program.DistSingle, nil, cols)
		}
	case n.distinct:
		p = e.exchange(p, program.DistHash, keys, cols)
	}
	if seen >= 0 {
		if p.seg.Source.Kind != program.SourceReceive || len(p.seg.Steps) > 0 { // one instance knows what was there
			p = e.exchange(p, program.DistSingle, nil, cols)
		}
		p.step(&plan.Unique{Table: seen, Keys: p.exprs(keys)})
	}
	return p
}

// seen is a table that remembers rows of cols.
func (e *emitter) seen(cols []algebra.Column) int {
	t := &plan.Table{Kind: program.SinkAggr, Marks: true, EstRows: 1000}
	for _, c := range cols {
		t.Keys = append(t.Keys, planColumn(c))
	}
	return e.table(t)
}

func (n *recursiveOp) explain(x *explainer, line *plan.Node, _ algebra.IDs) *plan.Node {
	line.Type = "Recursive Union"
	for _, in := range []physical{n.base, n.step} {
		line.Children = append(line.Children, x.node(in, algebra.IDsOf(in.out().cols)))
	}
	base, step := line.Children[0], line.Children[1]
	line.StartupCost, line.TotalCost = base.StartupCost, base.TotalCost+unknownSteps*step.TotalCost
	return line
}

func (n *workingOp) explain(x *explainer, line *plan.Node, _ algebra.IDs) *plan.Node {
	line.Type, line.Relation, line.TotalCost = "WorkTable Scan", n.of.name, showRow*n.rows
	return line
}
