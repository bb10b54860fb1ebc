package leader

import (
	"context"
	"errors"
	"time"

	"slipher/catalog/replica"
	"slipher/catalog/sqlerr"
	"slipher/catalog/state"
)

// commitPatience is how long a commit whose outcome is unknown is asked for again.
const commitPatience = 30 * time.Second

// proposeTxn proposes a command that has a transaction id. If its outcome is
// unknown it is proposed again: the id makes that harmless.
func (s *Server) proposeTxn(ctx context.Context, cmd *state.Command) error {
	// From here the statement may have counted: a cancel must not hide that.
	ctx = context.WithoutCancel(ctx)
	deadline := time.Now().Add(commitPatience)
	for {
		_, err := s.replica.Propose(ctx, cmd)
		if !errors.Is(err, replica.ErrOutcomeUnknown) || time.Now().After(deadline) {
			return err
		}
		if res := s.replica.Catalog().Outcome(cmd.Txn); res != nil {
			if res.Err != nil {
				e := *res.Err
				return &e
			}
			return nil
		}
		s.log.Warn("asking again for the outcome of a commit", "txn", uint64(cmd.Txn), "err", err)
		time.Sleep(100 * time.Millisecond)
	}
}

// commitRows makes objects a part of a table.
func (s *Server) commitRows(ctx context.Context, txn state.TxnID, t *state.Table, objects []state.ObjectRef) error {
	if len(objects) == 0 {
		return nil
	}
	err := s.proposeTxn(ctx, &state.Command{Txn: txn, Ops: []state.Op{{Delta: &state.Delta{Table: t.ID, Def: t.Def, Adds: objects}}}})
	if err != nil {
		return sqlerr.From(err)
	}
	return nil
}
