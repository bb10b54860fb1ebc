package optimize

import (
	"fmt"
	"slices"

	"slipher/compiler/algebra"
	"slipher/compiler/expr"
	"slipher/compiler/plan"
	"slipher/runtime/program"
)

// unionOp is the rows of all its inputs.
type unionOp struct {
	props
	in []physical
}

func (p *planner) union(n *algebra.Union) (physical, error) {
	u := &unionOp{}
	u.cols, u.breaks = n.Cols, true
	single := true
	for _, x := range n.In {
		in, err := p.node(x)
		if err != nil {
			return nil, err
		}
		in = p.dealOut(in)
		q := in.out()
		u.in = append(u.in, in)
		u.rows += q.rows
		u.cost += q.cost
		single = single && q.dist.kind == distSingle
	}
	for i, c := range n.Cols {
		p.describeUnion(c, i, u)
	}
	switch keys, ok := u.placement(n); {
	case single:
		u.dist = dist{kind: distSingle}
	case ok:
		u.dist = dist{kind: distHash, keys: keys}
	}
	return u, nil
}

// placement is the columns by whose hash the rows of all inputs lie, if they do.
func (u *unionOp) placement(n *algebra.Union) ([]algebra.ColumnID, bool) {
	var at []int
	for k, in := range u.in {
		d := in.out().dist
		if d.kind != distHash || len(d.keys) == 0 || k > 0 && len(d.keys) != len(at) {
			return nil, false
		}
		for j, id := range d.keys {
			i := columnAt(n.In[k].Columns(), id)
			if i < 0 || k > 0 && at[j] != i || n.In[k].Columns()[i].Type.DistClass() != n.Cols[i].Type.DistClass() {
				return nil, false
			}
			if k == 0 {
				at = append(at, i)
			}
		}
	}
	keys := make([]algebra.ColumnID, len(at))
	for j, i := range at {
		keys[j] = n.Cols[i].ID
	}
	return keys, true
}

func (n *unionOp) inputs() []physical { return n.in }

// emit lets every input fill one exchange, whose rows stay on their node.
func (n *unionOp) emit(e *emitter, want algebra.IDs) (*pipe, error) {
	var at []int
	for i, c := range n.cols {
		if want[c.ID] {
			at = append(at, i)
		}
	}
	if len(at) == 0 {
		at = []int{0} // rows that are only counted
	}
	arms, exprs := make([]*pipe, len(n.in)), make([][]*plan.Expr, len(n.in))
	for k, in := range n.in {
		cols := in.out().cols
		ids := algebra.IDs{}
		for _, i := range at {
			ids[cols[i].ID] = true
		}
		p, err := e.emit(in, ids)
		if err != nil {
			return nil, err
		}
		for _, i := range at {
			exprs[k] = append(exprs[k], p.column(p.place(cols[i].ID)))
		}
		arms[k] = p
	}
	out := make([]algebra.Column, len(at))
	for k, i := range at {
		out[k] = n.cols[i]
	}
	return e.merge(arms, exprs, out), nil
}

// merge lets all arms send their exprs as cols to one exchange, whose rows stay on their node.
func (e *emitter) merge(arms []*pipe, exprs [][]*plan.Expr, cols []algebra.Column) *pipe {
	x := e.nextExchange()
	where := plan.OneSlice
	for k, p := range arms {
		p.seg.Sink = plan.Sink{Kind: program.SinkDist, Exchange: x, Dist: program.DistLocal, LimitParam: -1, OffsetParam: -1,
			Cols: exprs[k]}
		e.sender[x] = append(e.sender[x], p.seg)
		if p.seg.Where != plan.OneSlice {
			where = p.seg.Where
		}
	}
	if where == plan.EveryNode {
		where = plan.EverySlice
	}
	out := make([]plan.Column, len(cols))
	for i, c := range cols {
		out[i] = planColumn(c)
	}
	r := e.open(where, plan.Source{Kind: program.SourceReceive, Exchange: x, Cols: out}, idsOf(cols))
	e.receiver[x] = r.seg
	return r
}

// merged reports whether p is nothing but the rows that several segments send to their own node.
func (e *emitter) merged(p *pipe) bool {
	s := p.seg
	from := e.sender[s.Source.Exchange]
	return s.Source.Kind == program.SourceReceive && len(s.Steps) == 0 && !e.isLoopOut(s.Source.Exchange) &&
		len(from) > 0 && from[0].Sink.Dist == program.DistLocal
}

// redirect makes the senders of a merged pipe do what its segment, which is no more, would have done: send its rows, or
// put them into a table.
func (e *emitter) redirect(p *pipe, to plan.Sink) {
	x := p.seg.Source.Exchange
	e.replace(p.seg, e.sender[x], x)
	for _, s := range e.sender[x] {
		from := s.Sink.Cols
		through := func(es []*plan.Expr) []*plan.Expr {
			out := make([]*plan.Expr, len(es))
			for i, c := range es {
				out[i] = c.Map(func(c *plan.Expr) *plan.Expr {
					if c.Kind != expr.Column {
						return nil
					}
					return from[c.Col].As(c.Type)
				})
			}
			return out
		}
		own := to
		own.Keys, own.Cols = through(to.Keys), through(to.Cols)
		own.Aggs = slices.Clone(to.Aggs)
		for i, a := range own.Aggs {
			if a.Arg != nil {
				own.Aggs[i].Arg = through([]*plan.Expr{a.Arg})[0]
			}
		}
		s.Sink = own
		if to.Kind.Fills() {
			e.fillers[to.TableID] = append(e.fillers[to.TableID], s)
		} else {
			e.sender[to.Exchange] = append(e.sender[to.Exchange], s)
		}
	}
	for _, l := range e.loops {
		if l.out == x {
			l.out = to.Exchange
		}
	}
	delete(e.sender, x)
	delete(e.receiver, x)
	e.segs = slices.DeleteFunc(e.segs, func(s *plan.Segment) bool { return s == p.seg })
}

func (op *unionOp) explain(x *explainer, n *plan.Node, want algebra.IDs) *plan.Node {
	n.Type, n.TotalCost = "Append", 0
	for k, in := range op.in {
		ids := algebra.IDs{}
		for i, c := range op.cols {
			if want[c.ID] {
				ids[in.out().cols[i].ID] = true
			}
		}
		arm := x.above(x.node(in, ids), "Subquery Scan")
		arm.Alias = fmt.Sprintf("*SELECT* %d", k+1)
		n.Children = append(n.Children, arm)
		n.StartupCost += arm.StartupCost
		n.TotalCost += arm.TotalCost
	}
	return n
}
