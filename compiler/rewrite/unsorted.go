package rewrite

import "slipher/compiler/algebra"

// dropSorts takes orders away that nobody sees:
//
//	aggregate(sort(t))  →  aggregate(t)
//
// What is seen is that of the result, unless the rows go into a table, and that which a LIMIT cuts.
func dropSorts(r *run, n algebra.Node) algebra.Node { return unsorted(n, !r.st.Changes()) }

func unsorted(n algebra.Node, seen bool) algebra.Node {
	switch x := n.(type) {
	case *algebra.Sort:
		if !seen {
			return unsorted(x.In, false)
		}
		seen = false
	case *algebra.Limit:
		seen = true
	case *algebra.Project:
	default:
		seen = false
	}
	return algebra.MapInputs(n, func(in algebra.Node) algebra.Node { return unsorted(in, seen) })
}
