package statement

import (
	"slipher/catalog/ddl"
	"slipher/catalog/relations"
	"slipher/compiler/parse"
)

var createDatabaseRow = Row{
	Body: (*parse.CreateDatabase)(nil), Access: Writes, Kind: relations.KindDDL, Block: Alone,
	Define: func(scope ddl.Scope, st *parse.Statement) (*ddl.Plan, error) {
		b := st.Body.(*parse.CreateDatabase)
		return ddl.CreateDatabase(scope, ddl.Database{Name: b.Name, Position: st.Position(b.Pos), Options: b.Options})
	},
	Run: runDefinition,
}
