package bind

import (
	"reflect"

	"slipher/compiler/parse"
)

// aggregates reports whether e, an item of a select list, has a call of an aggregate, or over a window, outside of
// subqueries.
func (b *binder) aggregates(e parse.Expr) bool {
	found := false
	eachCall(reflect.ValueOf(&e).Elem(), func(f *parse.FuncCall) {
		found = found || f.Over != nil || b.fns.Aggregate(f.Name) != nil
	})
	return found
}

var (
	queryType = reflect.TypeFor[*parse.Query]()
	starType  = reflect.TypeFor[*starExpr]()
)

// eachCall visits the function calls in a tree of expressions.
func eachCall(v reflect.Value, visit func(*parse.FuncCall)) { eachNode(v, visit) }

// eachRef visits the references to columns in a tree of expressions.
func eachRef(v reflect.Value, visit func(*parse.ColumnRef)) { eachNode(v, visit) }

// eachNode visits what is of type N in a tree of expressions, but not in subqueries: by reflection, so that no kind of
// expression can be forgotten.
func eachNode[N any](v reflect.Value, visit func(*N)) {
	switch v.Kind() {
	case reflect.Pointer:
		if v.IsNil() || v.Type() == queryType || v.Type() == starType {
			return
		}
		if n, ok := v.Interface().(*N); ok {
			visit(n)
		}
		eachNode(v.Elem(), visit)
	case reflect.Interface:
		eachNode(v.Elem(), visit)
	case reflect.Struct:
		for i := range v.NumField() {
			eachNode(v.Field(i), visit)
		}
	case reflect.Slice, reflect.Array:
		for i := range v.Len() {
			eachNode(v.Index(i), visit)
		}
	}
}
