package statement

import (
	"context"

	"slipher/catalog/relations"
	"slipher/compiler/parse"
)

// transactionRow is BEGIN, COMMIT, ROLLBACK and the statements of savepoints.
var transactionRow = Row{
	Body: (*parse.Transaction)(nil), Access: Neither, Kind: relations.KindUtility, Asks: nothing,
	InFailed: func(b parse.Body) bool { return inFailed[b.(*parse.Transaction).Kind] },
	Standby:  func(st *parse.Statement) Standby { return blockEnds[st.Body.(*parse.Transaction).Kind] },
	Own: func(ctx context.Context, s Own, c *Call) error {
		return s.Transaction(ctx, c.Body.(*parse.Transaction), c.Out)
	},
}

// inFailed are the transaction statements that a failed block takes.
var inFailed = map[parse.TransactionKind]bool{parse.Commit: true, parse.Rollback: true, parse.RollbackTo: true}

// blockEnds are what they mean for a session that has lost its leader. Savepoints go with their block.
var blockEnds = map[parse.TransactionKind]Standby{
	parse.Begin:      {Repeats: true, Begins: true},
	parse.Commit:     {Commits: true, Ends: true},
	parse.Rollback:   {Repeats: true, Ends: true, Rollback: true},
	parse.Savepoint:  {Repeats: true},
	parse.RollbackTo: {Repeats: true},
	parse.Release:    {Repeats: true},
}
