package algebra

// JoinKind is the kind of a logical join.
type JoinKind uint8

const (
	Inner JoinKind = iota
	Left
	Full // unmatched rows of both sides, padded
	Semi
	Anti
	Mark // the left side's rows, all of them, with a column that says whether there is a match
)

var joinNames = [...]string{"inner", "left", "full", "semi", "anti", "mark"}

func (k JoinKind) String() string { return joinNames[k] }

// LeftOnly reports whether the join yields no column of the right side.
func (k JoinKind) LeftOnly() bool { return k >= Semi }

// Join pairs rows of Left and Right. On are conjuncts over both; none is a cross join.
type Join struct {
	Kind        JoinKind
	Left, Right Node
	On          []*Expr
	// Lateral: Right reads columns of Left. The rule unnest leaves no such join.
	Lateral bool
	// Found is a mark join's column: TRUE if On and Cond are true for some row of the right side. It is NULL if, among the
	// rows for which On is true, Cond is true for none and NULL for some.
	Found Column
	Cond  []*Expr
}

// Columns are the left side's, then, unless semi or anti, the right side's, or the mark.
func (n *Join) Columns() []Column { return n.addColumns(nil) }

// addColumns appends them to out: many joins in each other are gone through once.
func (n *Join) addColumns(out []Column) []Column {
	begin := len(out)
	out = columnsBehind(out, n.Left)
	switch {
	case n.Kind == Mark:
		return append(out, n.Found)
	case n.Kind.LeftOnly():
		return out
	}
	middle := len(out)
	out = columnsBehind(out, n.Right)
	if n.Kind == Full {
		middle = begin
	}
	if n.Kind != Inner {
		for i := range out[middle:] {
			out[middle+i].Nullable = true
		}
	}
	return out
}

func columnsBehind(out []Column, n Node) []Column {
	if j, ok := n.(*Join); ok {
		return j.addColumns(out)
	}
	return append(out, n.Columns()...)
}

// visible: ON sees rows before they are padded.
func (n *Join) visible() []Column {
	return columnsBehind(columnsBehind(nil, n.Left), n.Right)
}

func (n *Join) Inputs() []Node { return []Node{n.Left, n.Right} }
func (n *Join) EachExpr(f func(*Expr)) {
	each(n.On, f)
	each(n.Cond, f)
}
func (n *Join) check(*checker) {}

func (n *Join) produces() ([]Column, []*Expr) {
	if n.Kind == Mark {
		return []Column{n.Found}, nil
	}
	return nil, nil
}

func (n *Join) withColumns(cols []Column) Node {
	c := *n
	c.Found = cols[0]
	return &c
}

func (n *Join) WithInputs(in []Node) Node {
	c := *n
	c.Left, c.Right = in[0], in[1]
	return &c
}

// WithOn is the join under other conjuncts.
func (n *Join) WithOn(on []*Expr) *Join {
	c := *n
	c.On = on
	return &c
}

func (n *Join) MapExprs(f func(*Expr) *Expr) Node {
	on, changed := mapList(n.On, f)
	cond, more := mapList(n.Cond, f)
	if !changed && !more {
		return n
	}
	c := *n
	c.On, c.Cond = on, cond
	return &c
}

func (n *Join) format(f *formatter) {
	if n.Kind == Mark {
		f.line("mark join: %s", f.cols([]Column{n.Found}))
	} else {
		f.line("%s join", n.Kind)
	}
	f.conjuncts(n.On)
	f.conjuncts(n.Cond)
}
