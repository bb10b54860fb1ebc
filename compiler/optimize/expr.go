package optimize

import (
	"fmt"
	"strings"

	"slipher/compiler/algebra"
	"slipher/compiler/plan"
)

// idSet is a set of column ids.
type idSet map[algebra.ColumnID]bool

func (s idSet) addExpr(e *plan.Expr) {
	walk(e, func(x *plan.Expr) {
		if x.Kind == plan.ExprCol {
			s[x.Col] = true
		}
	})
}

func (s idSet) addExprs(es []*plan.Expr) {
	for _, e := range es {
		s.addExpr(e)
	}
}

// covers reports whether all columns of e are in s.
func (s idSet) covers(e *plan.Expr) bool {
	ok := true
	walk(e, func(x *plan.Expr) {
		if x.Kind == plan.ExprCol && !s[x.Col] {
			ok = false
		}
	})
	return ok
}

// meets reports whether any column of e is in s.
func (s idSet) meets(e *plan.Expr) bool {
	hit := false
	walk(e, func(x *plan.Expr) {
		if x.Kind == plan.ExprCol && s[x.Col] {
			hit = true
		}
	})
	return hit
}

func idsOf(cols []algebra.Column) idSet {
	s := make(idSet, len(cols))
	for _, c := range cols {
		s[c.ID] = true
	}
	return s
}

// walk calls f for e and all its parts, parents first.
func walk(e *plan.Expr, f func(*plan.Expr)) {
	if e == nil {
		return
	}
	f(e)
	for _, a := range e.Args {
		walk(a, f)
	}
}

// rewriteExpr returns a copy of e in which f's non-nil answers stand for parts of e,
// outermost first.
func rewriteExpr(e *plan.Expr, f func(*plan.Expr) *plan.Expr) *plan.Expr {
	if e == nil {
		return nil
	}
	if r := f(e); r != nil {
		return r
	}
	c := *e
	if len(e.Args) > 0 {
		c.Args = make([]*plan.Expr, len(e.Args))
		for i, a := range e.Args {
			c.Args[i] = rewriteExpr(a, f)
		}
	}
	return &c
}

// colExpr is a reference to column c.
func colExpr(c algebra.Column) *plan.Expr {
	return &plan.Expr{Kind: plan.ExprCol, Type: c.Type, Nullable: c.Nullable, Col: c.ID}
}

// conjuncts splits ANDs, in order.
func conjuncts(preds []*plan.Expr) []*plan.Expr {
	var out []*plan.Expr
	for _, p := range preds {
		if p.Kind == plan.ExprAnd {
			out = append(out, conjuncts(p.Args)...)
		} else {
			out = append(out, p)
		}
	}
	return out
}

// junction is AND or OR of parts: the part itself if there is one.
func junction(kind plan.ExprKind, parts []*plan.Expr) *plan.Expr {
	if len(parts) == 1 {
		return parts[0]
	}
	n := false
	for _, p := range parts {
		n = n || p.Nullable
	}
	return &plan.Expr{Kind: kind, Type: parts[0].Type, Nullable: n, Args: parts}
}

// exprKey is a text that two expressions share exactly if they mean the same:
// equal literals count as equal though they are different parameters.
func (p *planner) exprKey(e *plan.Expr) string {
	var b strings.Builder
	p.writeKey(&b, e)
	return b.String()
}

func (p *planner) writeKey(b *strings.Builder, e *plan.Expr) {
	switch e.Kind {
	case plan.ExprCol:
		fmt.Fprintf(b, "#%d", e.Col)
		return
	case plan.ExprParam:
		prm := &p.st.Params[e.Param]
		if prm.Client != 0 || prm.IsList {
			fmt.Fprintf(b, "$%d", e.Param)
		} else {
			fmt.Fprintf(b, "lit(%v:%v)", prm.Value, prm.Type)
		}
		return
	case plan.ExprConst:
		fmt.Fprintf(b, "const(%v:%v)", e.Const, e.Type)
		return
	case plan.ExprInList:
		prm := &p.st.Params[e.Param]
		fmt.Fprintf(b, "in%v:%v", prm.List, prm.Type)
	}
	fmt.Fprintf(b, "%d.%s:%v(", e.Kind, e.Op, e.Type)
	for i, a := range e.Args {
		if i > 0 {
			b.WriteByte(',')
		}
		p.writeKey(b, a)
	}
	b.WriteByte(')')
}

// mayFail reports whether evaluating e can raise an error for some row. Calls
// whose arguments are all constants do not count: they fail for every row or for none.
func (p *planner) mayFail(e *plan.Expr) bool {
	fails := false
	walk(e, func(x *plan.Expr) {
		if x.Kind != plan.ExprCall || fails || !hasColumn(x) {
			return
		}
		if op := p.op(x.Op); op == nil || op.MayFail {
			fails = true
		}
	})
	return fails
}

func hasColumn(e *plan.Expr) bool {
	has := false
	walk(e, func(x *plan.Expr) { has = has || x.Kind == plan.ExprCol })
	return has
}

// volatileOps give another value each time they are evaluated.
var volatileOps = map[string]bool{"random": true}

// volatile reports whether e gives another value each time: it must neither move nor
// be computed once for two uses.
func (p *planner) volatile(e *plan.Expr) bool {
	found := false
	walk(e, func(x *plan.Expr) { found = found || x.Kind == plan.ExprCall && volatileOps[x.Op] })
	return found
}
