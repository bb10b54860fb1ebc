package leader

import (
	"context"

	"slipher/catalog/sqlerr"
	"slipher/catalog/state"
	"slipher/compiler/parse"
	"slipher/leader/pgwire"
	"slipher/leader/session"
	"slipher/leader/txn"
)

// runLock is LOCK: it waits until nobody else changes the tables or has them locked. Its snapshot is taken
// anew then, so that a name may mean another table than before, or none.
func (s *Server) runLock(ctx context.Context, ses *session.Session, st *parse.Statement, b *parse.Lock, w pgwire.ResultWriter) error {
	x := ses.Txn()
	lock := x.Lock
	if b.NoWait {
		lock = x.LockNoWait
	}
	for _, q := range b.Tables {
		for moved := true; moved; {
			t, err := s.view(x.View(), ses).target(q.Database, q.Schema, q.Name)
			if err != nil {
				return placed(st, q, err)
			}
			if err := s.mayWrite(ses, st.Body.Tag(), t.Schema); err != nil {
				return err
			}
			if t.Schema == s.sessions.tempSchema(ses) {
				break // nobody else has it
			}
			moved, err = lock(ctx, t.ID)
			if txn.Held(err) {
				err = placed(st, q, sqlerr.New(sqlerr.LockNotAvailable, "could not obtain lock on relation \"%s\"", t.Name))
			}
			if err != nil {
				return err
			}
		}
	}
	return w.Complete(st.Body.Tag())
}

// hold waits for those who have locked what a statement is about to change, and keeps it from being
// locked until the transaction ends. Done before the statement looks at anything, so that
// one that had to wait sees what it waited for.
func (s *Server) hold(ctx context.Context, ses *session.Session, body parse.Body) error {
	x := ses.Txn()
	if x.ReadOnly() {
		return nil // temporary tables only, or it is refused
	}
	for moved := true; moved; {
		moved = false
		for _, t := range s.changed(ses, body) {
			var err error
			if moved, err = x.Hold(ctx, t.ID); err != nil {
				return err
			}
			if moved { // names may mean other tables now
				break
			}
		}
	}
	return nil
}

// changed are the tables that a statement changes, as its transaction sees them and but for the session's own. What is
// not found the statement itself complains about. VACUUM holds one table after another (runVacuum), DROP DATABASE
// its tables when all sessions have left it (txn.Txn.Do).
func (s *Server) changed(ses *session.Session, body parse.Body) []*state.Table {
	cat := ses.Txn().View()
	v := s.view(cat, ses)
	var out []*state.Table
	var names []parse.QName
	cascade := false
	switch b := body.(type) {
	case *parse.ShortInsert:
		names = []parse.QName{b.Table}
	case *parse.Insert:
		names = []parse.QName{b.Table}
	case *parse.Update:
		names = []parse.QName{b.Table.QName}
	case *parse.Delete:
		names = []parse.QName{b.Table.QName}
	case *parse.Copy:
		names = []parse.QName{b.Table}
	case *parse.Truncate:
		names = []parse.QName{b.Table}
	case *parse.DropTable:
		names, cascade = b.Tables, b.Cascade
	case *parse.DropSchema:
		for _, n := range b.Names {
			out, cascade = append(out, cat.TablesIn(ses.CurrentDatabase(), n.Name)...), b.Cascade
		}
	case *parse.Analyze:
		if b.Table == nil {
			out = cat.Tables(ses.CurrentDatabase())
		} else {
			names = []parse.QName{*b.Table}
		}
	}
	for _, q := range names {
		if t, err := v.Table(q.Database, q.Schema, q.Name); err == nil && t != nil {
			out = append(out, t)
		}
	}
	if cascade { // foreign keys to what is dropped
		for _, t := range out[:len(out):len(out)] {
			out = append(out, cat.References(t)...)
		}
	}
	temp := s.sessions.tempSchema(ses)
	others := out[:0]
	for _, t := range out {
		if t.Schema != temp {
			others = append(others, t)
		}
	}
	return others
}
