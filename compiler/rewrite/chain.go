package rewrite

import (
	"slipher/compiler/algebra"
	"slipher/compiler/expr"
)

// minChain is the number of strings from which a chain is worth balancing: shorter ones
// copy little twice and stay as they were written.
const minChain = 8

// balanceChain makes a long chain of an associative operation, which || is, a tree as shallow as can be:
//
//	((a || b) || c) || d  →  (a || b) || (c || d)
//
// Each step copies all that stands in front of it, so that a chain of n strings copies about n²/2
// of them and a tree n log n. What comes out is the same: || is associative, NULL if any string is,
// and an intermediate result is too long only if the whole is.
func balanceChain(e *algebra.Expr) *algebra.Expr {
	if !isChain(e) {
		return e.MapArgs(balanceChain)
	}
	var parts []*algebra.Expr
	var collect func(x *algebra.Expr)
	collect = func(x *algebra.Expr) {
		if !isChain(x) || x.Op != e.Op {
			parts = append(parts, balanceChain(x))
			return
		}
		collect(x.Args[0])
		collect(x.Args[1])
	}
	collect(e)
	if len(parts) < minChain {
		return e.MapArgs(balanceChain)
	}
	return chainTree(e, parts)
}

func isChain(e *algebra.Expr) bool { return e.Kind == expr.Call && e.Op.Associative }

// chainTree is parts, in order, as a balanced tree of calls like root.
func chainTree(root *algebra.Expr, parts []*algebra.Expr) *algebra.Expr {
	if len(parts) == 1 {
		return parts[0]
	}
	half := len(parts) / 2
	c := *root
	c.Args = []*algebra.Expr{chainTree(root, parts[:half]), chainTree(root, parts[half:])}
	c.Nullable = c.Args[0].Nullable || c.Args[1].Nullable
	return &c
}
