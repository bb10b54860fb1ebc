package bind

import (
	"fmt"

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

func sameBytes(t, u types.Type) bool {
	switch {
	case t == u, t.IsString() && u.IsString():
		return true
	case t.Kind == types.Decimal && u.Kind == types.Decimal:
		return t.Scale == u.Scale && t.Phys() == u.Phys()
	}
	return false
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
// price * (1 - discount) twice, each with a literal of its own.
type unifier struct {
	b    *binder
	seen map[string][]*plan.Expr // by operation
}

// maxUnified bounds the comparisons for each operation.
const maxUnified = 200

func (u *unifier) unify(e *plan.Expr) *plan.Expr {
	if len(e.Args) == 0 {
		return e
	}
	c := *e
	c.Args = make([]*plan.Expr, len(e.Args))
	for i, a := range e.Args {
		c.Args[i] = u.unify(a)
	}
	key := fmt.Sprint(e.Kind, e.Op)
	for _, o := range u.seen[key] {
		if o.Type == c.Type && u.b.equal(o, &c) {
			return o
		}
	}
	if len(u.seen[key]) < maxUnified {
		u.seen[key] = append(u.seen[key], &c)
	}
	return &c
}
