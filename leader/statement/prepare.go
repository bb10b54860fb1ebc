package statement

import (
	"context"

	"slipher/catalog/relations"
	"slipher/compiler/parse"
)

var prepareRow = Row{
	Body: (*parse.Prepare)(nil), Access: Neither, Kind: relations.KindUtility, Asks: nothing,
	Own: func(ctx context.Context, s Own, c *Call) error {
		return s.SQLPrepare(ctx, c.Statement, c.Body.(*parse.Prepare), c.Out)
	},
}
