package rewrite

import (
	"slipher/catalog/types"
	"slipher/compiler/algebra"
	"slipher/compiler/plan"
)

// foldExpr folds TRUE, FALSE and NULL out of logic, CASE and COALESCE. No
// operation is computed here: constants run through the same primitives as
// everything else.
func foldExpr(e *plan.Expr) *plan.Expr {
	e = mapArgs(e, foldExpr)
	switch e.Kind {
	case plan.ExprAnd:
		return foldLogic(e, false)
	case plan.ExprOr:
		return foldLogic(e, true)
	case plan.ExprNot:
		if v, ok := truthOf(e.Args[0]); ok {
			return truth(!v)
		}
		if isNull(e.Args[0]) {
			return e.Args[0]
		}
	case plan.ExprIsNull, plan.ExprIsNotNull:
		want := e.Kind == plan.ExprIsNull
		if isNull(e.Args[0]) {
			return truth(want)
		}
		if !e.Args[0].Nullable && !mayFail(e.Args[0]) {
			return truth(!want)
		}
	case plan.ExprCase:
		return foldCase(e)
	case plan.ExprCoalesce:
		return foldCoalesce(e)
	}
	return e
}

// foldLogic folds AND (decisive is false) or OR (true): a decisive constant ends
// the list, for what stands behind it is never evaluated; the other one goes.
func foldLogic(e *plan.Expr, decisive bool) *plan.Expr {
	c := *e
	c.Args, c.Nullable = nil, false
	for _, a := range e.Args {
		v, ok := truthOf(a)
		if ok && v != decisive {
			continue
		}
		if ok && len(c.Args) == 0 {
			return a
		}
		c.Args = append(c.Args, a)
		c.Nullable = c.Nullable || a.Nullable
		if ok {
			break
		}
	}
	switch len(c.Args) {
	case 0:
		return truth(!decisive)
	case 1:
		return c.Args[0]
	}
	return &c
}

// foldCase drops arms that cannot be taken and ends at one that is.
func foldCase(e *plan.Expr) *plan.Expr {
	c := *e
	c.Args, c.Nullable = nil, false
	last := e.Args[len(e.Args)-1]
	for i := 0; i+1 < len(e.Args); i += 2 {
		cond, result := e.Args[i], e.Args[i+1]
		v, ok := truthOf(cond)
		if ok && !v || isNull(cond) {
			continue
		}
		if ok {
			last = result
			break
		}
		c.Args = append(c.Args, cond, result)
		c.Nullable = c.Nullable || result.Nullable
	}
	if len(c.Args) == 0 {
		return last
	}
	c.Args = append(c.Args, last)
	c.Nullable = c.Nullable || last.Nullable
	return &c
}

// foldCoalesce drops NULLs and what stands behind an argument that is never NULL.
func foldCoalesce(e *plan.Expr) *plan.Expr {
	c := *e
	c.Args, c.Nullable = nil, true
	for _, a := range e.Args {
		if isNull(a) {
			continue
		}
		c.Args = append(c.Args, a)
		if !a.Nullable {
			c.Nullable = false
			break
		}
	}
	switch len(c.Args) {
	case 0:
		return e.Args[0]
	case 1:
		return c.Args[0]
	}
	return &c
}

// foldNode drops conjuncts that are TRUE and Selects without any.
func foldNode(n algebra.Node) algebra.Node {
	replaceInputs(n, foldNode)
	switch x := n.(type) {
	case *algebra.Select:
		if x.Preds = conjuncts(x.Preds); len(x.Preds) == 0 {
			return x.In
		}
	case *algebra.Join:
		x.On = conjuncts(x.On)
	}
	return n
}

// conjuncts flattens ANDs and drops TRUE.
func conjuncts(es []*plan.Expr) []*plan.Expr {
	var out []*plan.Expr
	for _, e := range es {
		switch v, ok := truthOf(e); {
		case ok && v:
		case e.Kind == plan.ExprAnd:
			out = append(out, conjuncts(e.Args)...)
		default:
			out = append(out, e)
		}
	}
	return out
}

// truthOf is the value of a BOOLEAN constant.
func truthOf(e *plan.Expr) (value, ok bool) {
	return e.Const.Lo != 0, e.Kind == plan.ExprConst && e.Type.Kind == types.Bool && !e.Const.Null
}

func isNull(e *plan.Expr) bool { return e.Kind == plan.ExprConst && e.Const.Null }

func truth(v bool) *plan.Expr {
	return &plan.Expr{Kind: plan.ExprConst, Type: types.TBool, Const: types.BoolDatum(v)}
}

// mayFail reports whether dropping e could drop an error: anything that computes.
func mayFail(e *plan.Expr) bool {
	if e.Kind == plan.ExprCall {
		return true
	}
	for _, a := range e.Args {
		if mayFail(a) {
			return true
		}
	}
	return false
}
