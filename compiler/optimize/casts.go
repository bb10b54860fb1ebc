package optimize

import (
	"slipher/catalog/fn"
	"slipher/catalog/types"
	"slipher/compiler/plan"
)

// classCasts are casts that keep a value's DistHash if the comparison class stays the same.
var classCasts = map[string]bool{
	"int_widen": true, "int_narrow": true, "int_to_dec": true, "int_to_dec_check": true, "dec_to_int": true,
	"dec_widen": true, "dec_check": true,
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
		e.Args = append(e.Args, &plan.Expr{Kind: plan.ExprConst, Type: constType(c.Phys), Const: c.V})
	}
	return e
}

// constType is a type of the given class, for operands that are part of the program.
func constType(p types.Phys) types.Type {
	switch p {
	case types.I8:
		return types.TBool
	case types.I16:
		return types.TInt2
	case types.I32:
		return types.TInt4
	case types.I64:
		return types.TInt8
	case types.I128:
		return types.TDecimal(types.MaxPrecision, 0)
	case types.F32:
		return types.TFloat4
	case types.F64:
		return types.TFloat8
	}
	return types.TText
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

// binary applies an SQL operator, casting its arguments as it asks.
func (p *planner) binary(name string, l, r *plan.Expr) (*plan.Expr, error) {
	if p.env.Fn == nil {
		return nil, plan.ErrUnsupported("operator " + name + " without a function table")
	}
	_, b, err := p.env.Fn.Resolve(name, []types.Type{l.Type, r.Type}, nil)
	if err != nil {
		return nil, err
	}
	if l, err = p.cast(l, b.Args[0]); err != nil {
		return nil, err
	}
	if r, err = p.cast(r, b.Args[1]); err != nil {
		return nil, err
	}
	return call(b, l, r), nil
}

// opCall applies an operation by its name to arguments of fitting classes.
func opCall(name string, ret types.Type, args ...*plan.Expr) *plan.Expr {
	return call(fn.Bound{Op: &fn.Op{Name: name}, Ret: ret}, args...)
}
