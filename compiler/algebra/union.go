package algebra

// Union yields the rows of all its inputs, duplicates too. Column i is column i of each, in the same class.
type Union struct {
	silent

	In   []Node
	Cols []Column
}

func (n *Union) Columns() []Column               { return n.Cols }
func (n *Union) visible() []Column               { return nil }
func (n *Union) Inputs() []Node                  { return n.In }
func (n *Union) MapExprs(func(*Expr) *Expr) Node { return n }
func (n *Union) produces() ([]Column, []*Expr)   { return n.Cols, nil }
func (n *Union) WithInputs(in []Node) Node       { return &Union{In: in, Cols: n.Cols} }
func (n *Union) withColumns(cols []Column) Node  { return &Union{In: n.In, Cols: cols} }

func (n *Union) check(c *checker) {
	for _, in := range n.In {
		cols := in.Columns()
		if len(cols) != len(n.Cols) {
			c.fail("a union of %d columns over one of %d", len(n.Cols), len(cols))
			return
		}
		for i, col := range n.Cols {
			if col.Type.Phys() != cols[i].Type.Phys() || cols[i].Nullable && !col.Nullable {
				c.fail("column %d %v is of one of %v, nullable %v", col.ID, col.Type, cols[i].Type, cols[i].Nullable)
			}
		}
	}
}

func (n *Union) format(f *formatter) { f.line("union: %s", f.cols(n.Cols)) }
