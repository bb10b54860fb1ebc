package statement

import (
	"slipher/catalog/ddl"
	"slipher/catalog/relations"
	"slipher/catalog/state"
	"slipher/compiler/parse"
	"slipher/leader/names"
)

var dropSchemaRow = Row{
	Body: (*parse.DropSchema)(nil), Access: Writes, Kind: relations.KindDDL,
	Changes: func(v names.View, body parse.Body) []*state.Table {
		var out []*state.Table
		var functions []*state.Function
		b := body.(*parse.DropSchema)
		for _, n := range b.Names {
			out = append(out, v.Cat.TablesIn(v.Ses.CurrentDatabase(), n.Name)...)
			functions = append(functions, v.Cat.FunctionsIn(v.Ses.CurrentDatabase(), n.Name)...)
		}
		if out = referring(v, out, b.Cascade); b.Cascade {
			out = append(out, v.Cat.Callers(functions, out...)...)
		}
		return out
	},
	Asks: func(v names.View, b parse.Body) []names.Request {
		var out []names.Request
		for _, n := range b.(*parse.DropSchema).Names {
			out = append(out, onSchema(v, names.Ownership, n.Name)...)
		}
		return out
	},
	Define: func(scope ddl.Scope, st *parse.Statement) (*ddl.Plan, error) {
		b := st.Body.(*parse.DropSchema)
		return ddl.DropSchema(scope, ddl.Drop{Names: converter{st}.names(b.Names), IfExists: b.IfExists, Cascade: b.Cascade})
	},
	Run: runDefinition,
}
