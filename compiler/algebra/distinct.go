package algebra

// Distinct removes duplicate rows.
type Distinct struct {
	passing
	silent
	sound

	In Node
}

func (n *Distinct) Columns() []Column               { return n.In.Columns() }
func (n *Distinct) visible() []Column               { return nil }
func (n *Distinct) Inputs() []Node                  { return []Node{n.In} }
func (n *Distinct) WithInputs(in []Node) Node       { return &Distinct{In: in[0]} }
func (n *Distinct) MapExprs(func(*Expr) *Expr) Node { return n }
func (n *Distinct) format(f *formatter)             { f.line("distinct") }
