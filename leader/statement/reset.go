package statement

import (
	"context"

	"slipher/catalog/relations"
	"slipher/compiler/parse"
)

var resetRow = Row{
	Body: (*parse.Reset)(nil), Access: Neither, Kind: relations.KindUtility, Asks: nothing,
	Own: func(_ context.Context, s Own, c *Call) error { return s.Reset(c.Body.(*parse.Reset), c.Out) },
}
