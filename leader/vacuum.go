package leader

import (
	"context"

	"slipher/catalog/state"
	"slipher/compiler/parse"
	"slipher/leader/keep"
	"slipher/leader/pgwire"
	"slipher/leader/session"
)

// vacuumModes say what the kinds of VACUUM do here. Interleaved keys are sorted like others,
// so REINDEX is a full VACUUM, and RECLUSTER sorts.
var vacuumModes = map[parse.VacuumKind]keep.Mode{
	parse.VacuumFull: keep.Full, parse.VacuumSortOnly: keep.SortOnly, parse.VacuumDeleteOnly: keep.DeleteOnly,
	parse.VacuumReindex: keep.Full, parse.VacuumRecluster: keep.SortOnly,
}

// runVacuum is VACUUM, of one table or of all tables of the database. It ends when the rows are
// written anew; the old objects go when nobody reads them any more.
func (s *Server) runVacuum(ctx context.Context, ses *session.Session, st *parse.Statement, b *parse.Vacuum, w pgwire.ResultWriter) error {
	cat := s.look(ses)
	tables := cat.Tables(ses.CurrentDatabase())
	if b.Table != nil {
		t, err := s.view(cat, ses).target(b.Table.Database, b.Table.Schema, b.Table.Name)
		if err != nil {
			return placed(st, *b.Table, err)
		}
		tables = []*state.Table{t}
	}
	for _, t := range tables {
		if t.Schema == s.sessions.tempSchema(ses) {
			continue // nobody merges temporary tables: they go with their session
		}
		if err := s.vacuum(ctx, ses, t, b); err != nil {
			return err
		}
	}
	return w.Complete(st.Body.Tag())
}

// vacuum rewrites one table. While it does nobody locks the table, and it waits for who has.
func (s *Server) vacuum(ctx context.Context, ses *session.Session, t *state.Table, b *parse.Vacuum) error {
	x := ses.Txn()
	mark := x.Mark()
	defer x.Undo(mark) // gives the lock back: others may have the table while the next one is rewritten
	if _, err := x.Hold(ctx, t.ID); err != nil {
		return err
	}
	return s.keeper.Vacuum(ctx, t.ID, vacuumModes[b.Kind])
}
