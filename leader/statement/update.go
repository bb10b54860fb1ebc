package statement

import (
	"context"

	"slipher/catalog/relations"
	"slipher/compiler/parse"
	"slipher/leader/names"
)

var updateRow = Row{
	Body: (*parse.Update)(nil), Tag: "UPDATE %d", Access: Writes, Kind: relations.KindQuery,
	Describe: describeQuery,
	Changes:  changes(func(b *parse.Update) []parse.QName { return []parse.QName{b.Table.QName} }),
	Asks:     onTables(func(b *parse.Update) []parse.QName { return []parse.QName{b.Table.QName} }, names.Update),
	Run:      func(ctx context.Context, e *Engine, c *Call) error { return e.write(ctx, c) },
}
