package algebra

// Definition is a relation with a name (WITH), bound once. Its columns have different ids.
type Definition struct {
	Name string
	Root Node
}

// Reference yields the rows of definition number Def of the statement: a definition stands in its statement once, so
// that the statement is as long as its text however often, and through however many others, it is referred to.
type Reference struct {
	leaf
	silent

	Def  int
	Name string
	Cols []Column // the definition's, in order, with ids of their own
}

func (n *Reference) Columns() []Column               { return n.Cols }
func (n *Reference) WithInputs([]Node) Node          { return n }
func (n *Reference) MapExprs(func(*Expr) *Expr) Node { return n }
func (n *Reference) produces() ([]Column, []*Expr)   { return n.Cols, nil }

func (n *Reference) withColumns(cols []Column) Node {
	return &Reference{Def: n.Def, Name: n.Name, Cols: cols}
}

func (n *Reference) check(c *checker) {
	if n.Def >= c.defs {
		c.fail("a reference to definition %d of %d", n.Def, c.defs)
		return
	}
	from := c.st.Defs[n.Def].Root.Columns()
	if len(from) != len(n.Cols) {
		c.fail("a reference to %d columns with %d", len(from), len(n.Cols))
		return
	}
	for i, col := range n.Cols {
		if col.Type != from[i].Type || from[i].Nullable && !col.Nullable {
			c.fail("column %d %v refers to one of %v, nullable %v", col.ID, col.Type, from[i].Type, from[i].Nullable)
		}
	}
}

func (n *Reference) format(f *formatter) { f.line("reference %s: %s", n.Name, f.cols(n.Cols)) }
