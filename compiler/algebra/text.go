package algebra

// Text is COPY's input: fields split from text on each slice, all
// VARCHAR(65535) that may be NULL.
type Text struct {
	leaf
	silent
	sound

	Cols []Column
}

func (n *Text) Columns() []Column               { return n.Cols }
func (n *Text) WithInputs([]Node) Node          { return n }
func (n *Text) MapExprs(func(*Expr) *Expr) Node { return n }
func (n *Text) produces() ([]Column, []*Expr)   { return n.Cols, nil }

func (n *Text) withColumns(cols []Column) Node {
	c := *n
	c.Cols = cols
	return &c
}
func (n *Text) format(f *formatter) { f.line("text: %s", f.cols(n.Cols)) }
