package rewrite

import (
	"slices"

	"slipher/catalog/fn"
	"slipher/catalog/types"
	"slipher/compiler/algebra"
	"slipher/compiler/expr"
)

// carryCommon computes a dear expression once that is asked for below and above a join or a window, or by several of
// them, and carries it:
//
//	project(f(a.x))(join(f(a.x) = b.y)(a, b))          →  project(c)(join(c = b.y)(project(c = f(a.x))(a), b))
//	aggregate(f(a.x))(join(select(f(a.x) > 5)(a), b))  →  aggregate(c)(join(project(c = f(a.x))(select(f(a.x) > 5)(a)), b))
//
// Between two joins there may be an exchange or a table, so that generated code, which computes equal expressions of a
// segment's row once, would compute it again. It is computed above the filter of what it reads, which asks for it
// anyway: no expression runs for a row for which it did not run before if it may fail.
func carryCommon(r *run, n algebra.Node) algebra.Node {
	n = algebra.MapInputs(n, func(in algebra.Node) algebra.Node { return carryCommon(r, in) })
	switch n.(type) {
	case *algebra.Project, *algebra.Aggregate:
	default:
		return n
	}
	c := &carrying{r: r, uses: map[int]*use{}, cols: map[int]algebra.Column{}}
	c.look(n.Inputs()[0])
	if len(c.above) == 0 {
		return n
	}
	c.above = append(c.above, n)
	return c.node(n)
}

// carrying looks for expressions of one source that several of the nodes above it ask for.
type carrying struct {
	r       *run
	sources []source
	above   []algebra.Node         // joins, windows, what filters them, and what stands on top
	uses    map[int]*use           // by expressions' numbers
	cols    map[int]algebra.Column // of those that are carried
}

// source is what is joined: a node without the rows that its filter drops.
type source struct {
	node  algebra.Node
	cols  algebra.IDs
	preds []*algebra.Expr
	kept  []*algebra.Expr // computed there
}

// use says who asks for an expression.
type use struct {
	expr   *algebra.Expr // of equal ones, which may say more or less of NULL, the one that says most
	source int
	by     int  // how many nodes
	last   int  // the one that did last
	always bool // of these one for all of its rows
	filter bool // one of them is the source's filter
}

// look finds sources, of which no row is padded, and what stands above them.
func (c *carrying) look(n algebra.Node) {
	switch x := n.(type) {
	case *algebra.Select:
		if !passesOn(x.In) {
			break
		}
		c.above = append(c.above, n)
		c.look(x.In)
		return
	case *algebra.Window:
		c.above = append(c.above, n)
		c.look(x.In)
		return
	case *algebra.Join:
		if x.Lateral || x.Kind == algebra.Full {
			break
		}
		c.above = append(c.above, n)
		c.look(x.Left)
		if x.Kind == algebra.Inner {
			c.look(x.Right)
		}
		return
	}
	s := source{node: n, cols: algebra.IDsOf(n.Columns())}
	if f, ok := n.(*algebra.Select); ok {
		s.preds = f.Preds
	}
	c.sources = append(c.sources, s)
}

// passesOn reports whether look goes on below n.
func passesOn(n algebra.Node) bool {
	switch x := n.(type) {
	case *algebra.Select:
		return passesOn(x.In)
	case *algebra.Join:
		return !x.Lateral && x.Kind != algebra.Full
	case *algebra.Window:
		return true
	}
	return false
}

// node is n with what is carried in the place of the expressions.
func (c *carrying) node(n algebra.Node) algebra.Node {
	for i, s := range c.sources {
		for _, e := range s.preds {
			c.count(e, -1-i, true)
		}
	}
	for i, x := range c.above {
		x.EachExpr(func(e *algebra.Expr) { c.count(e, i, true) })
	}
	return c.rebuilt(n)
}

// count notes that node number by asks for e, if it is worth to be carried: always, or for some rows.
func (c *carrying) count(e *algebra.Expr, by int, always bool) {
	if effort(e) < worth {
		return
	}
	if i := c.sourceOf(e); i >= 0 && (by >= 0 || by == -1-i) && !e.Volatile() {
		u := c.uses[c.r.numbers.Of(e)]
		if u == nil {
			u = &use{expr: e, source: i, last: len(c.above)}
			c.uses[c.r.numbers.Of(e)] = u
		}
		if u.by == 0 || u.last != by {
			u.by, u.last = u.by+1, by
		}
		if u.expr.Nullable {
			u.expr = e
		}
		u.always = u.always || always
		u.filter = u.filter || always && by < 0
	}
	for i, a := range e.Args {
		c.count(a, by, always && e.Always(i))
	}
}

// sourceOf is the number of the source of which alone e reads columns, -1: there is none.
func (c *carrying) sourceOf(e *algebra.Expr) int {
	if (e.Kind != expr.Call && e.Kind != expr.Case) || !e.HasColumn() {
		return -1
	}
	return slices.IndexFunc(c.sources, func(s source) bool { return s.cols.Covers(e) })
}

// rebuilt is n, which is above, or a source.
func (c *carrying) rebuilt(n algebra.Node) algebra.Node {
	i := slices.IndexFunc(c.sources, func(s source) bool { return s.node == n })
	if i < 0 {
		if !slices.Contains(c.above, n) {
			return n // a side that may be padded
		}
		n = n.MapExprs(c.replaced) // first: what is replaced below is computed there
		return algebra.MapInputs(n, c.rebuilt)
	}
	s := c.sources[i]
	if len(s.kept) == 0 {
		return n
	}
	p := &algebra.Project{In: n, Cols: slices.Clone(n.Columns()), Exprs: algebra.Refs(n.Columns())}
	for _, e := range s.kept {
		p.Cols, p.Exprs = append(p.Cols, c.cols[c.r.numbers.Of(e)]), append(p.Exprs, e)
	}
	return p
}

// replaced is e with columns for what is carried.
func (c *carrying) replaced(e *algebra.Expr) *algebra.Expr {
	return e.Map(func(x *algebra.Expr) *algebra.Expr {
		if x.Kind != expr.Call && x.Kind != expr.Case {
			return nil
		}
		number := c.r.numbers.Of(x)
		u := c.uses[number]
		if u == nil || u.by < 2 || !u.always || x.MayFail() && !u.filter {
			return nil
		}
		col, ok := c.cols[number]
		if !ok {
			col = algebra.Column{ID: c.r.st.Fresh(), Name: "common", Type: x.Type, Nullable: u.expr.Nullable}
			c.cols[number] = col
			s := &c.sources[u.source]
			s.kept = append(s.kept, u.expr)
		}
		return col.Ref()
	})
}

// worth is the least effort of an expression that is carried. A column costs about as much in a join's table, or on its
// way to another node, as a few operations on numbers.
const worth = 8

// effort is about how many operations on numbers an expression is: those on strings are many.
func effort(e *algebra.Expr) int {
	sum := 0
	e.Walk(func(x *algebra.Expr) {
		switch {
		case x.Kind == expr.Column || x.Kind == expr.Parameter || x.Kind == expr.Constant:
			return
		case x.Compares() != fn.NoComparison:
			sum += 2
		case x.Kind == expr.Call && slices.ContainsFunc(x.Args, func(a *algebra.Expr) bool { return a.Type.IsString() }):
			sum += 8
		case x.Kind == expr.Call && (x.Type.Phys() == types.I128 || x.Type.Phys() == types.Str):
			sum += 3
		default:
			sum++
		}
	})
	return sum
}
