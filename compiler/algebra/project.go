package algebra

import "slipher/compiler/expr"

// Project computes Exprs[i] as Cols[i].
type Project struct {
	sound

	In    Node
	Cols  []Column
	Exprs []*Expr
}

func (n *Project) Columns() []Column             { return n.Cols }
func (n *Project) visible() []Column             { return n.In.Columns() }
func (n *Project) Inputs() []Node                { return []Node{n.In} }
func (n *Project) produces() ([]Column, []*Expr) { return n.Cols, n.Exprs }
func (n *Project) EachExpr(f func(*Expr))        { each(n.Exprs, f) }

func (n *Project) withColumns(cols []Column) Node {
	return &Project{In: n.In, Cols: cols, Exprs: n.Exprs}
}

func (n *Project) WithInputs(in []Node) Node {
	return &Project{In: in[0], Cols: n.Cols, Exprs: n.Exprs}
}

func (n *Project) MapExprs(f func(*Expr) *Expr) Node {
	exprs, changed := mapList(n.Exprs, f)
	if !changed {
		return n
	}
	return &Project{In: n.In, Cols: n.Cols, Exprs: exprs}
}

// Renames reports whether the projection computes nothing.
func (n *Project) Renames() bool {
	for i, e := range n.Exprs {
		if e.Kind != expr.Column || e.Type != n.Cols[i].Type {
			return false
		}
	}
	return true
}

func (n *Project) format(f *formatter) {
	f.line("project")
	for i, e := range n.Exprs {
		f.computed("", n.Cols[i], f.Text(e))
	}
}
