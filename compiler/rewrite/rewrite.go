package rewrite

import (
	"slipher/compiler/algebra"
)

// rule rewrites a whole tree.
type rule struct {
	name  string
	apply func(algebra.Node) algebra.Node
}

// rules in order. Negations first: they turn into comparisons that constants
// folds; pulling up projections last, on conjuncts that are final.
func rules() []rule {
	return []rule{
		{"negation", eachExpr(pushNot)},
		{"constants", func(n algebra.Node) algebra.Node { return foldNode(eachExpr(foldExpr)(n)) }},
		{"concat", eachExpr(balanceChain)},
		{"pullup", pullUpRoot},
	}
}

// Apply runs all rules over s, in place.
func Apply(s *algebra.Statement) {
	for _, r := range rules() {
		s.Root = r.apply(s.Root)
	}
}

// eachExpr makes a rule of a function on whole expressions.
func eachExpr(f func(*algebra.Expr) *algebra.Expr) func(algebra.Node) algebra.Node {
	return func(n algebra.Node) algebra.Node {
		walk(n, func(x algebra.Node) { mapExprs(x, f) })
		return n
	}
}

// walk visits n and everything below it.
func walk(n algebra.Node, visit func(algebra.Node)) {
	visit(n)
	for _, in := range n.Inputs() {
		walk(in, visit)
	}
}

// replaceInputs puts f of each input in its place.
func replaceInputs(n algebra.Node, f func(algebra.Node) algebra.Node) {
	switch x := n.(type) {
	case *algebra.Select:
		x.In = f(x.In)
	case *algebra.Project:
		x.In = f(x.In)
	case *algebra.Join:
		x.Left, x.Right = f(x.Left), f(x.Right)
	case *algebra.Aggregate:
		x.In = f(x.In)
	case *algebra.Distinct:
		x.In = f(x.In)
	case *algebra.Sort:
		x.In = f(x.In)
	case *algebra.Limit:
		x.In = f(x.In)
	}
}

// mapExprs replaces every expression that n holds.
func mapExprs(n algebra.Node, f func(*algebra.Expr) *algebra.Expr) {
	all := func(es []*algebra.Expr) {
		for i, e := range es {
			es[i] = f(e)
		}
	}
	switch x := n.(type) {
	case *algebra.Values:
		for _, r := range x.Rows {
			all(r)
		}
	case *algebra.Select:
		all(x.Preds)
	case *algebra.Project:
		all(x.Exprs)
	case *algebra.Join:
		all(x.On)
	case *algebra.Aggregate:
		all(x.Keys)
		for _, a := range x.Aggs {
			all(a.Args)
		}
	case *algebra.Sort:
		for i := range x.Keys {
			x.Keys[i].Expr = f(x.Keys[i].Expr)
		}
	}
}
