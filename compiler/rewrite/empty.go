package rewrite

import (
	"slices"

	"slipher/compiler/algebra"
	"slipher/compiler/expr"
)

// dropEmpty puts no rows in place of what has none whatever the tables hold, which need not be read then, and drops
// such inputs of a union:
//
//	select(FALSE)(s)                           →  values()
//	union(select(FALSE)(s), select(x = 1)(t))  →  select(x = 1)(t)
//	left join(t, select(FALSE)(s))             →  project(t, NULL)(t)
func dropEmpty(_ *run, n algebra.Node) algebra.Node {
	if empty(n) {
		return &algebra.Values{Cols: n.Columns()}
	}
	n = algebra.MapInputs(n, func(in algebra.Node) algebra.Node { return dropEmpty(nil, in) })
	switch x := n.(type) {
	case *algebra.Union:
		if slices.ContainsFunc(x.In, empty) {
			return withoutEmpty(x)
		}
	case *algebra.Join:
		if x.Kind == algebra.Left && empty(x.Right) {
			exprs := algebra.Refs(x.Left.Columns())
			for _, c := range x.Right.Columns() {
				exprs = append(exprs, algebra.Null(c.Type))
			}
			return &algebra.Project{In: x.Left, Exprs: exprs, Cols: x.Columns()}
		}
	}
	return n
}

// withoutEmpty is a union without inputs that have no rows.
func withoutEmpty(u *algebra.Union) algebra.Node {
	left := slices.DeleteFunc(slices.Clone(u.In), empty)
	if len(left) == 1 {
		if cols := left[0].Columns(); sameTypes(cols, u.Cols) {
			return &algebra.Project{In: left[0], Exprs: algebra.Refs(cols), Cols: u.Cols}
		}
	}
	return u.WithInputs(left)
}

func sameTypes(a, b []algebra.Column) bool {
	return slices.EqualFunc(a, b, func(x, y algebra.Column) bool { return x.Type == y.Type })
}

// empty reports whether n has no rows whatever the tables hold.
func empty(n algebra.Node) bool {
	switch x := n.(type) {
	case *algebra.Values:
		return x.Len() == 0
	case *algebra.Select:
		return slices.ContainsFunc(x.Preds, never) || empty(x.In)
	case *algebra.Aggregate:
		return len(x.Keys) > 0 && empty(x.In)
	case *algebra.Join:
		switch x.Kind {
		case algebra.Inner, algebra.Semi:
			return empty(x.Left) || empty(x.Right) || slices.ContainsFunc(x.On, never)
		case algebra.Full:
			return empty(x.Left) && empty(x.Right)
		}
		return empty(x.Left)
	case *algebra.Union:
		return !slices.ContainsFunc(x.In, func(in algebra.Node) bool { return !empty(in) })
	case *algebra.Project, *algebra.Distinct, *algebra.Window, *algebra.Sort, *algebra.Limit:
		return empty(n.Inputs()[0])
	}
	return false
}

// never reports whether a conjunct is true for no row.
func never(e *algebra.Expr) bool {
	v, ok := e.TruthOf()
	return ok && !v || e.Kind == expr.Constant && e.Const.Null
}
