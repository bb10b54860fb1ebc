package statement

import (
	"context"

	"slipher/catalog/relations"
	"slipher/compiler/parse"
)

var updateRow = Row{
	Body: (*parse.Update)(nil), Tag: "UPDATE %d", Access: Writes, Kind: relations.KindQuery,
	Describe: describeQuery,
	Changes:  changes(func(b *parse.Update) []parse.QName { return []parse.QName{b.Table.QName} }),
	Run:      func(ctx context.Context, e *Engine, c *Call) error { return e.write(ctx, c) },
}
