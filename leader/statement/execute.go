package statement

import (
	"context"

	"slipher/catalog/relations"
	"slipher/compiler/parse"
)

// executeRow: what is executed is a call of its own. A standby does not know what it is.
var executeRow = Row{
	Body: (*parse.Execute)(nil), Access: Neither, Kind: relations.KindUtility, Asks: nothing,
	Standby: func(*parse.Statement) Standby { return Standby{Commits: true, Acts: true} },
	Own: func(ctx context.Context, s Own, c *Call) error {
		return s.SQLExecute(ctx, c.Statement, c.Body.(*parse.Execute), c.Out)
	},
	DescribeOwn: func(s Own, c *Call) (Description, error) {
		cols, err := s.PreparedColumns(c.Body.(*parse.Execute).Name)
		return Description{Columns: cols}, err
	},
}
