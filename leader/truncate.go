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
	if _, err := ses.Txn().Do(ctx, state.Op{Truncate: &state.Truncate{Table: t.ID, Def: t.Def}}); err != nil {
		return err
	}
	return w.Complete(st.Body.Tag())
}

// runLock is LOCK: nobody waits for it, but a commit is refused if another transaction has
// changed one of the tables since.
func (s *Server) runLock(ses *session.Session, st *parse.Statement, b *parse.Lock, w pgwire.ResultWriter) error {
	x := ses.Txn()
	for _, q := range b.Tables {
		t, err := s.view(x.View(), ses).target(q.Database, q.Schema, q.Name)
		if err != nil {
			return placed(st, q, err)
		}
		x.Lock(t.ID)
	}
	return w.Complete(st.Body.Tag())
}
