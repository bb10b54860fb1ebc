package lower

import (
	"fmt"
	"strings"

	"slipher/codegen/subop"
	"slipher/compiler/plan"
)

// A number for every different expression: equal ones are lowered once. Numbers
// are made of the numbers of the arguments, so that long expressions take linear time.
type known struct {
	numbers map[*plan.Expr]int
	shapes  map[string]int
	facts   map[*plan.Expr]facts
}

// facts of an expression and all below it.
type facts struct{ mayFail, volatile bool }

func newKnown() known {
	return known{numbers: map[*plan.Expr]int{}, shapes: map[string]int{}, facts: map[*plan.Expr]facts{}}
}

// number of e: equal for equal expressions.
func (k *known) number(e *plan.Expr) int {
	if n, ok := k.numbers[e]; ok {
		return n
	}
	var s strings.Builder
	fmt.Fprintf(&s, "%d %d.%d.%d.%d %v %d %d %s", e.Kind, e.Type.Kind, e.Type.Prec, e.Type.Scale, e.Type.Len, e.Nullable, e.Col, e.Param, e.Op)
	if e.Kind == plan.ExprConst {
		fmt.Fprintf(&s, " %v %d %d %q", e.Const.Null, e.Const.Hi, e.Const.Lo, e.Const.S)
	}
	for _, a := range e.Args {
		fmt.Fprintf(&s, " (%d)", k.number(a))
	}
	n, ok := k.shapes[s.String()]
	if !ok {
		n = len(k.shapes) + 1
		k.shapes[s.String()] = n
	}
	k.numbers[e] = n
	return n
}

// factsOf looks at each part of e once.
func (l *lowerer) factsOf(e *plan.Expr) facts {
	if f, ok := l.known.facts[e]; ok {
		return f
	}
	var f facts
	if e.Kind == plan.ExprCall {
		if o := l.opt.Fns.Op(e.Op); o != nil {
			f = facts{o.MayFail, o.Volatile}
		}
	}
	for _, a := range e.Args {
		x := l.factsOf(a)
		f.mayFail, f.volatile = f.mayFail || x.mayFail, f.volatile || x.volatile
	}
	l.known.facts[e] = f
	return f
}

// cacheKey finds a lowered expression again: the same expression, and if it can fail under the same mask.
type cacheKey struct {
	number int
	mask   subop.ValID
}

func (l *lowerer) key(e *plan.Expr) cacheKey {
	k := cacheKey{number: l.known.number(e)}
	if l.mask != nil && l.mayFail(e) {
		k.mask = l.mask.Val
	}
	return k
}

// mayFail reports whether evaluating e can raise a data error.
func (l *lowerer) mayFail(e *plan.Expr) bool { return l.factsOf(e).mayFail }

func (l *lowerer) anyMayFail(es []*plan.Expr) bool {
	for _, e := range es {
		if l.mayFail(e) {
			return true
		}
	}
	return false
}
