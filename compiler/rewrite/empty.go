package rewrite

import (
	"slices"

	"slipher/compiler/algebra"
	"slipher/compiler/expr"
)

// dropEmptyArms drops inputs of a union that have no rows whatever the tables hold:
//
//	union(select(FALSE)(s), select(x = 1)(t))  →  select(x = 1)(t)
func dropEmptyArms(_ *run, n algebra.Node) algebra.Node {
	n = algebra.MapInputs(n, func(in algebra.Node) algebra.Node { return dropEmptyArms(nil, in) })
	u, ok := n.(*algebra.Union)
	if !ok || !slices.ContainsFunc(u.In, empty) {
		return n
	}
	left := slices.DeleteFunc(slices.Clone(u.In), empty)
	switch len(left) {
	case 0:
		return u.WithInputs(u.In[:1])
	case 1:
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
