package statement

import (
	"slipher/catalog/ddl"
	"slipher/catalog/relations"
	"slipher/compiler/parse"
	"slipher/leader/names"
)

var alterDatabaseRow = Row{
	Body: (*parse.AlterDatabase)(nil), Access: Writes, Kind: relations.KindDDL, Block: Alone,
	Asks: func(v names.View, b parse.Body) []names.Request {
		return onDatabase(v, names.Ownership, b.(*parse.AlterDatabase).Name)
	},
	Define: func(scope ddl.Scope, st *parse.Statement) (*ddl.Plan, error) {
		b := st.Body.(*parse.AlterDatabase)
		return ddl.CollateDatabase(scope, b.Name, b.Collation, st.Position(b.Pos))
	},
	Run: runDefinition,
}
