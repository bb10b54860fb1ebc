package leader

import (
	"context"

	"slipher/catalog/sqlerr"
	"slipher/catalog/types"
	"slipher/compiler/parse"
	"slipher/leader/pgwire"
	"slipher/leader/session"
)

// Execute runs a statement and keeps it in the history: session.Engine.
func (s *Server) Execute(ctx context.Context, ses *session.Session, st *parse.Statement, params []types.Type, args []types.Datum, w pgwire.ResultWriter) error {
	q := s.history.begin(ses, st)
	err := s.execute(ctx, ses, st, params, args, w)
	s.history.end(q, err)
	return err
}

func (s *Server) execute(ctx context.Context, ses *session.Session, st *parse.Statement, params []types.Type, args []types.Datum, w pgwire.ResultWriter) error {
	switch b := st.Body.(type) {
	case *parse.Select:
		return s.runSelect(ctx, ses, st, params, args, w)
	case *parse.Insert:
		return s.runInsert(ctx, ses, st, params, args, w)
	case *parse.Copy:
		return s.runCopy(ctx, ses, st, b, w)
	case *parse.Explain:
		return s.runExplain(ctx, ses, st, b, params, w)
	case *parse.Analyze:
		return s.runAnalyze(ctx, ses, st, b, w)
	}
	return s.runDDL(ctx, ses, st, w)
}

// Describe binds a statement without running it: session.Engine.
func (s *Server) Describe(ctx context.Context, ses *session.Session, st *parse.Statement, params []types.Type) (session.Description, error) {
	switch st.Body.(type) {
	case *parse.Select, *parse.Insert, *parse.Update, *parse.Delete:
		p, err := s.plan(ses, st, params)
		if err != nil {
			return session.Description{}, err
		}
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
func (s *Server) SchemaExists(database, schema string) bool {
	return s.replica.Catalog().Schema(database, schema) != nil
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
	s.sessions.add(ses, st)
	return ses, nil
}

// Closed forgets a session: session.Engine.
func (s *Server) Closed(ses *session.Session) { s.sessions.remove(ses) }
