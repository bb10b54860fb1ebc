package statement

import (
	"slipher/catalog/ddl"
	"slipher/catalog/relations"
	"slipher/catalog/state"
	"slipher/compiler/parse"
	"slipher/leader/names"
)

var dropTableRow = Row{
	Body: (*parse.DropTable)(nil), Access: Writes, Kind: relations.KindDDL,
	Changes: func(v names.View, body parse.Body) []*state.Table {
		b := body.(*parse.DropTable)
		return referring(v, found(v, b.Tables), b.Cascade)
	},
	Asks: onTables(func(b *parse.DropTable) []parse.QName { return b.Tables }, names.Ownership),
	Define: func(scope ddl.Scope, st *parse.Statement) (*ddl.Plan, error) {
		b := st.Body.(*parse.DropTable)
		return ddl.DropTable(scope, ddl.Drop{Names: converter{st}.names(b.Tables), IfExists: b.IfExists, Cascade: b.Cascade})
	},
	Run: runDefinition,
}
