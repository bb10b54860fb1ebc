package optimize

import (
	"slipher/compiler/algebra"
	"slipher/compiler/expr"
)

// share lets expressions of an aggregation (keys and arguments) that have calls in common
// compute them once, in a Project step in front of it.
func (e *emitter) share(p *pipe, exprs []**algebra.Expr) {
	c := &sharing{p: e.p, count: map[int]int{}, always: map[int]bool{}, ids: map[int]algebra.ColumnID{}}
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
	direct := algebra.IDs{}
	for _, x := range exprs {
		direct.AddExpr(*x)
	}
	var outs []*algebra.Expr
	var cols []algebra.Column
	for _, id := range c.seen {
		if direct[id] {
			at := p.place(id)
			col := algebra.Column{ID: id, Name: p.cols[at].Name, Type: p.cols[at].Type, Nullable: p.cols[at].Nullable}
			cols, outs = append(cols, col), append(outs, col.Ref())
			delete(direct, id)
		}
	}
	e.compute(p, append(outs, c.exprs...), append(cols, c.cols...), true)
}

// sharing counts calls and replaces those that occur more than once.
type sharing struct {
	p      *planner
	count  map[int]int
	always map[int]bool // occurs somewhere where it is evaluated for every row
	ids    map[int]algebra.ColumnID
	exprs  []*algebra.Expr
	cols   []algebra.Column
	seen   []algebra.ColumnID // all columns read, in order of appearance
}

func (c *sharing) survey(x *algebra.Expr, always bool) {
	if x.Kind == expr.Column {
		c.seen = append(c.seen, x.Col)
	}
	if sharable(x) {
		k := c.p.numbers.Of(x)
		c.count[k]++
		c.always[k] = c.always[k] || always
	}
	for i, a := range x.Args {
		c.survey(a, always && x.Always(i))
	}
}

// sharable: a call on columns; cheaper things are better done again.
func sharable(x *algebra.Expr) bool {
	return (x.Kind == expr.Call || x.Kind == expr.Case) && x.HasColumn()
}

func (c *sharing) replace(x *algebra.Expr) *algebra.Expr {
	return x.Map(func(s *algebra.Expr) *algebra.Expr {
		if !sharable(s) {
			return nil
		}
		k := c.p.numbers.Of(s)
		if c.count[k] < 2 || !c.always[k] && s.MayFail() || s.Volatile() {
			return nil
		}
		id, ok := c.ids[k]
		if !ok {
			id = c.p.st.Fresh()
			c.ids[k] = id
			c.exprs = append(c.exprs, s)
			c.cols = append(c.cols, algebra.Column{ID: id, Name: "shared", Type: s.Type, Nullable: s.Nullable})
		}
		return expr.Col(id, s.Type, s.Nullable)
	})
}
