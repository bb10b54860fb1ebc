package rewrite

import (
	"slipher/compiler/algebra"
	"slipher/compiler/expr"
)

// renames maps columns that are gone to those they were copies of.
type renames map[algebra.ColumnID]algebra.ColumnID

// pullUpRoot takes projections that only rename columns out of the middle of the
// tree, so that joins in subqueries and around them are ordered together:
//
//	join(project(select(scan t)), u)  →  join(select(scan t), u)
//
// A projection stays where the set of columns matters: at the root, under
// DISTINCT, and under Sort and Limit, which belong to a result.
func pullUpRoot(_ *run, n algebra.Node) algebra.Node { return keepColumns(n) }

// keepColumns rewrites below n and leaves n's own columns as they are.
func keepColumns(n algebra.Node) algebra.Node {
	switch n.(type) {
	case *algebra.Project, *algebra.Aggregate:
		n, _ = pullUpBelow(n)
		return n
	}
	return algebra.MapInputs(n, keepColumns)
}

// pullUp rewrites n, whose parent does not mind which columns it has as long as
// it can rename its references.
func pullUp(n algebra.Node) (algebra.Node, renames) {
	switch x := n.(type) {
	case *algebra.Project:
		if !x.Renames() {
			break
		}
		in, r := pullUp(x.In)
		out := renames{}
		for id, to := range r {
			out[id] = to
		}
		for i, c := range x.Cols {
			out[c.ID] = r.of(x.Exprs[i].Col)
		}
		return in, out
	case *algebra.Select, *algebra.Join, *algebra.Expand:
		return pullUpBelow(n)
	}
	return keepColumns(n), nil
}

// pullUpBelow rewrites what is below n, and n's own references.
func pullUpBelow(n algebra.Node) (algebra.Node, renames) {
	all := renames{}
	n = algebra.MapInputs(n, func(in algebra.Node) algebra.Node {
		out, r := pullUp(in)
		for id, to := range r {
			all[id] = to
		}
		return out
	})
	return n.MapExprs(all.apply), all
}

func (r renames) of(id algebra.ColumnID) algebra.ColumnID {
	if to, ok := r[id]; ok {
		return to
	}
	return id
}

// apply renames the columns of e. A reference keeps its own type and whether it
// may be NULL: an outer join above the projection may have added that.
func (r renames) apply(e *algebra.Expr) *algebra.Expr {
	if len(r) == 0 {
		return e
	}
	if e.Kind == expr.Column {
		to, ok := r[e.Col]
		if !ok {
			return e
		}
		c := *e
		c.Col = to
		return &c
	}
	return e.MapArgs(r.apply)
}
