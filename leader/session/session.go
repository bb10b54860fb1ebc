package session

import (
	"context"
	"log/slog"
	"strconv"
	"time"

	"slipher/catalog/sqlerr"
	"slipher/catalog/types"
	"slipher/compiler/parse"
	"slipher/leader/pgwire"
	"slipher/leader/statement"
	"slipher/leader/txn"
)

// Engine runs the statements that concern more than their session.
type Engine interface {
	// Describe binds a statement. Its types are those that the client stated, Unknown where it
	// did not; the result has a type for each parameter.
	Describe(ctx context.Context, c *statement.Call) (statement.Description, error)
	// Begin starts a transaction.
	Begin(ctx context.Context, spec txn.Spec) (*txn.Txn, error)
	// Isolation is the isolation of a database's transactions: "snapshot" or "serializable".
	Isolation(database string) string
	// Execute, in the session's transaction, runs a statement with the client's arguments (as many as its
	// description has parameters) and sends everything up to the completion tag to where its result goes.
	Execute(ctx context.Context, c *statement.Call) error
	// Known gives a query that is read as far as its shape a tree; nil: it has to be parsed.
	Known(outline *parse.Statement) *parse.Statement
	// Evaluate computes constant expressions in a text as the given types: EXECUTE's arguments.
	Evaluate(ctx context.Context, s *Session, st *parse.Statement, exprs []parse.Expr,
		want []types.Type) ([]types.Datum, error)
	// SchemaExists answers for the search path.
	SchemaExists(s *Session, schema string) bool
	// FoldsCase reports whether strings of the session's database are compared in any case.
	FoldsCase(s *Session) bool
	// Closed tells the engine that s has ended.
	Closed(s *Session)
}

// Session is one client's session.
type Session struct {
	engine     Engine
	log        *slog.Logger
	start      pgwire.Startup
	settings   *settings
	prepared   map[string]*prepared
	parsed     map[parsedKey]*parse.Statement // see parseOne
	block      block
	txn        *txn.Txn // in progress, nil if none is
	temp       *txn.Temp
	last       int64   // query that has ended, -1: none
	lastCopy   int64   // that was a COPY, -1: none
	copiedRows int64   // by that one
	points     []point // savepoints, the innermost last
	// waited is how long the statement under way has waited for locks: no time of attempts that failed.
	waited time.Duration
	// temporary: the session has, or had, temporary tables.
	temporary bool
	// reports are settings that the end of a transaction has changed.
	reports []pgwire.Parameter
	// Starts of the transaction and the statement, fixed while they run.
	txnStart, stmtStart time.Time
	queryText           string
	reading             time.Duration // of the text of the simple protocol under way
}

// New opens a session with temporary tables in temp, nil if it is to have none. Startup parameters become settings;
// unknown ones are passed over, since drivers send what no server of this kind knows.
func New(e Engine, st pgwire.Startup, temp *txn.Temp, log *slog.Logger) (*Session, error) {
	s := &Session{engine: e, log: log, start: st, temp: temp, last: -1, lastCopy: -1, settings: newSettings(),
		prepared: map[string]*prepared{}}
	s.settings.relayed = st.Relayed
	for name, value := range st.Params {
		if err := s.settings.start(name, value); err != nil {
			return nil, err
		}
	}
	s.settings.values["session_authorization"] = st.User
	s.settings.values["max_connections"] = strconv.Itoa(st.MaxConnections)
	s.settings.isolation = e.Isolation(st.Database)
	s.txnStart = time.Now()
	s.stmtStart = s.txnStart
	return s, nil
}

// Greeting lists what is reported to a new client.
func (s *Session) Greeting() []pgwire.Parameter { return s.settings.greeting() }

// Close ends the session, and its transaction with it.
func (s *Session) Close() {
	s.leave()
	s.engine.Closed(s)
}

