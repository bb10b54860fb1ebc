package statement

import (
	"slipher/catalog/ddl"
	"slipher/catalog/relations"
	"slipher/compiler/parse"
	"slipher/leader/names"
)

var createSchemaRow = Row{
	Body: (*parse.CreateSchema)(nil), Access: Writes, Kind: relations.KindDDL,
	Asks: func(v names.View, _ parse.Body) []names.Request {
		return onDatabase(v, names.Create, v.Ses.CurrentDatabase())
	},
	Define: func(scope ddl.Scope, st *parse.Statement) (*ddl.Plan, error) {
		b := st.Body.(*parse.CreateSchema)
		return ddl.CreateSchema(scope, ddl.Schema{Name: b.Name, Position: st.Position(b.Pos), IfNotExists: b.IfNotExists,
			Owner: b.Authorization, QuotaMB: b.QuotaMB})
	},
	Run: runDefinition,
}
