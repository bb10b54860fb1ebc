package optimize

import "slipher/compiler/plan"

// simplify rewrites conjuncts: what all arms of an OR have in common moves out of
// it, so that (k = j AND a) OR (k = j AND b) can be joined on k = j.
func (p *planner) simplify(preds []*plan.Expr) []*plan.Expr {
	var out []*plan.Expr
	for _, e := range preds {
		if e = p.fold(e); e.Kind == plan.ExprOr {
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
func (p *planner) fold(e *plan.Expr) *plan.Expr {
	if p.env.Fold == nil {
		return e
	}
	return rewriteExpr(e, func(x *plan.Expr) *plan.Expr {
		if x.Kind != plan.ExprCall || p.folds >= maxFolds || !p.literalOnly(x) || p.volatile(x) {
			return nil
		}
		p.folds++
		d, err := p.env.Fold(p.alone(x))
		if err != nil {
			return nil
		}
		if d.Null {
			return &plan.Expr{Kind: plan.ExprConst, Type: x.Type, Nullable: true, Const: d}
		}
		return &plan.Expr{Kind: plan.ExprParam, Type: x.Type, Param: p.addParam(plan.Param{Type: x.Type, Value: d})}
	})
}

// alone is e with parameters of its own, numbered from 0.
func (p *planner) alone(e *plan.Expr) (*plan.Expr, []plan.Param) {
	var params []plan.Param
	e = rewriteExpr(e, func(x *plan.Expr) *plan.Expr {
		if x.Kind != plan.ExprParam {
			return nil
		}
		c := *x
		c.Param = len(params)
		params = append(params, p.st.Params[x.Param])
		return &c
	})
	return e, params
}

// literalOnly reports whether all of e is known while planning.
func (p *planner) literalOnly(e *plan.Expr) bool {
	ok := true
	walk(e, func(x *plan.Expr) {
		switch x.Kind {
		case plan.ExprCol, plan.ExprInList:
			ok = false
		case plan.ExprParam:
			ok = ok && p.st.Params[x.Param].Client == 0
		}
	})
	return ok
}

// arms are the alternatives of an OR, nested ORs flattened.
func arms(e *plan.Expr) []*plan.Expr {
	if e.Kind != plan.ExprOr {
		return []*plan.Expr{e}
	}
	var out []*plan.Expr
	for _, a := range e.Args {
		out = append(out, arms(a)...)
	}
	return out
}

// factor is e as conjuncts: the common ones, then the OR of what remains, unless
// that holds already.
func (p *planner) factor(e *plan.Expr) []*plan.Expr {
	var parts [][]*plan.Expr
	for _, a := range arms(e) {
		parts = append(parts, conjuncts([]*plan.Expr{a}))
	}
	var common []*plan.Expr
	shared := map[string]bool{}
	for _, c := range parts[0] {
		key := p.exprKey(c)
		if shared[key] || p.mayFail(c) || p.volatile(c) {
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
		return []*plan.Expr{e}
	}
	var rest []*plan.Expr
	for _, part := range parts {
		var left []*plan.Expr
		for _, c := range part {
			if !shared[p.exprKey(c)] {
				left = append(left, c)
			}
		}
		if len(left) == 0 { // this arm asks for nothing more
			return common
		}
		rest = append(rest, junction(plan.ExprAnd, left))
	}
	return append(common, junction(plan.ExprOr, rest))
}

func (p *planner) contains(preds []*plan.Expr, key string) bool {
	for _, e := range preds {
		if p.exprKey(e) == key {
			return true
		}
	}
	return false
}

// implied is what an OR says about the columns of set alone, nil if nothing:
// each arm must restrict them. It is checked in addition to the OR itself.
func (p *planner) implied(e *plan.Expr, set idSet) *plan.Expr {
	if e.Kind != plan.ExprOr || set.covers(e) {
		return nil
	}
	var parts []*plan.Expr
	for _, a := range arms(e) {
		var own []*plan.Expr
		for _, c := range conjuncts([]*plan.Expr{a}) {
			if set.covers(c) && hasColumn(c) && !p.mayFail(c) && !p.volatile(c) {
				own = append(own, c)
			}
		}
		if len(own) == 0 {
			return nil
		}
		parts = append(parts, junction(plan.ExprAnd, own))
	}
	return junction(plan.ExprOr, parts)
}
