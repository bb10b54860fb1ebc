package rewrite

import (
	"slices"

	"slipher/compiler/algebra"
)

// oneScan makes one grouping of several without keys that read the same rows, if they are joined:
//
//	join(aggregate(count(*))(t), aggregate(sum(x))(t))  →  aggregate(count(*), sum(x))(t)
//
// Each has exactly one row. That is what scalar subqueries become that ask different things of the same rows.
func oneScan(r *run, n algebra.Node) algebra.Node {
	if out := r.oneScan(n); slices.Equal(out.Columns(), n.Columns()) {
		return out
	}
	return n // whose columns are known by their places
}

func (r *run) oneScan(n algebra.Node) algebra.Node {
	switch n.(type) {
	case *algebra.Project, *algebra.Aggregate, *algebra.Select, *algebra.Join, *algebra.Sort, *algebra.Limit,
		*algebra.Window:
		n = algebra.MapInputs(n, r.oneScan) // by their ids
	default:
		n = algebra.MapInputs(n, func(in algebra.Node) algebra.Node { return oneScan(r, in) })
	}
	x, ok := n.(*algebra.Join)
	if !ok || x.Lateral || x.Kind != algebra.Inner && (x.Kind != algebra.Left || len(x.On) > 0) {
		return n
	}
	if a, ok := single(x.Right); ok {
		if left := r.joined(x.Left, a); left != nil {
			return algebra.Where(left, x.On)
		}
	}
	if a, ok := single(x.Left); ok && x.Kind == algebra.Inner {
		if right := r.joined(x.Right, a); right != nil {
			return algebra.Where(right, x.On)
		}
	}
	return n
}

// single is n as a grouping without keys.
func single(n algebra.Node) (*algebra.Aggregate, bool) {
	a, ok := n.(*algebra.Aggregate)
	return a, ok && len(a.Keys) == 0
}

// joined is the tree n with a's columns as well, from a grouping of the same rows that it has; nil if it has none.
func (r *run) joined(n algebra.Node, a *algebra.Aggregate) algebra.Node {
	if o, ok := single(n); ok {
		return r.together(o, a)
	}
	x, ok := n.(*algebra.Join)
	if !ok || x.Kind == algebra.Full {
		return nil
	}
	if left := r.joined(x.Left, a); left != nil {
		return x.WithInputs([]algebra.Node{left, x.Right})
	}
	if x.Kind != algebra.Inner {
		return nil
	}
	if right := r.joined(x.Right, a); right != nil {
		return x.WithInputs([]algebra.Node{x.Left, right})
	}
	return nil
}

// together is one grouping for both, nil if they read different rows.
func (r *run) together(a, b *algebra.Aggregate) algebra.Node {
	s := &sameRows{r: r, to: renames{}}
	if !s.tree(a.In, b.In) {
		return nil
	}
	out := *a
	out.Cols = append(slices.Clone(a.Cols), b.Cols...)
	out.Aggs = slices.Clone(a.Aggs)
	for _, c := range b.Aggs {
		args := make([]*algebra.Expr, len(c.Args))
		for i, e := range c.Args {
			args[i] = s.to.apply(e)
		}
		c.Args = args
		out.Aggs = append(out.Aggs, c)
	}
	return &out
}

// sameRows finds out whether two trees have the same rows. What a node is that it does not know is another each time.
type sameRows struct {
	r  *run
	to renames // columns of the second tree, by those of the first
}

// tree reports whether b has a's rows, and notes which columns are the same.
func (s *sameRows) tree(a, b algebra.Node) bool {
	switch x := a.(type) {
	case *algebra.Scan:
		y, ok := b.(*algebra.Scan)
		return ok && x.Table != nil && x.Table == y.Table && slices.Equal(x.ColNos, y.ColNos) && s.cols(x.Cols, y.Cols)
	case *algebra.Select:
		y, ok := b.(*algebra.Select)
		return ok && s.tree(x.In, y.In) && s.exprs(x.Preds, y.Preds)
	case *algebra.Join:
		y, ok := b.(*algebra.Join)
		return ok && x.Kind == y.Kind && x.Kind != algebra.Mark && !x.Lateral && !y.Lateral && s.tree(x.Left, y.Left) &&
			s.tree(x.Right, y.Right) && s.exprs(x.On, y.On)
	case *algebra.Project:
		y, ok := b.(*algebra.Project)
		return ok && s.tree(x.In, y.In) && s.exprs(x.Exprs, y.Exprs) && s.cols(x.Cols, y.Cols)
	case *algebra.Distinct:
		y, ok := b.(*algebra.Distinct)
		return ok && s.tree(x.In, y.In)
	case *algebra.Aggregate:
		y, ok := b.(*algebra.Aggregate)
		return ok && x.SetOp == y.SetOp && s.tree(x.In, y.In) && s.exprs(x.Keys, y.Keys) &&
			slices.EqualFunc(x.Aggs, y.Aggs, func(c, d algebra.AggCall) bool {
				return c.Fn == d.Fn && c.Distinct == d.Distinct && s.exprs(c.Args, d.Args)
			}) && s.cols(x.Cols, y.Cols)
	}
	return false
}

func (s *sameRows) exprs(a, b []*algebra.Expr) bool {
	return slices.EqualFunc(a, b, func(x, y *algebra.Expr) bool {
		return !x.Volatile() && s.r.numbers.Same(x, s.to.apply(y))
	})
}

func (s *sameRows) cols(a, b []algebra.Column) bool {
	if len(a) != len(b) {
		return false
	}
	for i, c := range b {
		s.to[c.ID] = a[i].ID
	}
	return true
}
