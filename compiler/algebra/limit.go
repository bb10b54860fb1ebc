package algebra

import "fmt"

// Limit keeps Count rows behind Offset rows: parameters' numbers, -1 for none.
type Limit struct {
	passing
	silent

	In            Node
	Count, Offset int
}

func (n *Limit) Columns() []Column               { return n.In.Columns() }
func (n *Limit) visible() []Column               { return nil }
func (n *Limit) Inputs() []Node                  { return []Node{n.In} }
func (n *Limit) MapExprs(func(*Expr) *Expr) Node { return n }

func (n *Limit) WithInputs(in []Node) Node {
	return &Limit{In: in[0], Count: n.Count, Offset: n.Offset}
}

func (n *Limit) check(c *checker) {
	for _, p := range []int{n.Count, n.Offset} {
		if p >= len(c.st.Params) {
			c.fail("parameter %d does not exist", p)
		}
	}
}

func (n *Limit) format(f *formatter) {
	s := "limit"
	if n.Count >= 0 {
		s += fmt.Sprintf(" $%d", n.Count)
	}
	if n.Offset >= 0 {
		s += fmt.Sprintf(" offset $%d", n.Offset)
	}
	f.line("%s", s)
}
