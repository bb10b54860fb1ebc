package algebra

// JoinKind is the kind of a logical join.
type JoinKind uint8

const (
	Inner JoinKind = iota
	Left
	Semi
	Anti
)

var joinNames = [...]string{"inner", "left", "semi", "anti"}

func (k JoinKind) String() string { return joinNames[k] }

// LeftOnly reports whether the join yields the left side's columns alone.
func (k JoinKind) LeftOnly() bool { return k == Semi || k == Anti }

// Join pairs rows of Left and Right. On are conjuncts over both; none is a cross join.
type Join struct {
	passing
	sound

	Kind        JoinKind
	Left, Right Node
	On          []*Expr
}

// Columns are the left side's, then, unless semi or anti, the right side's.
func (n *Join) Columns() []Column {
	out := append([]Column(nil), n.Left.Columns()...)
	if n.Kind.LeftOnly() {
		return out
	}
	for _, c := range n.Right.Columns() {
		c.Nullable = c.Nullable || n.Kind == Left
		out = append(out, c)
	}
	return out
}

// visible: ON sees rows before they are padded.
func (n *Join) visible() []Column {
	return append(append([]Column(nil), n.Left.Columns()...), n.Right.Columns()...)
}

func (n *Join) Inputs() []Node         { return []Node{n.Left, n.Right} }
func (n *Join) EachExpr(f func(*Expr)) { each(n.On, f) }

func (n *Join) WithInputs(in []Node) Node {
	return &Join{Kind: n.Kind, Left: in[0], Right: in[1], On: n.On}
}

func (n *Join) MapExprs(f func(*Expr) *Expr) Node {
	on, changed := mapList(n.On, f)
	if !changed {
		return n
	}
	return &Join{Kind: n.Kind, Left: n.Left, Right: n.Right, On: on}
}

func (n *Join) format(f *formatter) {
	f.line("%s join", n.Kind)
	f.conjuncts(n.On)
}
