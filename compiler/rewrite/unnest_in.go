package rewrite

import (
	"slices"

	"slipher/compiler/algebra"
	"slipher/compiler/expr"
)

// mostPatterns is of how many columns that may be NULL there are joins for each pattern of NULLs.
const mostPatterns = 4

// inValue is the truth of x IN (y …), x and y rows, whose columns may be NULL, by hashing: TRUE if there is an equal y.
// If not, it is unknown where some y is equal in the columns that are not NULL in either. For each set of columns that
// may be those, y's distinct values there, and which of the others are NULL, are joined:
//
//	case when x = y for some y then true
//	     when x1 = y1 and (x2 is null or y2 is null) for some (y1, y2 is null) or … then null
//	     else false
func (u *unnester) inValue(in *algebra.Node, j pulled, conds []*algebra.Expr,
	found algebra.Column) (*algebra.Expr, bool) {
	outer := algebra.IDsOf((*in).Columns())
	xs, ys, ok := keyed(conds, outer)
	if !ok {
		return nil, false
	}
	of, keys, ok := keyed(j.on, outer)
	if !ok {
		return nil, false
	}
	var open []int // columns of which some may be NULL
	for i, x := range xs {
		if x.Nullable || ys[i].Nullable {
			open = append(open, i)
		} else {
			of, keys = append(of, x), append(keys, ys[i])
		}
	}
	if len(open) > mostPatterns {
		return nil, false
	}
	rows, unknown := j.node, []*algebra.Expr(nil)
	for set := range 1<<len(open) - 1 {
		of, keys := slices.Clone(of), slices.Clone(keys)
		var x, y []*algebra.Expr // one of each two is NULL
		for bit, i := range open {
			if set>>bit&1 == 1 {
				of, keys = append(of, xs[i]), append(keys, ys[i])
			} else {
				x, y = append(x, xs[i]), append(y, ys[i])
			}
		}
		first, copied, by := u.share(rows)
		rows = first
		right, on := u.nullRows(copied, of, substituteAll(keys, by), x, substituteAll(y, by))
		m := algebra.Column{ID: u.r.st.Fresh(), Name: "unknown", Type: boolType}
		*in = &algebra.Join{Kind: algebra.Mark, Left: *in, Right: right, On: on, Found: m}
		unknown = append(unknown, m.Ref())
	}
	*in = &algebra.Join{Kind: algebra.Mark, Left: *in, Right: rows, On: slices.Concat(j.on, conds), Found: found}
	if len(unknown) == 0 {
		return found.Ref(), true
	}
	return &algebra.Expr{Kind: expr.Case, Type: boolType, Nullable: true, Args: []*algebra.Expr{
		found.Ref(), algebra.Truth(true), expr.AnyOf(unknown), algebra.Null(boolType), algebra.Truth(false)}}, true
}

// nullRows are the distinct keys of n, and which of y are NULL there; on are the conditions that the keys are what of
// says, and that x or y is NULL, in each place.
func (u *unnester) nullRows(n algebra.Node, of, keys, x, y []*algebra.Expr) (rows algebra.Node, on []*algebra.Expr) {
	p := &algebra.Project{In: n, Exprs: keys}
	p.Cols, on = u.keyColumns(keys, of)
	add := func(name string, e *algebra.Expr) *algebra.Expr {
		c := algebra.Column{ID: u.r.st.Fresh(), Name: name, Type: boolType}
		p.Exprs, p.Cols = append(p.Exprs, e), append(p.Cols, c)
		return c.Ref()
	}
	for i := range x {
		var either []*algebra.Expr
		if x[i].Nullable {
			either = append(either, expr.TestNull(x[i]))
		}
		if y[i].Nullable {
			either = append(either, add("null", expr.TestNull(y[i])))
		}
		on = append(on, expr.AnyOf(either))
	}
	if len(p.Cols) == 0 {
		add("row", algebra.Truth(true)) // whether there is one
	}
	return &algebra.Distinct{In: p}, on
}
