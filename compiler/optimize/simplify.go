package optimize

import (
	"slipher/compiler/algebra"
	"slipher/compiler/expr"
	"slipher/compiler/plan"
)

// simplify rewrites conjuncts: what all arms of an OR have in common moves out of
// it, so that (k = j AND a) OR (k = j AND b) can be joined on k = j.
func (p *planner) simplify(preds []*algebra.Expr) []*algebra.Expr {
	var out []*algebra.Expr
	for _, e := range preds {
		if e = p.fold(e); e.Kind == expr.Or {
			out = append(out, p.factor(e)...)
		} else {
			out = append(out, e)
		}
	}
	return out
}

// maxFolds bounds the expressions evaluated while one statement is planned: each is a
// little query. What is left over is computed with the rows.
const maxFolds = 16

// fold replaces calls on literals alone, such as a date plus an interval, by
// parameters with their values.
func (p *planner) fold(e *algebra.Expr) *algebra.Expr {
	if p.env.Fold == nil {
		return e
	}
	return e.Map(func(x *algebra.Expr) *algebra.Expr {
		if x.Kind != expr.Call || p.folds >= maxFolds || !x.Known(p.st.Params) || x.Volatile() {
			return nil
		}
		p.folds++
		d, err := p.env.Fold(p.alone(x))
		if err != nil {
			return nil
		}
		if d.Null {
			return &algebra.Expr{Kind: expr.Constant, Type: x.Type, Nullable: true, Const: d}
		}
		return &algebra.Expr{Kind: expr.Parameter, Type: x.Type, Param: p.addParam(plan.Param{Type: x.Type, Value: d})}
	})
}

// alone is e, which reads no column, with parameters of its own, numbered from 0.
func (p *planner) alone(e *algebra.Expr) (*algebra.Expr, []plan.Param) {
	var params []plan.Param
	e = e.Map(func(x *algebra.Expr) *algebra.Expr {
		if x.Kind != expr.Parameter {
			return nil
		}
		c := *x
		c.Param = len(params)
		params = append(params, p.st.Params[x.Param])
		return &c
	})
	return e, params
}

// factor is e as conjuncts: the common ones, then the OR of what remains, unless
// that holds already.
func (p *planner) factor(e *algebra.Expr) []*algebra.Expr {
	var parts [][]*algebra.Expr
	for _, a := range expr.Arms(e) {
		parts = append(parts, expr.Conjuncts(a))
	}
	var common []*algebra.Expr
	shared := map[int]bool{}
	for _, c := range parts[0] {
		key := p.numbers.Of(c)
		if shared[key] || c.MayFail() || c.Volatile() {
			continue
		}
		everywhere := true
		for _, other := range parts[1:] {
			everywhere = everywhere && p.contains(other, key)
		}
		if everywhere {
			shared[key] = true
			common = append(common, c)
		}
	}
	if len(common) == 0 {
		return []*algebra.Expr{e}
	}
	var rest []*algebra.Expr
	for _, part := range parts {
		var left []*algebra.Expr
		for _, c := range part {
			if !shared[p.numbers.Of(c)] {
				left = append(left, c)
			}
		}
		if len(left) == 0 { // this arm asks for nothing more
			return common
		}
		rest = append(rest, expr.AllOf(left))
	}
	return append(common, expr.AnyOf(rest))
}

func (p *planner) contains(preds []*algebra.Expr, key int) bool {
	for _, e := range preds {
		if p.numbers.Of(e) == key {
			return true
		}
	}
	return false
}

// implied is what an OR says about the columns of set alone, nil if nothing:
// each arm must restrict them. It is checked in addition to the OR itself.
func (p *planner) implied(e *algebra.Expr, set idSet) *algebra.Expr {
	if e.Kind != expr.Or || set.covers(e) {
		return nil
	}
	var parts []*algebra.Expr
	for _, a := range expr.Arms(e) {
		var own []*algebra.Expr
		for _, c := range expr.Conjuncts(a) {
			if set.covers(c) && c.HasColumn() && !c.MayFail() && !c.Volatile() {
				own = append(own, c)
			}
		}
		if len(own) == 0 {
			return nil
		}
		parts = append(parts, expr.AllOf(own))
	}
	return expr.AnyOf(parts)
}
