package rewrite

import (
	"slices"

	"slipher/catalog/fn"
	"slipher/catalog/sqlerr"
	"slipher/catalog/types"
	"slipher/compiler/algebra"
	"slipher/compiler/expr"
)

// Env is what rules need to know beside the statement.
type Env struct {
	// Fn is the table of operations.
	Fn *fn.Table
	// Fold evaluates an expression without columns, whose parameters are literals, by
	// running it as generated code on the leader. May be nil; an error leaves the
	// expression as it is, to fail when rows reach it.
	Fold func(e *algebra.Expr, params []expr.Param) (types.Datum, error)
	// TrustKeys: declared keys are taken for granted. Nobody enforces them.
	TrustKeys bool
}

// rule rewrites a whole tree, or the statement. It copies what it changes.
type rule struct {
	name  string
	apply func(r *run, n algebra.Node) algebra.Node
	whole func(r *run) // instead of apply
}

// rules, in the order in which they run. Definitions first, then subqueries: others see no references and no correlated
// part. Then negations: they turn into comparisons that constants folds; pulling up projections on conjuncts that are
// final, joins that no column is read of gone, and pushing conjuncts down between the joins that are then together.
// What that makes of expressions is folded and computed at the end, if it can be; what has no rows then is gone. Where
// equal expressions are, is known last.
var rules = []rule{
	{name: "with", whole: inlineDefinitions},
	{name: "unnest", whole: unnestSubqueries},
	{name: "implied", whole: dropImplied},
	{name: "negation", apply: eachExpr(pushNot)},
	{name: "constants", apply: foldConstants},
	{name: "chain", apply: eachExpr(balanceChain)},
	{name: "unsorted", apply: dropSorts},
	{name: "distinct", apply: dropDistinct},
	{name: "pullup", apply: pullUpRoot},
	{name: "literals", apply: foldLiterals},
	{name: "factor", apply: factorConjuncts},
	{name: "outerjoin", apply: innerJoins},
	{name: "unread", apply: dropUnread},
	{name: "pushdown", apply: pushDown},
	{name: "definitions", whole: restrictDefinitions},
	{name: "literals", apply: foldLiterals},
	{name: "constants", apply: foldConstants},
	{name: "onescan", apply: oneScan},
	{name: "empty", apply: dropEmpty},
	{name: "latekeys", apply: lateKeys},
	{name: "common", apply: carryCommon},
}

// run is one application of the rules to a statement.
type run struct {
	env     Env
	st      *algebra.Statement
	numbers expr.Numbers[algebra.ColumnID] // of equal expressions: literals are the same if their values are
	folds   int                            // expressions evaluated
	err     error                          // the first: what no rule can do
}

// numberLiterals has equal literals taken for the same.
func (r *run) numberLiterals() {
	r.numbers.Param = expr.SameLiterals(func() []expr.Param { return r.st.Params })
}

// refuse notes that something is not supported.
func (r *run) refuse(format string, args ...any) {
	if r.err == nil {
		r.err = sqlerr.Unsupported(format, args...)
	}
}

// Apply gives the statement that all rules make of s.
func Apply(s *algebra.Statement, env Env) (*algebra.Statement, error) { return Trace(s, env, nil) }

// Trace is Apply; f, if any, sees the trees behind each rule that changed one.
func Trace(s *algebra.Statement, env Env, f func(rule string, st *algebra.Statement)) (*algebra.Statement, error) {
	own := *s
	own.Params = append([]expr.Param(nil), s.Params...)
	r := &run{env: env, st: &own}
	r.numberLiterals()
	for _, x := range rules {
		before := ""
		if f != nil {
			before = algebra.FormatTrees(&own)
		}
		r.apply(&x)
		if r.err != nil {
			return nil, r.err
		}
		if f != nil && algebra.FormatTrees(&own) != before {
			f(x.name, &own)
		}
	}
	return &own, nil
}

// apply applies a rule to all trees of the statement.
func (r *run) apply(x *rule) {
	if x.whole != nil {
		x.whole(r)
		return
	}
	defs := slices.Clone(r.st.Defs)
	for i := range defs {
		defs[i].Root = x.apply(r, defs[i].Root)
	}
	r.st.Defs, r.st.Root = defs, x.apply(r, r.st.Root)
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
			return x.WithOn(on)
		}
	}
	return n
}
