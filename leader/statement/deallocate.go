package statement

import (
	"context"

	"slipher/catalog/relations"
	"slipher/compiler/parse"
)

var deallocateRow = Row{
	Body: (*parse.Deallocate)(nil), Access: Neither, Kind: relations.KindUtility, Asks: nothing,
	Own: func(_ context.Context, s Own, c *Call) error {
		return s.SQLDeallocate(c.Body.(*parse.Deallocate), c.Out)
	},
}
