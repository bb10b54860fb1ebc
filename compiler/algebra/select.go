package algebra

// Select keeps rows for which all predicates are true (conjuncts, in written order).
type Select struct {
	passing
	sound

	In    Node
	Preds []*Expr
}

func (n *Select) Columns() []Column      { return n.In.Columns() }
func (n *Select) visible() []Column      { return n.In.Columns() }
func (n *Select) Inputs() []Node         { return []Node{n.In} }
func (n *Select) EachExpr(f func(*Expr)) { each(n.Preds, f) }

func (n *Select) WithInputs(in []Node) Node { return &Select{In: in[0], Preds: n.Preds} }

func (n *Select) MapExprs(f func(*Expr) *Expr) Node {
	preds, changed := mapList(n.Preds, f)
	if !changed {
		return n
	}
	return &Select{In: n.In, Preds: preds}
}

func (n *Select) format(f *formatter) {
	f.line("select")
	f.conjuncts(n.Preds)
}

// Where is in with the predicates preds; in itself if there are none.
func Where(in Node, preds []*Expr) Node {
	if len(preds) == 0 {
		return in
	}
	return &Select{In: in, Preds: preds}
}
