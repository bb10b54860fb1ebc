package rewrite

import "slipher/compiler/plan"

// minConcat is the number of strings from which a chain is worth balancing: shorter ones
// copy little twice and stay as they were written.
const minConcat = 8

// balanceConcat makes a long chain of || a tree as shallow as can be:
//
//	((a || b) || c) || d  →  (a || b) || (c || d)
//
// Each step copies all that stands in front of it, so that a chain of n strings copies about n²/2
// of them and a tree n log n. What comes out is the same: || is associative, NULL if any string is,
// and an intermediate result is too long only if the whole is.
func balanceConcat(e *plan.Expr) *plan.Expr {
	if !isConcat(e) {
		return mapArgs(e, balanceConcat)
	}
	var parts []*plan.Expr
	var collect func(x *plan.Expr)
	collect = func(x *plan.Expr) {
		if !isConcat(x) {
			parts = append(parts, balanceConcat(x))
			return
		}
		collect(x.Args[0])
		collect(x.Args[1])
	}
	collect(e)
	if len(parts) < minConcat {
		return mapArgs(e, balanceConcat)
	}
	return concatTree(e, parts)
}

func isConcat(e *plan.Expr) bool { return e.Kind == plan.ExprCall && e.Op == "concat" }

// concatTree is parts, in order, as a balanced tree of calls like root.
func concatTree(root *plan.Expr, parts []*plan.Expr) *plan.Expr {
	if len(parts) == 1 {
		return parts[0]
	}
	half := len(parts) / 2
	c := *root
	c.Args = []*plan.Expr{concatTree(root, parts[:half]), concatTree(root, parts[half:])}
	c.Nullable = c.Args[0].Nullable || c.Args[1].Nullable
	return &c
}
