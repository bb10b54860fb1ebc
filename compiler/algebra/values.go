package algebra

import "slipher/catalog/types"

// Values are literal rows. One row of no columns is a FROM-less SELECT.
type Values struct {
	leaf

	Cols []Column
	Rows [][]*Expr
	// Literals has for each of Cols its constants, one a row, where there are so many rows of
	// constants alone that they are data: Rows is nil then.
	Literals [][]types.Datum
}

// Len is the number of rows.
func (n *Values) Len() int {
	if len(n.Literals) > 0 {
		return len(n.Literals[0])
	}
	return len(n.Rows)
}

func (n *Values) Columns() []Column             { return n.Cols }
func (n *Values) WithInputs([]Node) Node        { return n }
func (n *Values) produces() ([]Column, []*Expr) { return n.Cols, nil }

func (n *Values) withColumns(cols []Column) Node {
	c := *n
	c.Cols = cols
	return &c
}

func (n *Values) EachExpr(f func(*Expr)) {
	for _, r := range n.Rows {
		each(r, f)
	}
}

func (n *Values) MapExprs(f func(*Expr) *Expr) Node {
	c, changed := *n, false
	c.Rows = make([][]*Expr, len(n.Rows))
	for i, r := range n.Rows {
		var own bool
		c.Rows[i], own = mapList(r, f)
		changed = changed || own
	}
	if !changed {
		return n
	}
	return &c
}

func (n *Values) check(c *checker) {
	for _, r := range n.Rows {
		if len(r) != len(n.Cols) {
			c.fail("a row of %d values for %d columns", len(r), len(n.Cols))
		}
	}
	for _, l := range n.Literals {
		if len(n.Literals) != len(n.Cols) || len(l) != n.Len() || n.Rows != nil {
			c.fail("%d constants of %d columns for %d columns of %d rows", len(l), len(n.Literals), len(n.Cols), n.Len())
		}
	}
}

func (n *Values) format(f *formatter) {
	f.line("values: %s", f.cols(n.Cols))
	for _, r := range n.Rows {
		f.line("  (%s)", f.List(r))
	}
	if len(n.Literals) > 0 {
		f.line("  %d rows of constants", n.Len())
	}
}
