package statement

import (
	"slipher/catalog/ddl"
	"slipher/catalog/relations"
	"slipher/catalog/state"
	"slipher/compiler/parse"
	"slipher/leader/names"
)

var dropViewRow = Row{
	Body: (*parse.DropView)(nil), Access: Writes, Kind: relations.KindDDL,
	Changes: func(v names.View, body parse.Body) []*state.Table {
		b := body.(*parse.DropView)
		return referring(v, found(v, b.Views), b.Cascade)
	},
	Asks: onTables(func(b *parse.DropView) []parse.QName { return b.Views }, names.Ownership),
	Define: func(scope ddl.Scope, st *parse.Statement) (*ddl.Plan, error) {
		b := st.Body.(*parse.DropView)
		return ddl.DropView(scope, ddl.Drop{Names: converter{st}.names(b.Views), IfExists: b.IfExists, Cascade: b.Cascade})
	},
	Run: runDefinition,
}
