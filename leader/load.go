package leader

import (
	"context"
	"fmt"

	"slipher/catalog/state"
	"slipher/catalog/types"
	"slipher/compiler/parse"
	"slipher/leader/pgwire"
	"slipher/leader/schedule"
	"slipher/leader/session"
)

// runInsert is INSERT: a query whose rows go into blocks instead of to the client.
func (s *Server) runInsert(ctx context.Context, ses *session.Session, st *parse.Statement, params []types.Type, args []types.Datum, w pgwire.ResultWriter) error {
	p, err := s.plan(ses, st, params)
	if err != nil {
		return err
	}
	done, err := s.write(ctx, ses, p, args, nil)
	if err != nil {
		return err
	}
	return w.Complete(fmt.Sprintf("INSERT 0 %d", done.Affected))
}

// write runs a plan that fills a table, in a transaction of its own.
func (s *Server) write(ctx context.Context, ses *session.Session, p *planned, args []types.Datum, in *schedule.Copy) (schedule.Stats, error) {
	t := p.cat.TableByID(state.TableID(p.query.Insert.Table.ID))
	if t == nil {
		return schedule.Stats{}, state.ErrNoTable(p.query.Insert.Table.Name)
	}
	txn, err := s.replica.Begin(ctx)
	if err != nil {
		return schedule.Stats{}, err
	}
	defer s.replica.End(txn)
	rows, err := s.start(ctx, ses, p, args, func(env *schedule.Env) {
		env.Copy = in
		env.Insert = &schedule.Insert{Table: t, Term: s.replica.Term(), Txn: uint64(txn),
			Commit: func(ctx context.Context, objects []state.ObjectRef) error {
				return s.commitRows(ctx, txn, t, objects)
			}}
	})
	if err != nil {
		return schedule.Stats{}, err
	}
	for rows.Next(ctx) {
		// An INSERT returns no rows: Next waits for its end.
	}
	err = rows.Close()
	return rows.Stats(), err
}
