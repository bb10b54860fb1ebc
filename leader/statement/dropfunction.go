package statement

import (
	"slipher/catalog/ddl"
	"slipher/catalog/relations"
	"slipher/catalog/state"
	"slipher/compiler/parse"
	"slipher/leader/names"
)

var dropFunctionRow = Row{
	Body: (*parse.DropFunction)(nil), Access: Writes, Kind: relations.KindDDL,
	Changes: func(v names.View, body parse.Body) []*state.Table {
		b := body.(*parse.DropFunction)
		if !b.Cascade {
			return nil
		}
		var functions []*state.Function
		for _, n := range b.Functions {
			if f, err := functionScope(v).Function(converter{}.function(n)); err == nil && f != nil {
				functions = append(functions, f)
			}
		}
		return v.Cat.Callers(functions)
	},
	Asks: func(v names.View, body parse.Body) []names.Request {
		return onFunctions(v, body.(*parse.DropFunction).Functions...)
	},
	Define: func(scope ddl.Scope, st *parse.Statement) (*ddl.Plan, error) {
		b := st.Body.(*parse.DropFunction)
		var ns []ddl.FunctionName
		for _, n := range b.Functions {
			ns = append(ns, converter{st}.function(n))
		}
		return ddl.DropFunction(scope, ns, b.IfExists, b.Cascade)
	},
	Run: runDefinition,
}
