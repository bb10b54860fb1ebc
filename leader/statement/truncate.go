package statement

import (
	"context"

	"slipher/catalog/relations"
	"slipher/catalog/state"
	"slipher/compiler/parse"
	"slipher/leader/names"
)

var truncateRow = Row{
	Body: (*parse.Truncate)(nil), Word: "TRUNCATE", Access: Writes, Kind: relations.KindDDL, Block: Closes,
	Standby: commits,
	Changes: changes(func(b *parse.Truncate) []parse.QName { return []parse.QName{b.Table} }),
	Asks:    onTables(func(b *parse.Truncate) []parse.QName { return []parse.QName{b.Table} }, names.Ownership),
	Run:     runTruncate,
}

func runTruncate(ctx context.Context, _ *Engine, c *Call) error {
	t, err := c.target(c.Body.(*parse.Truncate).Table)
	if err != nil {
		return err
	}
	if err := c.mayChange(t.Schema); err != nil {
		return err
	}
	if _, err := c.Session.Txn().Do(ctx, &state.Truncate{Table: t.ID, Def: t.Def}); err != nil {
		return err
	}
	return c.complete()
}
