package session

import (
	"context"
	"io"
	"log/slog"
	"strings"
	"testing"

	"slipher/catalog/sqlerr"
	"slipher/catalog/state"
	"slipher/catalog/types"
	"slipher/compiler/parse"
	"slipher/compiler/plan"
	"slipher/leader/pgwire"
	"slipher/leader/statement"
	"slipher/leader/txn"
)

// fakeEngine notes what reaches it; "select fail" fails.
type fakeEngine struct {
	got  []string
	log  oneLog
	txns *txn.Manager
	// fail is what the next statements end with; nil: nothing.
	fail []error
}

// oneLog is a log of one leader that never fails: txn.Log.
type oneLog struct {
	cat  *state.Catalog
	next state.TxnID
}

func (l *oneLog) Catalog() *state.Catalog  { return l.cat }
func (l *oneLog) Changed() <-chan struct{} { return nil }
func (l *oneLog) Term() uint64             { return 1 }
func (l *oneLog) End(state.TxnID)          {}
func (l *oneLog) Begin(context.Context) (state.TxnID, error) {
	l.next++
	return l.next, nil
}

func (l *oneLog) Propose(_ context.Context, cmd *state.Command) (*state.Result, error) {
	next, res := l.cat.Apply(cmd)
	l.cat = next
	if res.Err != nil {
		return res, res.Err
	}
	return res, nil
}

func newEngine() *fakeEngine {
	e := &fakeEngine{log: oneLog{cat: state.New()}}
	e.log.Propose(context.Background(), &state.Command{Ops: []state.Op{&state.Bootstrap{Cluster: state.Cluster{ID: "c",
		Slices: 1}}}})
	e.txns = txn.New(&e.log, txn.Options{})
	return e
}

func (e *fakeEngine) Begin(ctx context.Context, spec txn.Spec) (*txn.Txn, error) {
	return e.txns.Begin(ctx, spec)
}

func (e *fakeEngine) Isolation(string) string { return "snapshot" }

// schemas are those that statements "schema x" have made.
func (e *fakeEngine) schemas() string {
	var out []string
	for _, s := range e.log.cat.Schemas("dev") {
		if s.ID >= state.FirstUserOID {
			out = append(out, s.Name)
		}
	}
	return strings.Join(out, " ")
}

func (e *fakeEngine) Describe(_ context.Context, c *statement.Call) (statement.Description, error) {
	d := statement.Description{Params: c.Types, Columns: []plan.OutputColumn{{Name: "x", Type: types.TInt4}}}
	for i := range d.Params {
		if d.Params[i].Kind == types.Unknown {
			d.Params[i] = types.TInt4
		}
	}
	return d, nil
}

func (e *fakeEngine) Execute(ctx context.Context, c *statement.Call) error {
	s, st, args, w := c.Session, c.Statement, c.Args, c.Out
	text := st.Text()
	for _, a := range args {
		text += " " + types.FormatText(types.TInt4, a)
	}
	e.got = append(e.got, text)
	if c, ok := st.Body.(*parse.CreateSchema); ok {
		if _, err := s.Txn().Do(ctx, &state.CreateSchema{Schema: state.Schema{Database: "dev", Name: c.Name}}); err != nil {
			return err
		}
	}
	if len(e.fail) > 0 {
		err := e.fail[0]
		e.fail = e.fail[1:]
		if err != nil {
			return err
		}
	}
	switch {
	case strings.Contains(text, "fail"):
		return sqlerr.New(sqlerr.DivisionByZero, "division by zero")
	case strings.Contains(text, "slow"):
		<-ctx.Done()
		return ctx.Err()
	}
	if _, ok := st.Body.(*parse.CreateSchema); ok {
		return w.Complete("CREATE SCHEMA")
	}
	return w.Complete("SELECT 0")
}

func (e *fakeEngine) Known(*parse.Statement) *parse.Statement { return nil }

func (e *fakeEngine) Evaluate(_ context.Context, _ *Session, _ *parse.Statement, exprs []parse.Expr,
	want []types.Type) ([]types.Datum, error) {
	var out []types.Datum
	for i, x := range exprs {
		d, err := types.ParseText(want[i], x.(*parse.Literal).Text)
		if err != nil {
			return nil, err
		}
		out = append(out, d)
	}
	return out, nil
}

func (e *fakeEngine) Closed(*Session)         {}
func (e *fakeEngine) FoldsCase(*Session) bool { return false }

func (e *fakeEngine) SchemaExists(_ *Session, schema string) bool { return schema != "dev" }

