package llvm

import "reflect"

// binding is one C function: where its address goes and its symbol.
type binding struct {
	function any // pointer to a field of capi
	symbol   string
}

// bindings reads the table that capi's field tags are.
func (c *capi) bindings() []binding {
	v := reflect.ValueOf(c).Elem()
	list := make([]binding, v.NumField())
	for i := range list {
		list[i] = binding{v.Field(i).Addr().Interface(), v.Type().Field(i).Tag.Get("c")}
	}
	return list
}
