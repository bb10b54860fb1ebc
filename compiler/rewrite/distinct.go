package rewrite

import (
	"slipher/compiler/algebra"
	"slipher/compiler/expr"
)

// dropDistinct takes away a DISTINCT that finds no duplicates, and one whose duplicates do not matter:
//
//	distinct(project(k, s)(aggregate(k, sum(x) as s)(t)))  →  project(k, s)(aggregate(k, sum(x) as s)(t))
//	aggregate(k, max(v))(distinct(k, v)(t))                →  aggregate(k, max(v))(t)
//
// The first needs all keys of the grouping among its columns; the second only aggregates that ignore duplicates.
func dropDistinct(r *run, n algebra.Node) algebra.Node {
	n = algebra.MapInputs(n, func(in algebra.Node) algebra.Node { return dropDistinct(r, in) })
	switch x := n.(type) {
	case *algebra.Distinct:
		if unique(x.In, algebra.IDsOf(x.In.Columns())) {
			return x.In
		}
	case *algebra.Aggregate:
		if d, ok := x.In.(*algebra.Distinct); ok && ignoresDuplicates(x) {
			return x.WithInputs([]algebra.Node{d.In})
		}
	}
	return n
}

// unique reports whether no two rows of n agree in its columns cols.
func unique(n algebra.Node, cols algebra.IDs) bool {
	switch x := n.(type) {
	case *algebra.Select, *algebra.Sort, *algebra.Limit:
		return unique(n.Inputs()[0], cols)
	case *algebra.Project:
		below := algebra.IDs{}
		for i, e := range x.Exprs {
			if cols[x.Cols[i].ID] && e.Kind == expr.Column {
				below[e.Col] = true
			}
		}
		return unique(x.In, below)
	case *algebra.Join:
		switch x.Kind {
		case algebra.Left:
			return matchesOnce(x) && unique(x.Left, cols)
		case algebra.Semi, algebra.Anti, algebra.Mark:
			return unique(x.Left, cols)
		}
	case *algebra.Distinct:
		return covers(cols, x.Columns())
	case *algebra.Aggregate:
		return covers(cols, x.Cols[:len(x.Keys)])
	}
	return false
}

func covers(ids algebra.IDs, cols []algebra.Column) bool {
	for _, c := range cols {
		if !ids[c.ID] {
			return false
		}
	}
	return true
}

// ignoresDuplicates reports whether a grouping gives the same for rows that come once and that come often.
func ignoresDuplicates(n *algebra.Aggregate) bool {
	for _, a := range n.Aggs {
		if !a.Distinct && !a.Fn.IgnoresDuplicates {
			return false
		}
	}
	same := true
	n.EachExpr(func(e *algebra.Expr) { same = same && !e.Volatile() })
	return same
}
