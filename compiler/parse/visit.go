package parse

import "reflect"

// Visit calls f for the values of a type in a tree, wherever they stand in it, but not for those in values of the types
// outside: by reflection, so that no kind of node can be forgotten.
func Visit[T any](tree any, f func(T), outside ...reflect.Type) {
	visit(reflect.ValueOf(tree), f, outside)
}

func visit[T any](v reflect.Value, f func(T), outside []reflect.Type) {
	if !v.IsValid() {
		return
	}
	for _, t := range outside {
		if v.Type() == t {
			return
		}
	}
	if v.Type() == reflect.TypeFor[T]() && v.CanInterface() {
		f(v.Interface().(T))
	}
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface:
		if !v.IsNil() {
			visit(v.Elem(), f, outside)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			visit(v.Field(i), f, outside)
		}
	case reflect.Slice, reflect.Array:
		for i := range v.Len() {
			visit(v.Index(i), f, outside)
		}
	}
}
