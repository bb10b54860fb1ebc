package query

import (
	"slices"

	"slipher/catalog/sqlerr"
	"slipher/catalog/state"
	"slipher/leader/txn"
	"slipher/node/wire"
)

// InlineBytes is what a statement may put into its commit as rows, over all slices,
// instead of writing objects: one log write then stores it.
const InlineBytes = 64 << 10

// inlineOfTxn bounds that over all statements of a transaction: a log entry is held in memory.
const inlineOfTxn = 16 << 20

// InlineBudget is what a slice may send back as rows.
func InlineBudget(t *txn.Txn, slices int) int64 {
	if t.Inline() > inlineOfTxn {
		return 0
	}
	return InlineBytes / int64(max(slices, 1))
}

// Delta is what a statement changes in table t: objects that it has written and rows that
// it deletes, in objects by the version that it has read.
func Delta(t *state.Table, objects []state.ObjectRef,
	deletes []wire.Deleted) (d state.Delta, deleted int64, err error) {
	d = state.Delta{Table: t.ID, Def: t.Def, Adds: objects}
	if len(deletes) == 0 {
		return d, 0, nil
	}
	// A row may come from several nodes, and an object's rows in pieces: they count once.
	rows := map[int][]byte{}
	for _, x := range deletes {
		if _, err := state.Rows(x.Rows); err != nil {
			return d, 0, sqlerr.Wrap(err, sqlerr.DataCorrupted)
		}
		rows[x.Object], _ = state.Union(rows[x.Object], x.Rows)
	}
	list := t.Version.Objects.List()
	for i := range list {
		set, n := state.Union(rows[i], nil)
		delete(rows, i)
		if n > 0 {
			d.Deletes = append(d.Deletes, state.RowSet{Object: list[i].Name, Rows: set})
			deleted += n
		}
	}
	if len(rows) > 0 {
		return d, 0, sqlerr.New(sqlerr.InternalError, "rows of an object that table \"%s\" does not have", t.Name)
	}
	slices.SortFunc(d.Adds, func(a, b state.ObjectRef) int { return int(a.Slice) - int(b.Slice) })
	return d, deleted, nil
}
