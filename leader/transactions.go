package leader

import (
	"context"

	"slipher/catalog/relations"
	"slipher/catalog/sqlerr"
	"slipher/catalog/state"
	"slipher/catalog/types"
	"slipher/compiler/parse"
	"slipher/compiler/plan"
	"slipher/leader/session"
	"slipher/leader/txn"
)

// Begin starts a session's transaction: session.Engine.
func (s *Server) Begin(ctx context.Context, ses *session.Session, spec txn.Spec) (*txn.Txn, error) {
	spec.Temp = s.sessions.temp(ses)
	return s.txns.Begin(ctx, spec)
}

// Isolation is what a database's transactions are by default: session.Engine.
func (s *Server) Isolation(database string) string {
	if d := s.replica.Catalog().Database(database); d != nil && d.Isolation != "" {
		return d.Isolation
	}
	return "snapshot"
}

// look is the catalog that a session sees: its transaction's, or the newest.
func (s *Server) look(ses *session.Session) *state.Catalog {
	if x := ses.Txn(); x != nil {
		return x.View()
	}
	return s.sessions.temp(ses).Over(s.replica.Catalog())
}

// reads tells the transaction which tables a plan reads: from here on it keeps its snapshot.
func (s *Server) reads(ses *session.Session, p *planned) {
	x := ses.Txn()
	if x == nil {
		return
	}
	if p.sample != nil { // statistics: nothing in the transaction depends on their being exact
		x.Keep()
		return
	}
	for _, g := range p.query.Segments {
		if g.Source.Kind == plan.SourceScan && g.Source.Table != nil {
			x.NoteRead(state.TableID(g.Source.Table.ID))
		}
	}
	if p.query.Insert != nil || p.query.Delete != nil {
		x.Keep()
	}
}

// placed points an error about a table to where it is named.
func placed(st *parse.Statement, q parse.QName, err error) error {
	return sqlerr.From(err).At(st.Position(q.At()))
}

// transactionRows are the open transactions: svv_transactions, stv_locks.
func (s *Server) transactionRows() []relations.Transaction {
	var out []relations.Transaction
	for _, i := range s.txns.List() {
		row := relations.Transaction{ID: int64(i.XID), PID: i.PID, User: i.User, Database: i.Database, StartMicros: types.MicrosOf(i.Began)}
		for _, u := range i.Tables {
			row.Locks = append(row.Locks, relations.Lock{Table: u.Table, Mode: u.Mode, Waiting: u.Waiting})
		}
		out = append(out, row)
	}
	return out
}

// conflictRows are the transactions refused because of others: stl_tr_conflict.
func (s *Server) conflictRows() []relations.Conflict {
	var out []relations.Conflict
	for _, c := range s.txns.Conflicts() {
		out = append(out, relations.Conflict{ID: int64(c.XID), PID: c.PID, StartMicros: types.MicrosOf(c.Began), AbortMicros: types.MicrosOf(c.Over), Table: c.Table})
	}
	return out
}
