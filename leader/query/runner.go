package query

import (
	"context"
	"log/slog"

	"slipher/catalog/fn"
	"slipher/catalog/relations"
	"slipher/catalog/state"
	"slipher/catalog/types"
	"slipher/compiler/optimize"
	"slipher/compiler/parse"
	"slipher/leader/code"
	"slipher/leader/facts"
	"slipher/leader/history"
	"slipher/leader/names"
	"slipher/leader/schedule"
	"slipher/leader/txn"
)

// Session is the client's session, as far as its statements ask.
type Session interface {
	names.Session
	// Txn is the transaction in progress, nil if there is none: a statement is described.
	Txn() *txn.Txn
	// Temp is the session's temporary tables, nil if it can have none.
	Temp() *txn.Temp
	// Value and Int are settings.
	Value(name string) string
	Int(name string) int
	NumericRounding() bool
	ParseOptions() parse.Options
	// Ran notes a query that nodes have run.
	Ran(query int64)
	// Copied notes one that was a COPY, of so many rows.
	Copied(query, rows int64)
	// Settings is all of them, for catalog relations.
	Settings() []relations.Setting
}

// Runner is what queries need of the leader.
type Runner struct {
	Log       *slog.Logger
	Fns       *fn.Table
	Scheduler *schedule.Service
	Code      *code.Maker
	Facts     *facts.Facts
	Stats     *facts.Statistics
	Samples   *optimize.Samples
	History   *history.Statements
	Plans     Plans
	// Catalog is the newest version.
	Catalog func() *state.Catalog
	// Relations is what catalog relations are made of, for a session that sees cat.
	Relations func(cat *state.Catalog, ses Session) *relations.Env
	// Effect runs a function that changes the cluster (catalog/fn, rows with Effect).
	Effect func(ctx context.Context, name string, args []types.Datum) (types.Datum, error)
}

// Look is the catalog that a session sees: its transaction's, or the newest.
func (r *Runner) Look(ses Session) *state.Catalog {
	if x := ses.Txn(); x != nil {
		return x.View()
	}
	return ses.Temp().Over(r.Catalog())
}
