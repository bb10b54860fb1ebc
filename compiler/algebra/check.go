package algebra

import (
	"fmt"
	"maps"

	"slipher/compiler/expr"
)

// Check verifies what every part of the compiler relies on: expressions read
// only columns of the inputs, in the columns' classes and no less nullable than
// they are; every column has one producer (a projection may pass it on); parameters exist. For tests.
func Check(s *Statement) error {
	c := &checker{st: s, made: map[ColumnID]bool{}}
	for i, d := range s.Defs {
		c.defs = i
		c.node(d.Root, nil)
	}
	c.defs = len(s.Defs)
	c.node(s.Root, nil)
	if n, m := len(s.Root.Columns()), len(s.Output); n != m {
		c.fail("the root yields %d columns, %d are shown", n, m)
	}
	for id := range c.made {
		if id >= s.NextID {
			c.fail("column %d is not below NextID %d", id, s.NextID)
		}
	}
	return c.err
}

type checker struct {
	st   *Statement
	made map[ColumnID]bool
	defs int   // how many definitions may be referred to
	err  error // the first
}

func (c *checker) fail(format string, args ...any) {
	if c.err == nil {
		c.err = fmt.Errorf(format, args...)
	}
}

// node checks n and all below it; outer are the columns of rows around it.
func (c *checker) node(n Node, outer []Column) {
	for i, in := range n.Inputs() {
		around := outer
		if j, ok := n.(*Join); ok && j.Lateral && i == 1 {
			around = append(outer[:len(outer):len(outer)], j.Left.Columns()...)
		}
		c.node(in, around)
	}
	in := map[ColumnID]Column{}
	for _, col := range append(n.visible(), outer...) {
		in[col.ID] = col
	}
	n.EachExpr(func(e *Expr) { c.expr(e, in) })
	cols, from := n.produces()
	for i, col := range cols {
		passed := i < len(from) && from[i].Kind == expr.Column && from[i].Col == col.ID
		if c.made[col.ID] && !passed {
			c.fail("column %d has two producers", col.ID)
		}
		c.made[col.ID] = true
		if i < len(from) && (from[i].Type.Phys() != col.Type.Phys() || from[i].Nullable && !col.Nullable) {
			c.fail("column %d %v: expression of type %v, nullable %v", col.ID, col.Type, from[i].Type, from[i].Nullable)
		}
	}
	n.check(c)
}

func (c *checker) expr(e *Expr, in map[ColumnID]Column) {
	switch e.Kind {
	case expr.Column:
		col, ok := in[e.Col]
		switch {
		case !ok:
			c.fail("column %d is not an input", e.Col)
		case col.Type.Phys() != e.Type.Phys():
			c.fail("column %d is %v, read as %v", e.Col, col.Type, e.Type)
		case col.Nullable && !e.Nullable:
			c.fail("column %d may be NULL, read as if not", e.Col)
		}
	case expr.Parameter, expr.InList:
		if e.Param >= len(c.st.Params) {
			c.fail("parameter %d does not exist", e.Param)
		} else if p := c.st.Params[e.Param]; e.Kind == expr.Parameter && p.Type.Phys() != e.Type.Phys() {
			c.fail("parameter %d is %v, read as %v", e.Param, p.Type, e.Type)
		}
	case expr.Case:
		if len(e.Args)%2 == 0 {
			c.fail("CASE without ELSE")
		}
	case expr.Any, expr.Scalar:
		c.subquery(e.Rel.(*Subquery), in)
	}
	for _, a := range e.Args {
		c.expr(a, in)
	}
}

// subquery checks a relation in an expression over the columns in.
func (c *checker) subquery(s *Subquery, in map[ColumnID]Column) {
	outer := make([]Column, 0, len(in))
	for _, col := range in {
		outer = append(outer, col)
	}
	c.node(s.Root, outer)
	if s.Cond == nil {
		return
	}
	both := maps.Clone(in)
	for _, col := range s.Root.Columns() {
		both[col.ID] = col
	}
	c.expr(s.Cond, both)
}
