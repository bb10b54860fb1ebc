package leader

import (
	"context"
	"errors"
	"fmt"

	"slipher/catalog/sqlerr"
	"slipher/catalog/state"
	"slipher/catalog/types"
	"slipher/compiler/parse"
	"slipher/leader/pgwire"
	"slipher/leader/schedule"
	"slipher/leader/session"
	"slipher/node/wire"
)

// writeTags are the command tags of statements that change rows.
var writeTags = map[string]string{"INSERT": "INSERT 0 %d", "UPDATE": "UPDATE %d", "DELETE": "DELETE %d"}

// runWrite is INSERT, UPDATE and DELETE: queries whose rows go into blocks, or say which rows
// are no more, instead of going to the client.
func (s *Server) runWrite(ctx context.Context, ses *session.Session, st *parse.Statement, params []types.Type, args []types.Datum, w pgwire.ResultWriter) error {
	rows, err := s.insertPrepared(ctx, ses, st, params, args)
	if !errors.Is(err, errLong) {
		if err != nil {
			return err
		}
		return w.Complete(fmt.Sprintf(writeTags["INSERT"], rows))
	}
	p, err := s.plan(ses, st, params)
	if err != nil {
		return err
	}
	done, err := s.write(ctx, ses, st.Body.Tag(), p, args, nil)
	if err != nil {
		return err
	}
	return w.Complete(fmt.Sprintf(writeTags[st.Body.Tag()], done.Affected))
}

// write runs a plan that changes a table, within the session's transaction.
func (s *Server) write(ctx context.Context, ses *session.Session, tag string, p *planned, args []types.Datum, in *schedule.Copy) (schedule.Stats, error) {
	t, x := p.written(), ses.Txn()
	if t == nil {
		return schedule.Stats{}, sqlerr.New(sqlerr.InternalError, "%s without a table", tag)
	}
	if err := s.mayWrite(ses, tag, t.Schema); err != nil {
		return schedule.Stats{}, err
	}
	id, err := x.WriteID(ctx)
	if err != nil {
		return schedule.Stats{}, err
	}
	rows, err := s.start(ctx, ses, p, args, func(env *schedule.Env) {
		env.Copy = in
		env.Insert = &schedule.Insert{Table: t, Term: x.Term(), Txn: uint64(id), Inline: inlineBudget(x, p.cat.SliceCount()),
			Commit: func(ctx context.Context, objects []state.ObjectRef, deletes []wire.Deleted) (int64, error) {
				return s.record(ctx, ses, p, t, objects, deletes)
			}}
	})
	if err != nil {
		return schedule.Stats{}, err
	}
	for rows.Next(ctx) {
		// A write returns no rows: Next waits for its end.
	}
	err = rows.Close()
	return rows.Stats(), err
}

// record makes a statement's changes part of the transaction, and counts its rows.
func (s *Server) record(ctx context.Context, ses *session.Session, p *planned, t *state.Table, objects []state.ObjectRef, deletes []wire.Deleted) (int64, error) {
	d, deleted, err := delta(t, objects, deletes)
	if err != nil {
		return 0, err
	}
	var added int64
	for i := range objects {
		added += objects[i].Live()
	}
	if p.query.Insert != nil && p.query.Delete != nil && added != deleted {
		return 0, sqlerr.New(sqlerr.InternalError, "an update of %d rows wrote %d", deleted, added)
	}
	if len(d.Adds)+len(d.Deletes) > 0 {
		if _, err := ses.Txn().Do(ctx, &d); err != nil {
			return 0, err
		}
	}
	return max(added, deleted), nil
}

// mayWrite refuses to write in READ ONLY transactions, but for temporary tables.
func (s *Server) mayWrite(ses *session.Session, tag, schema string) error {
	if ses.Txn().ReadOnly() && schema != s.sessions.tempSchema(ses) {
		return sqlerr.New("25006", "cannot execute %s in a read-only transaction", tag)
	}
	return nil
}
