package bind

import (
	"reflect"

	"slipher/compiler/parse"
)

// aggregates reports whether e, an item of a select list, has a call of an aggregate, or over a window, outside of
// subqueries.
func (b *binder) aggregates(e parse.Expr) bool {
	found := false
	visit(e, func(f *parse.FuncCall) {
		found = found || f.Over != nil || builtIn(f) && b.fns.Aggregate(f.Name) != nil
	})
	return found
}

// visit visits what is of type *N in an expression, but not in its subqueries.
func visit[N any](e parse.Expr, f func(*N)) {
	parse.Visit(e, f, reflect.TypeFor[*parse.Query](), reflect.TypeFor[*starExpr]())
}
