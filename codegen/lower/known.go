package lower

import (
	"slipher/codegen/subop"
	"slipher/compiler/expr"
	"slipher/compiler/plan"
)

// known is what is known of a segment's expressions: equal ones are lowered once.
type known struct {
	numbers expr.Numbers[plan.Position]
	facts   expr.Facts[plan.Position]
}

// newKnown is of a query with these parameters: literals with one value are one, as those of a plan that serves other
// literals stay (algebra.Record).
func newKnown(params []plan.Param) known {
	return known{numbers: expr.Numbers[plan.Position]{Nullable: true,
		Param: expr.SameLiterals(func() []expr.Param { return params })}}
}

// cacheKey finds a lowered expression again: the same expression, and if it can fail under the same mask.
type cacheKey struct {
	number int
	mask   subop.ValID
}

func (l *lowerer) key(e *plan.Expr) cacheKey {
	k := cacheKey{number: l.known.numbers.Of(e)}
	if l.mask != nil && l.mayFail(e) {
		k.mask = l.mask.Val
	}
	return k
}

// mayFail reports whether evaluating e can raise a data error.
func (l *lowerer) mayFail(e *plan.Expr) bool { return l.known.facts.Fails(e) }

func (l *lowerer) anyMayFail(es []*plan.Expr) bool {
	for _, e := range es {
		if l.mayFail(e) {
			return true
		}
	}
	return false
}
