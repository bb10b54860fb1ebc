package leader

import (
	"context"
	"time"

	"slipher/catalog/sqlerr"
	"slipher/catalog/types"
	"slipher/compiler/parse"
	"slipher/leader/pgwire"
	"slipher/leader/session"
)

// Execute runs a statement and keeps it in the history: session.Engine.
func (s *Server) Execute(ctx context.Context, ses *session.Session, st *parse.Statement, params []types.Type, args []types.Datum, w pgwire.ResultWriter) error {
	xid, _ := ses.Txn().XID(ctx) // for relations only: without one the commit says what is wrong
	q := s.history.begin(ses, st, int64(xid))
	err := s.confirm(ctx, ses)
	if err == nil {
		err = s.hold(ctx, ses, st.Body)
	}
	if err == nil {
		err = s.execute(ctx, ses, st, params, args, w)
	}
	s.history.end(q, err)
	return err
}

// confirm makes sure that what the statement is about to see is the newest that was
// committed: another leader may have taken over from this one without its
// knowledge, while it was stopped or cut off.
func (s *Server) confirm(ctx context.Context, ses *session.Session) error {
	x := ses.Txn()
	x.View() // first: what counts is that this leader was still the active one when the version was taken
	if err := s.replica.Confirm(ctx, x.Term()); err == nil {
		return nil
	}
	select { // the session is about to be told
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-time.After(confirmTimeout):
		return errDeposed
	}
}

// confirmTimeout is how long a statement that cannot be sure waits for the end of its session.
const confirmTimeout = 3 * time.Second

func (s *Server) execute(ctx context.Context, ses *session.Session, st *parse.Statement, params []types.Type, args []types.Datum, w pgwire.ResultWriter) error {
	switch b := st.Body.(type) {
	case *parse.Select:
		return s.runSelect(ctx, ses, st, params, args, w)
	case *parse.ShortInsert:
		return s.runShort(ctx, ses, st, b, w)
	case *parse.Insert, *parse.Update, *parse.Delete:
		return s.runWrite(ctx, ses, st, params, args, w)
	case *parse.CreateTableAs:
		return s.runCreateAs(ctx, ses, st, b, params, args, w)
	case *parse.Truncate:
		return s.runTruncate(ctx, ses, st, b, w)
	case *parse.Lock:
		return s.runLock(ctx, ses, st, b, w)
	case *parse.Copy:
		return s.runCopy(ctx, ses, st, b, w)
	case *parse.Explain:
		return s.runExplain(ctx, ses, st, b, params, w)
	case *parse.Analyze:
		return s.runAnalyze(ctx, ses, st, b, w)
	case *parse.Vacuum:
		return s.runVacuum(ctx, ses, st, b, w)
	}
	return s.runDDL(ctx, ses, st, w)
}

// Describe binds a statement without running it: session.Engine.
func (s *Server) Describe(ctx context.Context, ses *session.Session, st *parse.Statement, params []types.Type) (session.Description, error) {
	if x := ses.Txn(); x != nil {
		defer x.LetGo()
	}
	switch st.Body.(type) {
	case *parse.Select, *parse.Insert, *parse.Update, *parse.Delete:
		known, keep := s.describeInsert(ses, st, params)
		if known != nil {
			return session.Description{Params: known}, nil
		}
		p, err := s.plan(ses, st, params)
		if err != nil {
			return session.Description{}, err
		}
		keep(p.params)
		d := session.Description{Params: p.params}
		if p.query.Insert == nil && p.query.Delete == nil {
			d.Columns = p.query.Output
		}
		return d, nil
	case *parse.Explain:
		p, err := s.plan(ses, st, params)
		if err != nil {
			return session.Description{}, err
		}
		return session.Description{Params: p.params, Columns: linesColumns(explainColumn)}, nil
	}
	return session.Description{}, nil
}

// SchemaExists answers for search paths: session.Engine.
func (s *Server) SchemaExists(ses *session.Session, schema string) bool {
	return s.look(ses).Schema(ses.CurrentDatabase(), schema) != nil
}

// NewSession opens a client's session: pgwire.Backend.
func (s *Server) NewSession(_ context.Context, st pgwire.Startup) (pgwire.Session, error) {
	cat := s.replica.Catalog()
	if cat.User(st.User) == nil {
		return nil, sqlerr.New(sqlerr.InvalidAuthorization, "user %q does not exist", st.User)
	}
	if d := cat.Database(st.Database); d == nil || d.System || d.Template {
		return nil, sqlerr.New(sqlerr.InvalidCatalogName, "database %q does not exist", st.Database)
	}
	ses, err := session.New(s, st, s.log)
	if err != nil {
		return nil, err
	}
	s.sessions.add(ses, st, s.txns.NewTemp(st.Database, st.PID))
	return ses, nil
}

// Closed forgets a session, and deletes what its temporary tables have in managed
// storage: session.Engine. What cannot be deleted now, the collector finds.
func (s *Server) Closed(ses *session.Session) {
	temp := s.sessions.remove(ses)
	if temp == nil {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), closeTime)
	defer cancel()
	for _, name := range temp.Close() {
		if err := s.store.Delete(ctx, name); err != nil {
			s.log.Debug("a temporary table's object stays", "object", name, "err", err)
			return
		}
	}
}

// closeTime bounds what a session does when its client has gone.
const closeTime = 5 * time.Second
