package statement

import (
	"slipher/catalog/ddl"
	"slipher/catalog/relations"
	"slipher/compiler/parse"
	"slipher/leader/names"
)

var createDatabaseRow = Row{
	Body: (*parse.CreateDatabase)(nil), Access: Writes, Kind: relations.KindDDL, Block: Alone,
	Asks: func(names.View, parse.Body) []names.Request { return []names.Request{{Privilege: names.CreateDB}} },
	Define: func(scope ddl.Scope, st *parse.Statement) (*ddl.Plan, error) {
		b := st.Body.(*parse.CreateDatabase)
		return ddl.CreateDatabase(scope, ddl.Database{Name: b.Name, Position: st.Position(b.Pos), Options: b.Options})
	},
	Run: runDefinition,
}
