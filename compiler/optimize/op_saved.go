package optimize

import (
	"slices"

	"slipher/compiler/algebra"
	"slipher/compiler/plan"
)

// saved is a definition of the statement: its rows are made once and kept, for all that refer to it.
type saved struct {
	def   *algebra.Definition
	in    physical // nil: not planned yet
	wants []bool   // by column: somebody reads it
	table int      // -1: not emitted yet
	where plan.Where
}

// surveyReads finds out which columns are read, those of definitions among them.
func (p *planner) surveyReads() {
	p.saved = make([]*saved, len(p.st.Defs))
	for i := range p.st.Defs {
		d := &p.st.Defs[i]
		p.saved[i] = &saved{def: d, table: -1, wants: make([]bool, len(d.Root.Columns()))}
	}
	p.reads = newReads()
	p.reads.all(p.st.Root.Columns())
	p.reads.by(p.st.Root)
	for i := len(p.saved) - 1; i >= 0; i-- { // references are behind what they refer to
		s := p.saved[i]
		see := func(n algebra.Node) {
			algebra.Walk(n, func(n algebra.Node) {
				if ref, ok := n.(*algebra.Reference); ok && ref.Def == i {
					for k, c := range ref.Cols {
						s.wants[k] = s.wants[k] || p.reads.times[c.ID] > 0
					}
				}
			})
		}
		see(p.st.Root)
		for _, later := range p.st.Defs[i+1:] {
			see(later.Root)
		}
		s.wants[0] = s.wants[0] || !slices.Contains(s.wants, true) // rows that are only counted
		p.reads.all(s.wanted(s.def.Root.Columns()))
		p.reads.by(s.def.Root)
	}
}

// savedOp reads the rows of a definition.
type savedOp struct {
	props
	from *saved
	name string
}

func (p *planner) reference(n *algebra.Reference) (physical, error) {
	s := p.saved[n.Def]
	if s.in == nil {
		in, err := p.node(s.def.Root)
		if err != nil {
			return nil, err
		}
		s.in = p.dealOut(in)
	}
	q := s.in.out()
	own := map[algebra.ColumnID]algebra.ColumnID{}
	for i, c := range s.def.Root.Columns() {
		own[c.ID] = n.Cols[i].ID
		p.describe(n.Cols[i], c.Ref(), q.rows)
		p.via[n.Cols[i].ID] = n.Cols[0].ID
		if !s.wants[i] {
			p.unread[n.Cols[i].ID] = true
		}
	}
	out := &savedOp{from: s, name: n.Name, props: props{cols: n.Cols, rows: q.rows, cost: q.rows * costScanRow, one: q.one,
		dist: dist{kind: q.dist.kind}}}
	for _, id := range q.dist.keys {
		to, ok := own[id]
		if !ok { // rows lie by a column that nobody sees
			out.dist = dist{kind: distEven}
			break
		}
		out.dist.keys = append(out.dist.keys, to)
	}
	return out, nil
}

func (n *savedOp) emit(e *emitter, _ algebra.IDs) (*pipe, error) {
	if err := n.from.fill(e); err != nil {
		return nil, err
	}
	return e.read(n.from.where, n.from.table, idsOf(n.from.wanted(n.cols))), nil
}

// fill makes the segments that keep the rows, once.
func (s *saved) fill(e *emitter) error {
	if s.table >= 0 {
		return nil
	}
	cols := s.wanted(s.def.Root.Columns())
	p, err := e.emit(s.in, algebra.IDsOf(cols))
	if err != nil {
		return err
	}
	s.table, s.where = e.save(p, cols, p.made(cols), s.in.out().rows), p.seg.Where
	return nil
}

// wanted are those of columns as the definition has them that somebody reads.
func (s *saved) wanted(cols []algebra.Column) []algebra.Column {
	var out []algebra.Column
	for i, c := range cols {
		if s.wants[i] {
			out = append(out, c)
		}
	}
	return out
}

func (n *savedOp) explain(x *explainer, line *plan.Node, _ algebra.IDs) *plan.Node {
	line.Type, line.Alias = "Subquery Scan", n.name
	if x.shown[n.from] {
		line.TotalCost = showRow * n.rows
		return line
	}
	x.shown[n.from] = true
	want := algebra.IDsOf(n.from.wanted(n.from.def.Root.Columns()))
	below := x.above(x.node(n.from.in, want), "Materialize")
	line.StartupCost, line.TotalCost, line.Children = below.TotalCost, below.TotalCost+showRow*n.rows, []*plan.Node{below}
	return line
}
