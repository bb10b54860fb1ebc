package bind

import (
	"encoding/binary"

	"slipher/catalog/types"
	"slipher/compiler/plan"
)

// equal reports whether two bound expressions always give the same value.
// Hoisted literals are equal if their values are. A column under another type of
// the same bytes is the same: a string of another declared length, a decimal of
// more digits.
func (b *binder) equal(x, y *plan.Expr) bool {
	if x == y {
		return true
	}
	if x.Kind != y.Kind || x.Op != y.Op || len(x.Args) != len(y.Args) || !sameBytes(x.Type, y.Type) {
		return false
	}
	switch x.Kind {
	case plan.ExprCol:
		return x.Col == y.Col
	case plan.ExprConst:
		return x.Const == y.Const
	case plan.ExprParam:
		return b.equalParams(x.Param, y.Param)
	case plan.ExprInList:
		if !b.equalParams(x.Param, y.Param) {
			return false
		}
	}
	return b.equalAll(x.Args, y.Args)
}

func sameBytes(t, u types.Type) bool { return t == u || bytesOf(t) == bytesOf(u) }

// bytesOf is one type for all whose values are the same bytes.
func bytesOf(t types.Type) types.Type {
	switch {
	case t.IsString():
		return types.Type{Kind: types.Varchar}
	case t.Kind == types.Decimal && t.Phys() == types.I64:
		t.Prec = 1
	case t.Kind == types.Decimal:
		t.Prec = types.MaxPrecision
	}
	return t
}

func (b *binder) equalAll(xs, ys []*plan.Expr) bool {
	if len(xs) != len(ys) {
		return false
	}
	for i := range xs {
		if !b.equal(xs[i], ys[i]) {
			return false
		}
	}
	return true
}

func (b *binder) equalParams(i, j int) bool {
	if i == j {
		return true
	}
	p, q := b.out.Params[i], b.out.Params[j]
	if p.Client != 0 || q.Client != 0 || p.IsList != q.IsList || len(p.List) != len(q.List) || p.Value != q.Value || p.Type != q.Type {
		return false
	}
	for k := range p.List {
		if p.List[k] != q.List[k] {
			return false
		}
	}
	return true
}

// unifier makes equal calls in a SELECT's keys and aggregates one expression with
// one set of parameters, so that the planner can compute them once. TPC-H 1 has
// price * (1 - discount) twice, each with a literal of its own. Its equality is the
// binder's, found by value numbering: every expression is looked at once.
type unifier struct {
	b       *binder
	numbers map[shape]int        // one number for equal expressions
	exprs   map[typed]*plan.Expr // the first call of a number and type
	params  map[paramShape][]int // parameters that differ
}

// shape is what makes two expressions equal.
type shape struct {
	kind  plan.ExprKind
	op    string
	bytes types.Type
	leaf  int         // a column, or the first of equal parameters
	value types.Datum // of a constant
	args  string      // their numbers
}

type typed struct {
	number int
	t      types.Type
}

// paramShape is all of a literal parameter but a list's members.
type paramShape struct {
	t      types.Type
	value  types.Datum
	list   bool
	length int
}

func newUnifier(b *binder) *unifier {
	return &unifier{b: b, numbers: map[shape]int{}, exprs: map[typed]*plan.Expr{}, params: map[paramShape][]int{}}
}

func (u *unifier) unify(e *plan.Expr) *plan.Expr {
	e, _ = u.number(e)
	return e
}

// number gives the one expression for all that are equal to e, and its number.
func (u *unifier) number(e *plan.Expr) (*plan.Expr, int) {
	s := shape{kind: e.Kind, op: e.Op, bytes: bytesOf(e.Type)}
	switch e.Kind {
	case plan.ExprCol:
		s.leaf = e.Col
	case plan.ExprConst:
		s.value = e.Const
	case plan.ExprParam, plan.ExprInList:
		s.leaf = u.param(e.Param)
	}
	if len(e.Args) > 0 {
		c := *e
		c.Args = make([]*plan.Expr, len(e.Args))
		numbers := make([]byte, 0, 2*len(e.Args))
		for i, a := range e.Args {
			var n int
			c.Args[i], n = u.number(a)
			numbers = binary.AppendUvarint(numbers, uint64(n))
		}
		e, s.args = &c, string(numbers)
	}
	n, ok := u.numbers[s]
	if !ok {
		n = len(u.numbers)
		u.numbers[s] = n
	}
	if len(e.Args) == 0 {
		return e, n
	}
	if o := u.exprs[typed{n, e.Type}]; o != nil {
		return o, n
	}
	u.exprs[typed{n, e.Type}] = e
	return e, n
}

// param is the first parameter that equals i.
func (u *unifier) param(i int) int {
	p := u.b.out.Params[i]
	s := paramShape{p.Type, p.Value, p.IsList, len(p.List)}
	for _, j := range u.params[s] {
		if u.b.equalParams(i, j) {
			return j
		}
	}
	u.params[s] = append(u.params[s], i)
	return i
}
