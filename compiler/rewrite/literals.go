package rewrite

import (
	"slipher/catalog/types"
	"slipher/compiler/algebra"
	"slipher/compiler/expr"
)

// maxFolds bounds the expressions evaluated while one statement is planned: each is a
// little query. What is left over is computed with the rows.
const maxFolds = 16

// foldLiterals replaces calls on literals alone among conjuncts by parameters with their values, so that zone
// maps see them:
//
//	d < date '1998-12-01' - interval '90 days'  →  d < $4, $4 = 1998-09-02
//
// The values are computed by primitives, like everything else.
func foldLiterals(r *run, n algebra.Node) algebra.Node {
	if r.env.Fold == nil {
		return n
	}
	return eachConjuncts(n, func(es []*algebra.Expr) []*algebra.Expr {
		out := make([]*algebra.Expr, len(es))
		for i, e := range es {
			out[i] = e.Map(r.foldLiteral)
		}
		return out
	})
}

// foldLiteral is the value of a call on literals alone, nil for other expressions.
func (r *run) foldLiteral(e *algebra.Expr) *algebra.Expr {
	if e.Kind != expr.Call || r.folds >= maxFolds || !e.Known(r.st.Params) || e.Volatile() {
		return nil
	}
	r.folds++
	alone, params, of := r.alone(e)
	again := func(o *algebra.Other) (types.Datum, error) {
		params := make([]expr.Param, len(of))
		for i, k := range of {
			params[i] = o.Params[k]
		}
		return o.Fold(alone, params)
	}
	d, err := r.env.Fold(alone, params)
	if err != nil { // the rows say so, if there are any; a plan for literals that it works with is another one
		r.st.Record.Check(func(o *algebra.Other) bool {
			_, err := again(o)
			return err != nil
		})
		return nil
	}
	made := func(o *algebra.Other) (expr.Param, bool) {
		now, err := again(o)
		return expr.Param{Type: e.Type, Value: now}, err == nil && now.Null == d.Null
	}
	if d.Null {
		r.st.Record.CheckValue(made, func(expr.Param) bool { return true })
		return algebra.Null(e.Type)
	}
	if e.Type.Kind == types.Bool { // 1 = 0: whether there are rows at all
		r.st.Record.CheckValue(made, func(p expr.Param) bool { return p.Value.Lo == d.Lo })
		return algebra.Truth(d.Lo != 0)
	}
	return &algebra.Expr{Kind: expr.Parameter, Type: e.Type,
		Param: r.st.AddParam(expr.Param{Type: e.Type, Value: d}, made)}
}

// alone is e with parameters of its own, numbered from 0, and which of the statement's they are.
func (r *run) alone(e *algebra.Expr) (alone *algebra.Expr, params []expr.Param, of []int) {
	e = e.Map(func(x *algebra.Expr) *algebra.Expr {
		if x.Kind != expr.Parameter {
			return nil
		}
		c := *x
		c.Param = len(params)
		params, of = append(params, r.st.Params[x.Param]), append(of, x.Param)
		return &c
	})
	return e, params, of
}
