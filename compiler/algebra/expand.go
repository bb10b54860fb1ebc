package algebra

import "slipher/catalog/types"

// Expand yields each row of In as often as Count, of type BIGINT, says: not at all if it is NULL or below 1. Output:
// the row's columns, then the copy's number from 0.
type Expand struct {
	In     Node
	Count  *Expr
	Number Column
	// Function is what EXPLAIN calls a function of several rows in FROM, whose rows the copies of one are: its name, and
	// what FROM calls it. "": it is none.
	Function, Alias string
}

// NewExpand is in with each row count times; number is the id of the column that numbers the copies.
func NewExpand(in Node, count *Expr, name string, number ColumnID) *Expand {
	return &Expand{In: in, Count: count, Number: Column{ID: number, Name: name, Type: types.TInt8}}
}

func (n *Expand) Columns() []Column {
	in := n.In.Columns()
	return append(in[:len(in):len(in)], n.Number)
}

func (n *Expand) visible() []Column             { return n.In.Columns() }
func (n *Expand) Inputs() []Node                { return []Node{n.In} }
func (n *Expand) produces() ([]Column, []*Expr) { return []Column{n.Number}, nil }
func (n *Expand) EachExpr(f func(*Expr))        { f(n.Count) }

func (n *Expand) withColumns(cols []Column) Node {
	c := *n
	c.Number = cols[0]
	return &c
}

func (n *Expand) WithInputs(in []Node) Node {
	c := *n
	c.In = in[0]
	return &c
}

func (n *Expand) MapExprs(f func(*Expr) *Expr) Node {
	count := f(n.Count)
	if count == n.Count {
		return n
	}
	c := *n
	c.Count = count
	return &c
}

func (n *Expand) check(c *checker) {
	if n.Count.Type.Phys() != types.I64 || n.Number.Type.Phys() != types.I64 || n.Number.Nullable {
		c.fail("a count of type %v, numbers of type %v", n.Count.Type, n.Number.Type)
	}
}

func (n *Expand) format(f *formatter) {
	f.line("expand %s = 0 to %s - 1", f.typed(n.Number), f.Text(n.Count))
}
