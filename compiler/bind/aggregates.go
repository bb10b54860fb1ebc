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
	callType  = reflect.TypeFor[*parse.FuncCall]()
	queryType = reflect.TypeFor[*parse.Query]()
	starType  = reflect.TypeFor[*starExpr]()
)

// eachCall visits the function calls in a tree of expressions: by reflection, so that no kind of them can be forgotten.
func eachCall(v reflect.Value, visit func(*parse.FuncCall)) {
	switch v.Kind() {
	case reflect.Pointer:
		if v.IsNil() || v.Type() == queryType || v.Type() == starType {
			return
		}
		if v.Type() == callType {
			visit(v.Interface().(*parse.FuncCall))
		}
		eachCall(v.Elem(), visit)
	case reflect.Interface:
		eachCall(v.Elem(), visit)
	case reflect.Struct:
		for i := range v.NumField() {
			eachCall(v.Field(i), visit)
		}
	case reflect.Slice, reflect.Array:
		for i := range v.Len() {
			eachCall(v.Index(i), visit)
		}
	}
}
