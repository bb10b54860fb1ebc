package statement

import (
	"context"

	"slipher/catalog/relations"
	"slipher/catalog/state"
	"slipher/compiler/parse"
	"slipher/leader/keep"
	"slipher/leader/names"
)

// vacuumRow holds one table after another, not what Changes would say.
var vacuumRow = Row{
	Body: (*parse.Vacuum)(nil), Access: Writes, Kind: relations.KindUtility, Block: Alone, Standby: commits,
	Asks: onTables(func(b *parse.Vacuum) []parse.QName { return optional(b.Table) }, names.Ownership),
	Run:  runVacuum,
}

// vacuumModes say what the kinds of VACUUM do here. Interleaved keys are sorted like others,
// so REINDEX is a full VACUUM, and RECLUSTER sorts.
var vacuumModes = map[parse.VacuumKind]keep.Mode{
	parse.VacuumFull: keep.Full, parse.VacuumSortOnly: keep.SortOnly, parse.VacuumDeleteOnly: keep.DeleteOnly,
	parse.VacuumReindex: keep.Full, parse.VacuumRecluster: keep.SortOnly,
}

// runVacuum is VACUUM, of one table or of all tables of the database. It ends when the rows are
// written anew; the old objects go when nobody reads them any more.
func runVacuum(ctx context.Context, e *Engine, c *Call) error {
	b := c.Body.(*parse.Vacuum)
	var tables []*state.Table
	if b.Table != nil {
		t, err := c.target(*b.Table)
		if err != nil {
			return err
		}
		tables = append(tables, t)
	} else {
		tables = c.owned(c.view().Tables(c.Session.CurrentDatabase()), "vacuum")
	}
	for _, t := range tables {
		if t.Schema == c.Session.TempSchema() {
			continue // nobody merges temporary tables: they go with their session
		}
		if err := e.vacuum(ctx, c, t, vacuumModes[b.Kind]); err != nil {
			return err
		}
	}
	return c.complete()
}

// vacuum rewrites one table. While it does nobody locks the table, and it waits for who has.
func (e *Engine) vacuum(ctx context.Context, c *Call, t *state.Table, mode keep.Mode) error {
	x := c.Session.Txn()
	mark := x.Mark()
	defer x.Undo(mark) // gives the lock back: others may have the table while the next one is rewritten
	if _, err := x.Hold(ctx, t.ID); err != nil {
		return err
	}
	return e.Keeper.Vacuum(ctx, t.ID, mode)
}
