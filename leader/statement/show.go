package statement

import (
	"context"

	"slipher/catalog/relations"
	"slipher/compiler/parse"
)

var showRow = Row{
	Body: (*parse.Show)(nil), Access: Neither, Kind: relations.KindUtility, Asks: nothing,
	Own: func(_ context.Context, s Own, c *Call) error { return s.Show(c.Body.(*parse.Show), c.Out) },
	DescribeOwn: func(s Own, c *Call) (Description, error) {
		cols, err := s.ShowColumns(c.Body.(*parse.Show))
		return Description{Columns: cols}, err
	},
}
