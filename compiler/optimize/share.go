package optimize

import (
	"slipher/compiler/algebra"
	"slipher/compiler/plan"
)

// share lets keys and arguments of an aggregation that have calls in common
// compute them once, in a Project step in front of it.
func (e *emitter) share(p *pipe, keys []groupKey, accs []*accum) {
	var exprs []**plan.Expr
	for i := range keys {
		exprs = append(exprs, &keys[i].expr)
	}
	for _, a := range accs {
		if a.arg != nil {
			exprs = append(exprs, &a.arg)
		}
	}
	c := &sharing{p: e.p, count: map[string]int{}, always: map[string]bool{}, ids: map[string]algebra.ColumnID{}}
	for _, x := range exprs {
		c.survey(*x, true)
	}
	for _, x := range exprs {
		*x = c.replace(*x)
	}
	if len(c.cols) == 0 {
		return
	}
	// the columns still read directly travel on
	direct := idSet{}
	for _, x := range exprs {
		direct.addExpr(*x)
	}
	var outs []*plan.Expr
	var cols []algebra.Column
	for _, id := range c.seen {
		if direct[id] {
			at := p.at[id]
			col := algebra.Column{ID: id, Name: p.cols[at].Name, Type: p.cols[at].Type, Nullable: p.cols[at].Nullable}
			cols, outs = append(cols, col), append(outs, colExpr(col))
			delete(direct, id)
		}
	}
	e.compute(p, append(outs, c.exprs...), append(cols, c.cols...), true)
}

// sharing counts calls and replaces those that occur more than once.
type sharing struct {
	p      *planner
	count  map[string]int
	always map[string]bool // occurs somewhere where it is evaluated for every row
	ids    map[string]algebra.ColumnID
	exprs  []*plan.Expr
	cols   []algebra.Column
	seen   []algebra.ColumnID // all columns read, in order of appearance
}

func (c *sharing) survey(x *plan.Expr, always bool) {
	if x.Kind == plan.ExprCol {
		c.seen = append(c.seen, x.Col)
	}
	if sharable(x) {
		k := c.p.exprKey(x)
		c.count[k]++
		c.always[k] = c.always[k] || always
	}
	lazy := x.Kind == plan.ExprCase || x.Kind == plan.ExprAnd || x.Kind == plan.ExprOr || x.Kind == plan.ExprCoalesce
	for i, a := range x.Args {
		c.survey(a, always && !(lazy && i > 0))
	}
}

// sharable: a call on columns; cheaper things are better done again.
func sharable(x *plan.Expr) bool {
	return (x.Kind == plan.ExprCall || x.Kind == plan.ExprCase) && hasColumn(x)
}

func (c *sharing) replace(x *plan.Expr) *plan.Expr {
	return rewriteExpr(x, func(s *plan.Expr) *plan.Expr {
		if !sharable(s) {
			return nil
		}
		k := c.p.exprKey(s)
		if c.count[k] < 2 || !c.always[k] && c.p.mayFail(s) || c.p.volatile(s) {
			return nil
		}
		id, ok := c.ids[k]
		if !ok {
			id = c.p.fresh()
			c.ids[k] = id
			c.exprs = append(c.exprs, s)
			c.cols = append(c.cols, algebra.Column{ID: id, Name: "shared", Type: s.Type, Nullable: s.Nullable})
		}
		return &plan.Expr{Kind: plan.ExprCol, Type: s.Type, Nullable: s.Nullable, Col: id}
	})
}
