package leader

import (
	"context"

	"slipher/catalog/state"
	"slipher/compiler/parse"
	"slipher/leader/pgwire"
	"slipher/leader/session"
)

// runTruncate is TRUNCATE. The session commits the transaction with it.
func (s *Server) runTruncate(ctx context.Context, ses *session.Session, st *parse.Statement, b *parse.Truncate, w pgwire.ResultWriter) error {
	t, err := s.view(ses.Txn().View(), ses).target(b.Table.Database, b.Table.Schema, b.Table.Name)
	if err != nil {
		return placed(st, b.Table, err)
	}
	if err := s.mayWrite(ses, "TRUNCATE", t.Schema); err != nil {
		return err
	}
	if _, err := ses.Txn().Do(ctx, &state.Truncate{Table: t.ID, Def: t.Def}); err != nil {
		return err
	}
	return w.Complete(st.Body.Tag())
}
