package leader

import (
	"context"
	"time"

	"slipher/catalog/relations"
	"slipher/catalog/sqlerr"
	"slipher/catalog/types"
	"slipher/compiler/parse"
	"slipher/leader/pgwire"
	"slipher/leader/session"
	"slipher/leader/statement"
	"slipher/leader/txn"
)

// Execute runs a statement and keeps it in the history: session.Engine.
func (t *leadership) Execute(ctx context.Context, c *statement.Call) error {
	ses := c.Session
	xid, _ := ses.Txn().XID(ctx) // for relations only: without one the commit says what is wrong
	q := t.s.history.Begin(relations.Query{Txn: int64(xid), PID: ses.BackendPID(), User: ses.CurrentUser(),
		Database: ses.CurrentDatabase(), Label: ses.Value("query_group"), Text: c.Redacted(), Kind: statement.Of(c.Body).Kind,
		StartMicros: ses.NowMicros()})
	err := t.confirm(ctx, ses.Txn())
	if err == nil {
		err = t.statements.Execute(ctx, c)
	}
	t.s.history.End(q, c.Did, err)
	if err == nil && q.Kind == relations.KindQuery && !c.OnLeader {
		ses.Ran(q.ID)
	}
	return err
}

// confirm makes sure that what the statement is about to see is the newest that was
// committed: another leader may have taken over from this one without its
// knowledge, while it was stopped or cut off.
func (t *leadership) confirm(ctx context.Context, x *txn.Txn) error {
	x.View() // first: what counts is that this leader was still the active one when the version was taken
	if err := t.s.replica.Confirm(ctx, x.Term()); err == nil {
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

// Describe binds a statement without running it: session.Engine.
func (t *leadership) Describe(_ context.Context, c *statement.Call) (statement.Description, error) {
	if x := c.Session.Txn(); x != nil {
		defer x.LetGo()
	}
	return t.statements.Describe(c)
}

// Evaluate computes EXECUTE's arguments: session.Engine.
func (t *leadership) Evaluate(ctx context.Context, ses *session.Session, st *parse.Statement, exprs []parse.Expr,
	want []types.Type) ([]types.Datum, error) {
	return t.statements.Evaluate(ctx, ses, st, exprs, want)
}

// Known gives a query the tree of another one of its shape: session.Engine.
func (t *leadership) Known(outline *parse.Statement) *parse.Statement {
	return t.statements.Plans.Known(outline)
}

// Begin starts a transaction: session.Engine.
func (t *leadership) Begin(ctx context.Context, spec txn.Spec) (*txn.Txn, error) {
	return t.s.txns.Begin(ctx, spec)
}

// Isolation is what a database's transactions are by default: session.Engine.
func (t *leadership) Isolation(database string) string {
	if d := t.s.replica.Catalog().Database(database); d != nil && d.Isolation != "" {
		return d.Isolation
	}
	return "snapshot"
}

// SchemaExists answers for search paths: session.Engine.
func (t *leadership) SchemaExists(ses *session.Session, schema string) bool {
	return t.statements.Look(ses).Schema(ses.CurrentDatabase(), schema) != nil
}

// FoldsCase reports how strings of the session's database are compared: session.Engine.
func (t *leadership) FoldsCase(ses *session.Session) bool {
	d := t.statements.Look(ses).Database(ses.CurrentDatabase())
	return d != nil && d.CaseFold
}

// NewSession opens a client's session: pgwire.Backend.
func (t *leadership) NewSession(_ context.Context, st pgwire.Startup) (pgwire.Session, error) {
	cat := t.s.replica.Catalog()
	if cat.User(st.User) == nil {
		return nil, sqlerr.New(sqlerr.InvalidAuthorization, "user %q does not exist", st.User)
	}
	if d := cat.Database(st.Database); d == nil || d.System || d.Template {
		return nil, sqlerr.New(sqlerr.InvalidCatalogName, "database %q does not exist", st.Database)
	}
	ses, err := session.New(t, st, t.s.txns.NewTemp(st.Database, st.PID), t.s.log)
	if err != nil {
		return nil, err
	}
	t.sessions.add(ses, st)
	return ses, nil
}

// Closed forgets a session, and deletes what its temporary tables have in managed
// storage: session.Engine. What cannot be deleted now, the collector finds.
func (t *leadership) Closed(ses *session.Session) {
	if !t.sessions.remove(ses) {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), closeTime)
	defer cancel()
	for _, name := range ses.Temp().Close() {
		if err := t.store.Delete(ctx, name); err != nil {
			t.s.log.Debug("a temporary table's object stays", "object", name, "err", err)
			return
		}
	}
}

// closeTime bounds what a session does when its client has gone.
const closeTime = 5 * time.Second
