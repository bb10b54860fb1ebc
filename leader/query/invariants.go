//go:build invariants

package query

import (
	"slipher/catalog/sqlerr"
	"slipher/catalog/state"
	"slipher/compiler"
	"slipher/compiler/algebra"
	"slipher/compiler/bind"
	"slipher/compiler/expr"
	"slipher/compiler/parse"
	"slipher/leader/names"
)

// checked is what checkServed wants to have kept of a plan.
func checked(st *algebra.Statement) *algebra.Statement { return st }

// checkServed binds and rewrites a statement that a kept plan is about to serve, with params: that must give the tree
// that was planned, with those parameters.
func (r *Runner) checkServed(k *keptPlan, params []expr.Param, cat *state.Catalog, v names.View, st *parse.Statement,
	o bind.Options, env compiler.Environment) error {
	first := func(params []expr.Param) (out []int) {
		of := expr.SameLiterals(func() []expr.Param { return params })
		for i := range params {
			out = append(out, of(i))
		}
		return out
	}
	was, now := first(k.query.Params), first(params)
	for i := range was {
		if was[i] != now[i] {
			return nil // literals that are equal only here may make another tree
		}
	}
	st, err := st.Parsed()
	if err != nil {
		return err
	}
	p, err := r.planIn(cat, v, st, o, env)
	if err != nil {
		return err
	}
	own := *k.simple
	own.Params = params[:len(own.Params)]
	if have, want := algebra.Format(&own), algebra.Format(p.simple); have != want {
		return sqlerr.New(sqlerr.InternalError, "BUG: a kept plan is not this statement's:\n%s\nbut that is\n%s", have, want)
	}
	return nil
}
