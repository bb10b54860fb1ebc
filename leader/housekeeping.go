package leader

import (
	"context"

	"slipher/catalog/state"
	"slipher/codegen"
	"slipher/compiler/plan"
	"slipher/leader/keep"
	"slipher/leader/schedule"
	"slipher/node/wire"
)

// startKeeper begins the housekeeping of this leader's term.
func (t *leadership) startKeeper(context.Context) error {
	s := t.s
	k := keep.New(keep.Options{Log: s.replica, Term: t.number, Readers: s.txns, Store: t.store, Run: s.runMerge,
		Busy: s.scheduler.Busy, Slog: s.log, Policy: s.opts.Housekeeping})
	t.statements.Keeper = k
	s.txns.SetRebase(k.Rebase)
	k.Start()
	t.onEnd(k.Stop)
	return nil
}

// runMerge writes rows of a table anew on the nodes that have them: keep.Options.Run. It runs on primitives and
// one worker a node: statements come first.
func (s *Server) runMerge(ctx context.Context, m *keep.Merge) ([]state.ObjectRef, error) {
	segs, err := codegen.Compile(m.Query, codegen.Options{Fns: s.fns})
	if err != nil {
		return nil, err
	}
	code := make([]schedule.Code, len(segs))
	for i, g := range segs {
		code[i].General = g.General.Program
	}
	var objects []state.ObjectRef
	rows, err := s.scheduler.Run(ctx, m.Query, code, nil, schedule.Env{
		Table:   func(*plan.TableRef) (*state.Table, error) { return m.Table, nil },
		Options: wire.Options{Workers: 1, Tier: schedule.TierPrimitives},
		Insert: &schedule.Insert{Table: m.Table, Term: m.Term, Txn: m.Txn, Local: true,
			Commit: func(_ context.Context, o []state.ObjectRef, _ []wire.Deleted) (int64, error) {
				objects = o
				return 0, nil
			}},
	})
	if err != nil {
		return nil, err
	}
	for rows.Next(ctx) {
		// It returns no rows: Next waits for its end.
	}
	return objects, rows.Close()
}
