package rewrite

import (
	"slices"

	"slipher/catalog/types"
	"slipher/compiler/algebra"
	"slipher/compiler/expr"
)

// Env is what rules need to know beside the statement.
type Env struct {
	// Fold evaluates an expression without columns, whose parameters are literals, by
	// running it as generated code on the leader. May be nil; an error leaves the
	// expression as it is, to fail when rows reach it.
	Fold func(e *algebra.Expr, params []expr.Param) (types.Datum, error)
}

// rule rewrites a whole tree. It copies what it changes.
type rule struct {
	name  string
	apply func(r *run, n algebra.Node) algebra.Node
}

// rules, in the order in which they run. Definitions first: others see no references. Then negations: they turn into
// comparisons that constants folds; pulling up projections on conjuncts that are final, and pushing conjuncts down
// between the joins that are then together. What that makes of expressions is computed at the end, if it can be.
var rules = []rule{
	{"with", inlineDefinitions},
	{"negation", eachExpr(pushNot)},
	{"constants", foldConstants},
	{"chain", eachExpr(balanceChain)},
	{"unsorted", dropSorts},
	{"distinct", dropDistinct},
	{"pullup", pullUpRoot},
	{"literals", foldLiterals},
	{"factor", factorConjuncts},
	{"outerjoin", innerJoins},
	{"pushdown", pushDown},
	{"literals", foldLiterals},
	{"latekeys", lateKeys},
}

// run is one application of the rules to a statement.
type run struct {
	env     Env
	st      *algebra.Statement
	numbers expr.Numbers[algebra.ColumnID] // of equal expressions: literals are the same if their values are
	folds   int                            // expressions evaluated
}

// Apply gives the statement that all rules make of s.
func Apply(s *algebra.Statement, env Env) *algebra.Statement { return Trace(s, env, nil) }

// Trace is Apply; f, if any, sees the tree behind each rule that changed it.
func Trace(s *algebra.Statement, env Env, f func(rule string, n algebra.Node)) *algebra.Statement {
	own := *s
	own.Params = append([]expr.Param(nil), s.Params...)
	r := &run{env: env, st: &own}
	r.numbers.Param = expr.SameLiterals(func() []expr.Param { return own.Params })
	for _, x := range rules {
		root := x.apply(r, own.Root)
		if root != own.Root && f != nil && algebra.FormatTree(root) != algebra.FormatTree(own.Root) {
			f(x.name, root)
		}
		own.Root = root
	}
	return &own
}

// eachExpr makes a rule of a function on whole expressions.
func eachExpr(f func(*algebra.Expr) *algebra.Expr) func(*run, algebra.Node) algebra.Node {
	return func(_ *run, n algebra.Node) algebra.Node { return algebra.MapAllExprs(n, f) }
}

// eachConjuncts is the tree n with f of the conjuncts of each Select and Join; one that has none left is gone.
func eachConjuncts(n algebra.Node, f func([]*algebra.Expr) []*algebra.Expr) algebra.Node {
	n = algebra.MapInputs(n, func(in algebra.Node) algebra.Node { return eachConjuncts(in, f) })
	switch x := n.(type) {
	case *algebra.Select:
		if preds := f(x.Preds); !slices.Equal(preds, x.Preds) {
			return algebra.Where(x.In, preds)
		}
	case *algebra.Join:
		if on := f(x.On); !slices.Equal(on, x.On) {
			return &algebra.Join{Kind: x.Kind, Left: x.Left, Right: x.Right, On: on}
		}
	}
	return n
}