// recorder is a ResultWriter that writes results as short text.
type recorder struct{ log []string }

func (r *recorder) Columns([]plan.OutputColumn) error { return nil }
func (r *recorder) Rows(rows pgwire.Rows, from, to int) error {
	for i := from; i < to; i++ {
		r.log = append(r.log, "row "+string(rows.Str(0, i)))
	}
	return nil
}
func (r *recorder) Complete(tag string) error { r.log = append(r.log, tag); return nil }
func (r *recorder) Empty() error              { r.log = append(r.log, "empty"); return nil }
func (r *recorder) Notice(n pgwire.Notice) {
	r.log = append(r.log, string(n.Severity)+" "+string(n.Code))
}
func (r *recorder) Report(p pgwire.Parameter)             { r.log = append(r.log, "report "+p.Name+"="+p.Value) }
func (r *recorder) CopyIn(int) (pgwire.CopyReader, error) { return nil, io.EOF }

func newSession(t *testing.T, params map[string]string) (*Session, *fakeEngine) {
	t.Helper()
	e := newEngine()
	s, err := New(e, pgwire.Startup{User: "dev", Database: "dev", PID: 7, Params: params}, nil,
		slog.New(slog.NewTextHandler(io.Discard, nil)))
	if err != nil {
		t.Fatal(err)
	}
	return s, e
}

// Each case is a conversation: statements, and what comes back, an error as its SQLSTATE.
func TestConversations(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{"", "empty"},
		{"show server_version", "row 8.0.2, SHOW"},
		{"set application_name = 'Me'; show application_name", "report application_name=Me, SET, row Me, SHOW"},
		{"set nonsense = 1", "42704"},
		{"show nonsense", "42704"},
		{"set my.own = 1; show my.own", "SET, row 1, SHOW"},
		{"set server_version = '9'", "55P02"},
		{"set slipher_tier = fused; show slipher_tier; reset slipher_tier; show slipher_tier",
			"SET, row fused, SHOW, RESET, row auto, SHOW"},
		{"set slipher_tier = quick", "22023"},
		{"set slipher_vector_rows = 0", "22023"},
		{"set slipher_join_order = written; show slipher_join_order; set slipher_join_order = 7; show slipher_join_order",
			"SET, row written, SHOW, SET, row 7, SHOW"},
		{"set slipher_join_order = 0", "22023"},
		{"set slipher_join_order = best", "22023"},
		{"set slipher_vector_rows = 3; show slipher_vector_rows", "SET, row 3, SHOW"},
		{"set statement_timeout to '2s'; show statement_timeout", "SET, row 2000, SHOW"},
		{"set datestyle to 'postgres'", "0A000"},
		{"set timezone = 'Europe/Berlin'; show time zone", "report TimeZone=Europe/Berlin, SET, row Europe/Berlin, SHOW"},
		{"set timezone = 'europe/BERLIN'; show time zone", "report TimeZone=Europe/Berlin, SET, row Europe/Berlin, SHOW"},
		{"set time zone -7; show time zone", "report TimeZone=<-07>+07, SET, row <-07>+07, SHOW"},
		{"set time zone interval '-08:00' hour to minute; show time zone",
			"report TimeZone=<-08>+08, SET, row <-08>+08, SHOW"},
		{"set timezone = 'UTC+3'; show time zone", "report TimeZone=UTC+3, SET, row UTC+3, SHOW"},
		{"set work_mem = '64MB'", "NOTICE 00000, SET"},
		{"set client_min_messages = warning; set work_mem = '64MB'", "SET, SET"},
		{"set timezone = 'Mars/Base'", "22023"},
		{"set timezone = 'PST'", "22023"},
		{"set time zone 200", "22023"},
		{"set datestyle = 'ISO, DMY'", "0A000"},
		{"set intervalstyle = 'iso_8601'", "0A000"},
		{"set client_min_messages = loud", "22023"},
		{"set standard_conforming_strings = off", "report standard_conforming_strings=off, SET"},
		{"set local slipher_tier = fused", "WARNING 25P01, SET"},
		{"begin; commit", "BEGIN, COMMIT"},
		{"commit", "WARNING 25P01, COMMIT"},
		{"begin; begin", "BEGIN, WARNING 25001, BEGIN"},
		{"begin; set local slipher_tier = fused; show slipher_tier; end; show slipher_tier",
			"BEGIN, SET, row fused, SHOW, COMMIT, row auto, SHOW"},
		{"begin; set slipher_tier = fused; rollback; show slipher_tier", "BEGIN, SET, ROLLBACK, row auto, SHOW"},
		{"begin; select 1; rollback", "BEGIN, SELECT 0, ROLLBACK"},
		{"begin; insert into t values (1); rollback", "BEGIN, SELECT 0, ROLLBACK"},
		{"begin; create database x", "BEGIN, 25001"},
		{"select 1; select fail; select 2", "SELECT 0, 22012"},
		{"prepare p (int) as select $1; execute p(5); deallocate p; execute p(5)", "PREPARE, SELECT 0, DEALLOCATE, 26000"},
		{"prepare p as select 1; prepare p as select 1", "PREPARE, 42P05"},
		{"prepare p (int) as select $1; execute p", "PREPARE, 42601"},
		{"deallocate nothing", "26000"},
		{"set statement_timeout = 20; select slow", "SET, 57014"},
	} {
		s, _ := newSession(t, nil)
		var r recorder
		if err := s.Simple(context.Background(), c.in, &r); err != nil {
			s.Failed()
			r.log = append(r.log, string(sqlerr.From(err).Code))
		}
		if got := strings.Join(r.log, ", "); got != c.want {
			t.Errorf("%s\n got %s\nwant %s", c.in, got, c.want)
		}
	}
}

