package rewrite

import (
	"slipher/catalog/fn"
	"slipher/catalog/types"
	"slipher/compiler/algebra"
	"slipher/compiler/expr"
)

// extremeValue is the truth of x < ANY (y …), or of another comparison that is not =, by groups instead of pairs: x is
// below some y if it is below the greatest, and differs from some if it does from the least or the greatest. If not, it
// is unknown where a y is NULL, or x is, and there are rows.
//
//	case when n = 0 then false when x is null then null when x < max then true when count(y) < n then null else false
func (u *unnester) extremeValue(in *algebra.Node, j pulled, conds []*algebra.Expr) (*algebra.Expr, bool) {
	if len(conds) != 1 || len(conds[0].Args) != 2 {
		return nil, false
	}
	cond, outer := conds[0], algebra.IDsOf((*in).Columns())
	if c := cond.Compares(); c != fn.NotEqual && !c.Range() {
		return nil, false
	}
	x, y, op := cond.Args[0], cond.Args[1], cond.Op
	if outer.Meets(y) || !y.HasColumn() {
		x, y, op = y, x, op.Mirrored()
	}
	t := y.Type
	of, keys, ok := keyed(j.on, outer)
	if !ok || op == nil || t != x.Type || t.OwnOrder() || outer.Meets(y) || !outer.Covers(x) || !y.HasColumn() ||
		provoked(y) || y.Volatile() || x.Volatile() {
		return nil, false
	}
	g := &algebra.Aggregate{In: j.node, Keys: keys}
	var on []*algebra.Expr
	g.Cols, on = u.keyColumns(keys, of)
	add := func(name string, ret types.Type, args ...*algebra.Expr) *algebra.Expr {
		call := algebra.AggCall{Fn: u.r.env.Fn.Aggregate(name), Args: args, Type: ret}
		c := algebra.Column{ID: u.r.st.Fresh(), Name: name, Type: ret, Nullable: !call.Fn.NeverNull}
		g.Aggs, g.Cols = append(g.Aggs, call), append(g.Cols, c)
		return ofNoRows(call, c)
	}
	for _, name := range []string{"min", "max"} {
		if arg, ret, ok := u.r.env.Fn.Aggregate(name).Bind(t); !ok || arg != t || ret != t {
			return nil, false
		}
	}
	rows := add("count", types.TInt8)
	out := &algebra.Expr{Kind: expr.Case, Type: boolType, Nullable: x.Nullable || y.Nullable, Args: []*algebra.Expr{
		u.eq(rows, algebra.Number(types.TInt8, 0)), algebra.Truth(false)}}
	when := func(cond, then *algebra.Expr) { out.Args = append(out.Args, cond, then) }
	if x.Nullable {
		when(expr.TestNull(x), algebra.Null(boolType))
	}
	compare := func(name string) { when(expr.CallOf(op, boolType, nil, x, add(name, t, y)), algebra.Truth(true)) }
	if !op.Compares.Below() {
		compare("min")
	}
	if op.Compares.Below() || op.Compares == fn.NotEqual {
		compare("max")
	}
	if y.Nullable {
		when(u.call("lt", boolType, add("count", types.TInt8, y), rows), algebra.Null(boolType))
	}
	out.Args = append(out.Args, algebra.Truth(false))
	kind := algebra.Left
	if len(keys) == 0 {
		kind = algebra.Inner
	}
	*in = &algebra.Join{Kind: kind, Left: *in, Right: g, On: on}
	return out, true
}
