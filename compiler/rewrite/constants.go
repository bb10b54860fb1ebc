package rewrite

import (
	"slipher/compiler/algebra"
	"slipher/compiler/expr"
)

// foldConstants folds constants out of expressions, and drops what is always TRUE among conjuncts:
//
//	WHERE x AND TRUE               →  WHERE x          CASE WHEN FALSE THEN a ELSE b END  →  b
//	WHERE NULL IS NULL             →                   COALESCE(NULL, x, y), x not NULL   →  x
//	WHERE FALSE AND a / 0 = 1      →  WHERE FALSE      a IS NULL, a never NULL            →  FALSE
func foldConstants(_ *run, n algebra.Node) algebra.Node {
	n = algebra.MapAllExprs(n, foldExpr)
	return eachConjuncts(n, func(es []*algebra.Expr) []*algebra.Expr { return expr.Conjuncts(es...) })
}

// foldExpr folds TRUE, FALSE and NULL out of logic, CASE and COALESCE. No
// operation is computed here: constants run through the same primitives as
// everything else.
func foldExpr(e *algebra.Expr) *algebra.Expr {
	e = e.MapArgs(foldExpr)
	switch e.Kind {
	case expr.And:
		return foldLogic(e, false)
	case expr.Or:
		return foldLogic(e, true)
	case expr.Not:
		if v, ok := e.Args[0].TruthOf(); ok {
			return algebra.Truth(!v)
		}
		if e.Args[0].IsNullConst() {
			return e.Args[0]
		}
	case expr.IsNull, expr.IsNotNull:
		want := e.Kind == expr.IsNull
		if e.Args[0].IsNullConst() {
			return algebra.Truth(want)
		}
		if !e.Args[0].Nullable && e.Args[0].Failure() == expr.Never {
			return algebra.Truth(!want)
		}
	case expr.Case:
		return foldCase(e)
	case expr.Coalesce:
		return foldCoalesce(e)
	}
	return e
}

// foldLogic folds AND (decisive is false) or OR (true): a decisive constant ends
// the list, for what stands behind it is never evaluated; the other one goes.
func foldLogic(e *algebra.Expr, decisive bool) *algebra.Expr {
	c := *e
	c.Args, c.Nullable = nil, false
	for _, a := range e.Args {
		v, ok := a.TruthOf()
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
		return algebra.Truth(!decisive)
	case 1:
		return c.Args[0]
	}
	return &c
}

// foldCase drops arms that cannot be taken and ends at one that is.
func foldCase(e *algebra.Expr) *algebra.Expr {
	c := *e
	c.Args, c.Nullable = nil, false
	last := e.Args[len(e.Args)-1]
	for i := 0; i+1 < len(e.Args); i += 2 {
		cond, result := e.Args[i], e.Args[i+1]
		v, ok := cond.TruthOf()
		if ok && !v || cond.IsNullConst() {
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
func foldCoalesce(e *algebra.Expr) *algebra.Expr {
	c := *e
	c.Args, c.Nullable = nil, true
	for _, a := range e.Args {
		if a.IsNullConst() {
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
