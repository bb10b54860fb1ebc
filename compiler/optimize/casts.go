package optimize

import (
	"slipher/catalog/fn"
	"slipher/catalog/types"
	"slipher/compiler/algebra"
	"slipher/compiler/expr"
	"slipher/compiler/plan"
)

// stripCasts looks through casts that keep the order of values.
func stripCasts[R expr.Ref](e *expr.Expr[R]) *expr.Expr[R] {
	for e.Kind == expr.Call && e.Op.Cast && e.Op.Monotone {
		e = e.Args[0]
	}
	return e
}

// cast gives e the type to, as an assignment would.
func (p *planner) cast(e *algebra.Expr, to types.Type) (*algebra.Expr, error) {
	if e.Type == to {
		return e, nil
	}
	b, ok := p.env.Fn.Cast(e.Type, to, fn.Assignment)
	if !ok {
		return nil, plan.ErrUnsupported("the cast of an aggregate from " + e.Type.String() + " to " + to.String())
	}
	if b.Op == nil {
		return e.As(to), nil
	}
	args := []*algebra.Expr{e}
	if b.Zoned {
		args = append(args, p.st.ZoneParam())
	}
	return expr.CallOf(b.Op, b.Ret, b.Extra, args...), nil
}

// call applies an operation by its name to arguments of fitting classes.
func (p *planner) call(name string, ret types.Type, args ...*algebra.Expr) *algebra.Expr {
	return expr.CallOf(p.env.Fn.Op(name), ret, nil, args...)
}
