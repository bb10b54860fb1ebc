package algebra

import (
	"fmt"

	"slipher/compiler/expr"
	"slipher/compiler/plan"
)

// Check verifies what every part of the compiler relies on: expressions read
// only columns of the inputs, in the columns' classes and no less nullable than
// they are; every column has one producer; parameters exist. For tests.
func Check(s *Statement) error {
	c := &checker{params: s.Params, made: map[ColumnID]bool{}}
	c.node(s.Root)
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
	params []plan.Param
	made   map[ColumnID]bool
	err    error // the first
}

func (c *checker) fail(format string, args ...any) {
	if c.err == nil {
		c.err = fmt.Errorf(format, args...)
	}
}

// make notes the columns that a node produces itself.
func (c *checker) make(cols []Column, exprs []*Expr) {
	for i, col := range cols {
		if c.made[col.ID] {
			c.fail("column %d has two producers", col.ID)
		}
		c.made[col.ID] = true
		if i < len(exprs) && (exprs[i].Type.Phys() != col.Type.Phys() || exprs[i].Nullable && !col.Nullable) {
			c.fail("column %d %v: expression of type %v, nullable %v", col.ID, col.Type, exprs[i].Type, exprs[i].Nullable)
		}
	}
}

func (c *checker) node(n Node) {
	in := map[ColumnID]Column{}
	for _, x := range n.Inputs() {
		c.node(x)
	}
	cols := []Column{}
	for _, x := range n.Inputs() {
		cols = append(cols, x.Columns()...)
	}
	if j, ok := n.(*Join); ok && j.Kind == Left {
		cols = append(cols[:0:0], j.Left.Columns()...)
		cols = append(cols, j.Right.Columns()...) // ON sees rows before they are padded
	}
	for _, col := range cols {
		in[col.ID] = col
	}
	exprs := func(es []*Expr) {
		for _, e := range es {
			c.expr(e, in)
		}
	}
	switch x := n.(type) {
	case *Scan:
		c.make(x.Cols, nil)
	case *Text:
		c.make(x.Cols, nil)
	case *Values:
		c.make(x.Cols, nil)
		for _, r := range x.Rows {
			if len(r) != len(x.Cols) {
				c.fail("a row of %d values for %d columns", len(r), len(x.Cols))
			}
			exprs(r)
		}
		for _, l := range x.Literals {
			if len(x.Literals) != len(x.Cols) || len(l) != x.Len() || x.Rows != nil {
				c.fail("%d constants of %d columns for %d columns of %d rows", len(l), len(x.Literals), len(x.Cols), x.Len())
			}
		}
	case *Project:
		exprs(x.Exprs)
		c.make(x.Cols, x.Exprs)
	case *Select:
		exprs(x.Preds)
	case *Join:
		exprs(x.On)
	case *Aggregate:
		exprs(x.Keys)
		for _, a := range x.Aggs {
			exprs(a.Args)
		}
		c.make(x.Cols, x.Keys)
	case *Sort:
		for _, k := range x.Keys {
			c.expr(k.Expr, in)
		}
	case *Limit:
		for _, p := range []int{x.Count, x.Offset} {
			if p >= len(c.params) {
				c.fail("parameter %d does not exist", p)
			}
		}
	}
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
		if e.Param >= len(c.params) {
			c.fail("parameter %d does not exist", e.Param)
		} else if e.Kind == expr.Parameter && c.params[e.Param].Type.Phys() != e.Type.Phys() {
			c.fail("parameter %d is %v, read as %v", e.Param, c.params[e.Param].Type, e.Type)
		}
	case expr.Case:
		if len(e.Args)%2 == 0 {
			c.fail("CASE without ELSE")
		}
	}
	for _, a := range e.Args {
		c.expr(a, in)
	}
}
