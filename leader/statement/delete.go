package statement

import (
	"context"

	"slipher/catalog/relations"
	"slipher/compiler/parse"
	"slipher/leader/names"
)

var deleteRow = Row{
	Body: (*parse.Delete)(nil), Tag: "DELETE %d", Access: Writes, Kind: relations.KindQuery,
	Describe: describeQuery,
	Changes:  changes(func(b *parse.Delete) []parse.QName { return []parse.QName{b.Table.QName} }),
	Asks:     onTables(func(b *parse.Delete) []parse.QName { return []parse.QName{b.Table.QName} }, names.Delete),
	Run:      func(ctx context.Context, e *Engine, c *Call) error { return e.write(ctx, c) },
}
