package algebra

// Recursive yields the rows of Base, and those that Step makes of them, and those that Step makes of these, until it
// makes none. Distinct: rows that were there before are none (UNION); else all are (UNION ALL).
type Recursive struct {
	silent

	Name       string
	Number     int // what Step's Working nodes go by
	Base, Step Node
	Distinct   bool
	Cols       []Column
}

func (n *Recursive) Columns() []Column               { return n.Cols }
func (n *Recursive) visible() []Column               { return nil }
func (n *Recursive) Inputs() []Node                  { return []Node{n.Base, n.Step} }
func (n *Recursive) MapExprs(func(*Expr) *Expr) Node { return n }
func (n *Recursive) produces() ([]Column, []*Expr)   { return n.Cols, nil }

func (n *Recursive) WithInputs(in []Node) Node {
	c := *n
	c.Base, c.Step = in[0], in[1]
	return &c
}

func (n *Recursive) withColumns(cols []Column) Node {
	c := *n
	c.Cols = cols
	return &c
}

func (n *Recursive) check(c *checker) {
	for _, in := range n.Inputs() {
		(&Union{In: []Node{in}, Cols: n.Cols}).check(c)
	}
}

func (n *Recursive) format(f *formatter) {
	kind := "recursive"
	if n.Distinct {
		kind += " distinct"
	}
	f.line("%s %s %d: %s", kind, n.Name, n.Number, f.cols(n.Cols))
}

// Working yields the rows that a Recursive's last step, or at first its base, has made: it is in Step alone.
type Working struct {
	leaf
	silent
	sound

	Number int // of the Recursive around it
	Cols   []Column
}

// InStep reports whether n reads the working rows of a Recursive around it.
func InStep(n Node) bool {
	inner, found := map[int]bool{}, false
	WalkAll(n, func(n Node) {
		switch x := n.(type) {
		case *Recursive:
			inner[x.Number] = true
		case *Working:
			found = found || !inner[x.Number]
		}
	})
	return found
}

func (n *Working) Columns() []Column               { return n.Cols }
func (n *Working) WithInputs([]Node) Node          { return n }
func (n *Working) MapExprs(func(*Expr) *Expr) Node { return n }
func (n *Working) produces() ([]Column, []*Expr)   { return n.Cols, nil }
func (n *Working) withColumns(cols []Column) Node  { return &Working{Number: n.Number, Cols: cols} }
func (n *Working) format(f *formatter)             { f.line("working rows of %d: %s", n.Number, f.cols(n.Cols)) }