// Simple runs all statements of a text.
func (s *Session) Simple(ctx context.Context, text string, w pgwire.ResultWriter) error {
	if st := parse.Short(text, s.ParseOptions()); st != nil {
		return s.statement(ctx, st, nil, nil, w)
	}
	began := time.Now()
	defer func() { s.reading = 0 }()
	if st := s.known(text); st != nil {
		s.reading = time.Since(began)
		return s.statement(ctx, st, nil, nil, w)
	}
	stmts, err := parse.Parse(text, s.ParseOptions())
	if err != nil {
		o := s.ParseOptions()
		s.logStatement(parse.Redact(text, o), 0, parse.RedactError(text, o, err))
		return err
	}
	if len(stmts) == 0 {
		return w.Empty()
	}
	s.reading = time.Since(began)
	if len(stmts) == 1 {
		return s.statement(ctx, stmts[0], nil, nil, w)
	}
	// Together they are one transaction, unless they say otherwise. The last one is
	// not complete before that is committed.
	for i, st := range stmts {
		s.share()
		if i < len(stmts)-1 {
			if err := s.statement(ctx, st, nil, nil, w); err != nil {
				return err
			}
			continue
		}
		h := &held{w: w}
		err := s.statement(ctx, st, nil, nil, h)
		if err == nil {
			err = s.Sync(ctx)
		}
		if err != nil {
			h.fail()
			return err
		}
		s.report(h)
		return h.finish()
	}
	return nil
}

// known reads a query whose shape is known; nil: the text is something else.
func (s *Session) known(text string) *parse.Statement {
	if st := parse.Outline(text, s.ParseOptions()); st != nil {
		return s.engine.Known(st)
	}
	return nil
}

// ParseOptions are the settings that change how text is read.
func (s *Session) ParseOptions() parse.Options {
	on := func(name string) bool { return s.settings.get(name) == "on" }
	return parse.Options{StandardStrings: on("standard_conforming_strings"),
		AttributeCase: on("enable_case_sensitive_super_attribute"), QuotedCase: on("enable_case_sensitive_identifier")}
}

// statement runs one statement, within its time limit, and logs it.
func (s *Session) statement(ctx context.Context, st *parse.Statement, params []types.Type, args []types.Datum,
	w pgwire.ResultWriter) error {
	s.stmtStart = time.Now()
	if s.idle() && s.txn == nil {
		s.txnStart = s.stmtStart
	}
	s.queryText = st.Redacted()
	s.report(w)
	if limit := s.settings.millis("statement_timeout"); limit > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeoutCause(ctx, limit, errTimeout)
		defer cancel()
	}
	err := s.dispatch(ctx, st, params, args, w)
	if err != nil && context.Cause(ctx) == errTimeout && !txn.IsUnknown(err) {
		err = errTimeout
	}
	s.logStatement(s.queryText, time.Since(s.stmtStart), err)
	return err
}

var errTimeout = sqlerr.New(sqlerr.QueryCanceled, "canceling statement due to statement timeout")

// dispatch sends a statement to whom it concerns.
func (s *Session) dispatch(ctx context.Context, st *parse.Statement, params []types.Type, args []types.Datum,
	w pgwire.ResultWriter) error {
	if err := s.block.check(st.Body); err != nil {
		return err
	}
	c := &statement.Call{Session: s, Statement: st, Types: params, Args: args, Out: w, Reading: s.reading}
	if own := statement.Of(st.Body).Own; own != nil {
		return own(ctx, s, c)
	}
	return s.run(ctx, c)
}

// logStatement writes one line a statement: errors of users are no errors of the server.
func (s *Session) logStatement(text string, took time.Duration, err error) {
	if err == nil && !s.log.Enabled(context.Background(), slog.LevelDebug) {
		return
	}
	const shown = 300
	if len(text) > shown {
		text = text[:shown] + "…"
	}
	attrs := []any{"pid", s.start.PID, "user", s.start.User, "db", s.start.Database, "ms",
		float64(took.Microseconds()) / 1000, "sql", text}
	if err == nil {
		s.log.Debug("statement", attrs...)
		return
	}
	e := sqlerr.From(err)
	attrs = append(attrs, "sqlstate", string(e.Code), "err", e.Message)
	if e.Code == sqlerr.InternalError || e.Code == sqlerr.DataCorrupted {
		s.log.Error("statement failed", attrs...)
		return
	}
	s.log.Info("statement refused", attrs...)
}
