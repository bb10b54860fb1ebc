package algebra

// Sort orders rows.
type Sort struct {
	passing
	sound

	In   Node
	Keys []SortKey
}

func (n *Sort) Columns() []Column         { return n.In.Columns() }
func (n *Sort) visible() []Column         { return n.In.Columns() }
func (n *Sort) Inputs() []Node            { return []Node{n.In} }
func (n *Sort) WithInputs(in []Node) Node { return &Sort{In: in[0], Keys: n.Keys} }

func (n *Sort) EachExpr(f func(*Expr)) {
	for _, k := range n.Keys {
		f(k.Expr)
	}
}

func (n *Sort) MapExprs(f func(*Expr) *Expr) Node {
	keys, changed := append([]SortKey(nil), n.Keys...), false
	for i := range keys {
		keys[i].Expr = f(keys[i].Expr)
		changed = changed || keys[i].Expr != n.Keys[i].Expr
	}
	if !changed {
		return n
	}
	return &Sort{In: n.In, Keys: keys}
}

func (n *Sort) format(f *formatter) { f.line("sort %s", f.OrderText(n.Keys)) }
