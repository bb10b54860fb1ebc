package statement

import (
	"context"

	"slipher/catalog/relations"
	"slipher/compiler/parse"
)

// explainExecuteRow: what is executed, or only explained, is a call of its own, as with EXECUTE.
var explainExecuteRow = Row{
	Body: (*parse.ExplainExecute)(nil), Access: Neither, Kind: relations.KindUtility, Asks: nothing,
	Standby: func(st *parse.Statement) Standby {
		if b := st.Body.(*parse.ExplainExecute); b.Explain.Analyze {
			return Standby{Commits: true, Acts: true}
		}
		return Standby{Repeats: true}
	},
	Own: func(ctx context.Context, s Own, c *Call) error {
		return s.SQLExplainExecute(ctx, c.Statement, c.Body.(*parse.ExplainExecute), c.Out)
	},
	DescribeOwn: func(Own, *Call) (Description, error) { return Description{Columns: explainColumns}, nil },
}
