package optimize

import (
	"slipher/catalog/fn"
	"slipher/catalog/types"
	"slipher/compiler/plan"
)

// classCasts are casts that keep a value's DistHash if the comparison class stays the same.
var classCasts = map[string]bool{
	"int_widen": true, "int_narrow": true, "int_to_dec": true, "int_to_dec_check": true,
	"dec_to_int_round": true, "dec_to_int_trunc": true, "dec_widen": true, "dec_check": true,
}

// orderCasts are further casts that keep the order of values.
var orderCasts = map[string]bool{
	"dec_up": true, "dec_up_nc": true, "int_to_float": true, "dec_to_float": true, "float_widen": true,
	"date_to_timestamp": true,
}

// call is the application of an operation; constants follow the arguments.
func call(b fn.Bound, args ...*plan.Expr) *plan.Expr {
	e := &plan.Expr{Kind: plan.ExprCall, Type: b.Ret, Op: b.Op.Name, Args: args}
	for _, a := range args {
		e.Nullable = e.Nullable || a.Nullable
	}
	for _, c := range b.Extra {
		e.Args = append(e.Args, &plan.Expr{Kind: plan.ExprConst, Type: plan.ConstType(c.Phys), Const: c.V})
	}
	return e
}

// cast gives e the type to, as an assignment would.
func (p *planner) cast(e *plan.Expr, to types.Type) (*plan.Expr, error) {
	if e.Type == to {
		return e, nil
	}
	if p.env.Fn != nil {
		if b, ok := p.env.Fn.Cast(e.Type, to, fn.Assignment); ok {
			if b.Op == nil {
				c := *e
				c.Type = to
				return &c, nil
			}
			return call(b, e), nil
		}
	}
	return nil, plan.ErrUnsupported("the cast of an aggregate from " + e.Type.String() + " to " + to.String())
}

// opCall applies an operation by its name to arguments of fitting classes.
func opCall(name string, ret types.Type, args ...*plan.Expr) *plan.Expr {
	return call(fn.Bound{Op: &fn.Op{Name: name}, Ret: ret}, args...)
}
