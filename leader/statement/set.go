package statement

import (
	"context"

	"slipher/catalog/relations"
	"slipher/compiler/parse"
)

var setRow = Row{
	Body: (*parse.Set)(nil), Access: Neither, Kind: relations.KindUtility, Asks: nothing,
	Own: func(_ context.Context, s Own, c *Call) error { return s.Set(c.Body.(*parse.Set), c.Out) },
}
