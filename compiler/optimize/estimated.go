package optimize

import (
	"math"

	"slipher/compiler/algebra"
	"slipher/compiler/expr"
	"slipher/compiler/plan"
)

// Estimates that literals decide about, for plans that serve other literals too (algebra.Record): as long as all of
// them stay in their class, the plan would be the same, or no worse.

// sameClass is how many times as large an estimate may become.
const sameClass = 2

// alike reports whether two numbers are of one class.
func alike(x, y float64) bool {
	const least = 1e-7
	x, y = math.Max(x, least), math.Max(y, least)
	return x <= y*sameClass && y <= x*sameClass
}

// estimated is a share of rows.
type estimated struct {
	preds []*algebra.Expr
	share float64
}

// estimatedKey tells conjunctions apart.
type estimatedKey struct {
	first *algebra.Expr
	n     int
}

// noteShare remembers the share of rows that preds leave, if a literal is in them.
func (p *planner) noteShare(preds []*algebra.Expr, share float64) {
	if p.st.Record == nil || len(preds) == 0 || p.estimates[estimatedKey{preds[0], len(preds)}] != nil {
		return
	}
	for _, e := range preds {
		if p.hasLiteral(e) {
			p.estimates[estimatedKey{preds[0], len(preds)}] = &estimated{preds, share}
			return
		}
	}
}

func (p *planner) hasLiteral(e *algebra.Expr) bool {
	found := false
	e.Walk(func(x *algebra.Expr) {
		if x.Kind == expr.InList || x.Kind == expr.Parameter {
			found = found || p.st.Params[x.Param].Client == 0
		}
	})
	return found
}

// noteDistinct remembers how many values e has, if a literal is in it.
func (p *planner) noteDistinct(e *algebra.Expr, values float64) {
	if p.st.Record == nil || !p.hasLiteral(e) {
		return
	}
	p.distincts[e] = values
}

// noteSpread remembers the mean of e, if a literal is in it: whatever is made of how its values lie.
func (p *planner) noteSpread(e *algebra.Expr) {
	if p.st.Record == nil || !p.hasLiteral(e) {
		return
	}
	if _, known := p.means[e]; !known {
		p.means[e] = 0
		if s, ok := p.spread(e, sampleRows{}); ok {
			p.means[e] = s.Mean
		}
	}
}

// recordEstimates has what was estimated with literals asked again of other literals.
func (p *planner) recordEstimates() {
	if len(p.estimates)+len(p.distincts)+len(p.means) == 0 {
		return
	}
	kept := *p
	kept.saved, kept.recursions, kept.calls, kept.windows = nil, nil, nil, nil
	for _, ci := range p.info { // nobody asks for what was not asked for yet, which would keep the whole plan
		if ci.spread != nil {
			ci.spread.make = nil
		}
	}
	p.st.Record.Check(func(o *algebra.Other) bool {
		q := kept
		q.st = &algebra.Statement{Params: o.Params}
		q.numbers = expr.Numbers[algebra.ColumnID]{Param: expr.SameLiterals(func() []plan.Param { return o.Params })}
		if !q.evaluateAgain() {
			return false
		}
		for _, e := range kept.estimates {
			if !alike(q.selectivity(e.preds), e.share) {
				return false
			}
		}
		for e, values := range kept.distincts {
			if o := q.outcome(e); o == nil || !alike(o.distinct(q.sampleOf(e).st.Rows), values) {
				return false
			}
		}
		for e, mean := range kept.means {
			s, ok := q.spread(e, sampleRows{})
			if x := math.Abs(s.Mean); ok && (s.Mean*mean < 0 || !alike(x, math.Abs(mean))) || !ok && mean != 0 {
				return false
			}
		}
		return true
	})
}

// evaluateAgain looks up what samples say of the expressions that were evaluated, with other literals. Not ok: nobody
// has asked for one of them before.
func (p *planner) evaluateAgain() bool {
	p.outcomes = map[int]*outcome{}
	for _, a := range p.asked {
		o, ok := p.env.Samples.find(sampleKey{a.of.st.Name, p.sampleText(a.of, a.expr)})
		if !ok {
			return false
		}
		p.outcomes[p.numbers.Of(a.expr)] = o
	}
	return true
}
