package algebra

import "slipher/catalog/types"

// Column is one output column of a node.
type Column struct {
	ID       ColumnID
	Name     string
	Type     types.Type
	Nullable bool
}

// Node is a logical operator. Nodes are not changed once made: the methods that replace a part
// give a copy, or the node itself if nothing changes.
type Node interface {
	// Columns are what the node yields.
	Columns() []Column
	// Inputs are the nodes below.
	Inputs() []Node
	// WithInputs is the node over other inputs, as many as Inputs has.
	WithInputs(in []Node) Node
	// EachExpr calls f for each expression that the node holds, always in the same order.
	EachExpr(f func(*Expr))
	// MapExprs is the node with f of each expression, in the order of EachExpr.
	MapExprs(f func(*Expr) *Expr) Node

	// produces are the columns that the node makes, and the expressions it makes the first of them of.
	produces() (cols []Column, from []*Expr)
	// withColumns is the node making other columns, as many as produces gives.
	withColumns(cols []Column) Node
	// visible are the columns that the node's expressions may read.
	visible() []Column
	// check finds what is wrong with the node beyond what holds for all nodes.
	check(c *checker)
	// format writes the node's own lines.
	format(f *formatter)
}

// leaf is what nodes without inputs have in common.
type leaf struct{}

func (leaf) Inputs() []Node    { return nil }
func (leaf) visible() []Column { return nil }

// silent is what nodes without expressions have in common.
type silent struct{}

func (silent) EachExpr(func(*Expr)) {}

// passing is what nodes that pass their input's columns on have in common.
type passing struct{}

func (passing) produces() ([]Column, []*Expr) { return nil, nil }
func (passing) withColumns([]Column) Node     { panic("BUG: other columns for a node that makes none") }

// sound is what nodes have in common that can be nothing but right.
type sound struct{}

func (sound) check(*checker) {}

// Walk calls visit for n and everything below it, parents first. What is in expressions does not count.
func Walk(n Node, visit func(Node)) {
	visit(n)
	for _, in := range n.Inputs() {
		Walk(in, visit)
	}
}

// WalkAll is Walk that also visits the relations in expressions.
func WalkAll(n Node, visit func(Node)) {
	var inExpr func(e *Expr)
	inExpr = func(e *Expr) {
		e.Walk(func(x *Expr) {
			if x.Rel == nil {
				return
			}
			s := x.Rel.(*Subquery)
			WalkAll(s.Root, visit)
			if s.Cond != nil {
				inExpr(s.Cond)
			}
		})
	}
	Walk(n, func(n Node) {
		visit(n)
		n.EachExpr(inExpr)
	})
}

// MapInputs is n over f of its inputs.
func MapInputs(n Node, f func(Node) Node) Node {
	in := n.Inputs()
	changed := false
	out := make([]Node, len(in))
	for i, x := range in {
		out[i] = f(x)
		changed = changed || out[i] != x
	}
	if !changed {
		return n
	}
	return n.WithInputs(out)
}

// MapAllExprs is the tree n with f of all its expressions.
func MapAllExprs(n Node, f func(*Expr) *Expr) Node {
	return MapInputs(n, func(in Node) Node { return MapAllExprs(in, f) }).MapExprs(f)
}

// mapList is f of each expression; es itself if none changes.
func mapList(es []*Expr, f func(*Expr) *Expr) (out []*Expr, changed bool) {
	for i, e := range es {
		x := f(e)
		if x != e && out == nil {
			out = append(make([]*Expr, 0, len(es)), es[:i]...)
		}
		if out != nil {
			out = append(out, x)
		}
	}
	if out == nil {
		return es, false
	}
	return out, true
}

func each(es []*Expr, f func(*Expr)) {
	for _, e := range es {
		f(e)
	}
}
