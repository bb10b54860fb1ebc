package statement

import (
	"slipher/catalog/ddl"
	"slipher/catalog/relations"
	"slipher/compiler/parse"
)

var createSchemaRow = Row{
	Body: (*parse.CreateSchema)(nil), Access: Writes, Kind: relations.KindDDL,
	Define: func(scope ddl.Scope, st *parse.Statement) (*ddl.Plan, error) {
		b := st.Body.(*parse.CreateSchema)
		return ddl.CreateSchema(scope, ddl.Schema{Name: b.Name, Position: st.Position(b.Pos), IfNotExists: b.IfNotExists,
			Owner: b.Authorization, QuotaMB: b.QuotaMB})
	},
	Run: runDefinition,
}
