package rewrite

import (
	"slices"

	"slipher/compiler/algebra"
	"slipher/compiler/expr"
)

// dropDistinct takes away a DISTINCT that finds no duplicates, and one whose duplicates do not matter:
//
//	distinct(project(k, s)(aggregate(k, sum(x) as s)(t)))  →  project(k, s)(aggregate(k, sum(x) as s)(t))
//	aggregate(k, max(v))(distinct(k, v)(t))                →  aggregate(k, max(v))(t)
//	aggregate(count(distinct k))(aggregate(k)(t))          →  aggregate(count(k))(aggregate(k)(t))
//
// The first needs all keys of the grouping among its columns; the second only aggregates that ignore duplicates.
func dropDistinct(r *run, n algebra.Node) algebra.Node {
	n = algebra.MapInputs(n, func(in algebra.Node) algebra.Node { return dropDistinct(r, in) })
	switch x := n.(type) {
	case *algebra.Distinct:
		if r.unique(x.In, algebra.IDsOf(x.In.Columns())) {
			return x.In
		}
	case *algebra.Aggregate:
		if d, ok := x.In.(*algebra.Distinct); ok && ignoresDuplicates(x) {
			return x.WithInputs([]algebra.Node{d.In})
		}
		return r.distinctArguments(x)
	}
	return n
}

// distinctArguments is n without the DISTINCT of aggregates that see each value once in a group.
func (r *run) distinctArguments(n *algebra.Aggregate) algebra.Node {
	aggs := slices.Clone(n.Aggs)
	changed := false
	for i := range aggs {
		if a := &aggs[i]; a.Distinct && r.unique(n.In, columnsAmong(append(slices.Clone(n.Keys), a.Args[0]))) {
			a.Distinct, changed = false, true
		}
	}
	if !changed {
		return n
	}
	out := *n
	out.Aggs = aggs
	return &out
}

// columnsAmong are the columns that are expressions of es by themselves.
func columnsAmong(es []*algebra.Expr) algebra.IDs {
	ids := algebra.IDs{}
	for _, e := range es {
		if e = distinctly(e); e.Kind == expr.Column {
			ids[e.Col] = true
		}
	}
	return ids
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