// An error spoils a block until its end; COMMIT then rolls back.
func TestFailedBlock(t *testing.T) {
	s, e := newSession(t, nil)
	ctx := context.Background()
	for _, q := range []string{"select 1", "rollback"} {
		if err := s.Prepare(ctx, q, q, nil); err != nil {
			t.Fatal(err)
		}
	}
	s.Simple(ctx, "begin", &recorder{})
	if err := s.Simple(ctx, "select fail", &recorder{}); err == nil {
		t.Fatal("no error")
	}
	s.Failed()
	if s.Status() != pgwire.InFailed {
		t.Fatalf("status %c", s.Status())
	}
	for _, q := range []string{"select 1", "set slipher_tier = fused", "begin"} {
		if err := s.Simple(ctx, q, &recorder{}); err == nil || sqlerr.From(err).Code != sqlerr.InFailedTransaction {
			t.Errorf("%s: %v", q, err)
		}
	}
	if err := s.Prepare(ctx, "", "select 1", nil); err == nil {
		t.Error("Parse passes in a failed block")
	}
	if _, err := s.Prepared("select 1"); err == nil || sqlerr.From(err).Code != sqlerr.InFailedTransaction {
		t.Errorf("Bind in a failed block: %v", err)
	}
	if _, err := s.Prepared("rollback"); err != nil {
		t.Errorf("Bind of ROLLBACK in a failed block: %v", err)
	}
	var r recorder
	if err := s.Simple(ctx, "commit", &r); err != nil || r.log[0] != "ROLLBACK" || s.Status() != pgwire.Idle {
		t.Errorf("%v %v", r.log, err)
	}
	if len(e.got) != 1 {
		t.Errorf("the engine got %q", e.got)
	}
}

// Startup parameters become settings; what is unknown passes, what is wrong does not.
func TestStartup(t *testing.T) {
	s, _ := newSession(t, map[string]string{"application_name": "x", "driver_version": "1", "extra_float_digits": "2",
		"Client_Encoding": "'utf-8'"[1:6]})
	if s.Value("application_name") != "x" || s.FloatDigits() != 2 || s.Value("client_encoding") != "UTF8" {
		t.Error("startup parameters are lost")
	}
	s.Simple(context.Background(), "set application_name = y; reset application_name", &recorder{})
	if s.Value("application_name") != "x" {
		t.Error("RESET does not return to the startup's value")
	}
	if _, err := New(newEngine(), pgwire.Startup{Params: map[string]string{"client_encoding": "LATIN1"}}, nil,
		slog.Default()); err == nil {
		t.Error("a bad encoding passes")
	}
}

func TestSearchPath(t *testing.T) {
	s, _ := newSession(t, nil)
	if got := strings.Join(s.SearchPath(), ","); got != "dev,public" || s.CurrentSchema() != "public" {
		t.Errorf("%s %s", got, s.CurrentSchema())
	}
	s.Simple(context.Background(), "set search_path to a, public", &recorder{})
	if got := strings.Join(s.SearchPath(), ","); got != "a,public" || s.CurrentSchema() != "a" {
		t.Errorf("%s %s", got, s.CurrentSchema())
	}
}
