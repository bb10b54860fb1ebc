package statement

import (
	"slipher/catalog/ddl"
	"slipher/catalog/relations"
	"slipher/compiler/parse"
	"slipher/leader/names"
)

var alterFunctionRow = Row{
	Body: (*parse.AlterFunction)(nil), Access: Writes, Kind: relations.KindDDL,
	Asks: func(v names.View, body parse.Body) []names.Request {
		b := body.(*parse.AlterFunction)
		out := onFunctions(v, b.Function)
		if b.Owner.Name != "" && b.Owner.Name != v.Ses.CurrentUser() {
			out = append(out, names.Request{Privilege: names.Superuser,
				On: names.Object{Kind: "function", Name: b.Function.Name}})
		}
		return out
	},
	Define: func(scope ddl.Scope, st *parse.Statement) (*ddl.Plan, error) {
		b, c := st.Body.(*parse.AlterFunction), converter{st}
		if b.Owner.Name != "" {
			return ddl.OwnFunction(scope, c.function(b.Function), c.idents([]parse.Name{b.Owner})[0])
		}
		return ddl.RenameFunction(scope, c.function(b.Function), c.idents([]parse.Name{b.Rename})[0])
	},
	Run: runDefinition,
}
