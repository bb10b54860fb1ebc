package optimize

import (
	"fmt"
	"strconv"

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
func (p *planner) exprKey(e *plan.Expr) string { return strconv.Itoa(p.number(e)) }

// number gives expressions that mean the same one number. Each node is looked at once:
// its text holds its parts' numbers.
func (p *planner) number(e *plan.Expr) int {
	if n, ok := p.numbers[e]; ok {
		return n
	}
	if p.numbers == nil {
		p.numbers, p.texts = map[*plan.Expr]int{}, map[string]int{}
	}
	text := p.ownText(e)
	for _, a := range e.Args {
		text += "," + strconv.Itoa(p.number(a))
	}
	n, ok := p.texts[text]
	if !ok {
		n = len(p.texts)
		p.texts[text] = n
	}
	p.numbers[e] = n
	return n
}

// ownText is what an expression means without its parts.
func (p *planner) ownText(e *plan.Expr) string {
	switch e.Kind {
	case plan.ExprCol:
		return fmt.Sprintf("#%d", e.Col)
	case plan.ExprParam:
		prm := &p.st.Params[e.Param]
		if prm.Client != 0 || prm.IsList {
			return fmt.Sprintf("$%d", e.Param)
		}
		return fmt.Sprintf("lit(%v:%v)", prm.Value, prm.Type)
	case plan.ExprConst:
		return fmt.Sprintf("const(%v:%v)", e.Const, e.Type)
	case plan.ExprInList:
		prm := &p.st.Params[e.Param]
		return fmt.Sprintf("in%v:%v", prm.List, prm.Type)
	}
	return fmt.Sprintf("%d.%s:%v", e.Kind, e.Op, e.Type)
}

// mayFail reports whether evaluating e can raise an error for some row. Calls
// whose arguments are all constants do not count: they fail for every row or for none.
func (p *planner) mayFail(e *plan.Expr) bool {
	_, fails := p.failing(e)
	return fails
}

// failing looks at each part of e once.
func (p *planner) failing(e *plan.Expr) (column, fails bool) {
	column = e.Kind == plan.ExprCol
	for _, a := range e.Args {
		c, f := p.failing(a)
		column, fails = column || c, fails || f
	}
	if e.Kind == plan.ExprCall && column && !fails {
		op := p.op(e.Op)
		fails = op == nil || op.MayFail
	}
	return column, fails
}

func hasColumn(e *plan.Expr) bool {
	has := false
	walk(e, func(x *plan.Expr) { has = has || x.Kind == plan.ExprCol })
	return has
}

// volatile reports whether e gives another value each time: it must neither move nor
// be computed once for two uses.
func (p *planner) volatile(e *plan.Expr) bool {
	found := false
	walk(e, func(x *plan.Expr) {
		if x.Kind == plan.ExprCall {
			op := p.op(x.Op)
			found = found || op != nil && op.Volatile
		}
	})
	return found
}
