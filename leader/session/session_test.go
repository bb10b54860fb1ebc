package session

import (
	"context"
	"io"
	"log/slog"
	"strings"
	"testing"

	"slipher/catalog/sqlerr"
	"slipher/catalog/types"
	"slipher/compiler/parse"
	"slipher/leader/pgwire"

	"slipher/compiler/plan"
)

// fakeEngine notes what reaches it; "select fail" fails.
type fakeEngine struct{ got []string }

func (e *fakeEngine) Describe(_ context.Context, _ *Session, st *parse.Statement, params []types.Type) (Description, error) {
	d := Description{Params: params, Columns: []plan.OutputColumn{{Name: "x", Type: types.TInt4}}}
	for i := range d.Params {
		if d.Params[i].Kind == types.Unknown {
			d.Params[i] = types.TInt4
		}
	}
	return d, nil
}

func (e *fakeEngine) Execute(ctx context.Context, _ *Session, st *parse.Statement, _ []types.Type, args []types.Datum, w pgwire.ResultWriter) error {
	text := st.Text()
	for _, a := range args {
		text += " " + types.FormatText(types.TInt4, a)
	}
	e.got = append(e.got, text)
	switch {
	case strings.Contains(text, "fail"):
		return sqlerr.New(sqlerr.DivisionByZero, "division by zero")
	case strings.Contains(text, "slow"):
		<-ctx.Done()
		return ctx.Err()
	}
	return w.Complete("SELECT 0")
}

func (e *fakeEngine) Evaluate(_ context.Context, _ *Session, _ *parse.Statement, exprs []parse.Expr, want []types.Type) ([]types.Datum, error) {
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

func (e *fakeEngine) Closed(*Session)                    {}
func (e *fakeEngine) SchemaExists(_, schema string) bool { return schema != "dev" }

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
	e := &fakeEngine{}
	s, err := New(e, pgwire.Startup{User: "dev", Database: "dev", PID: 7, Params: params}, slog.New(slog.NewTextHandler(io.Discard, nil)))
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
		{"set slipher_tier = fused; show slipher_tier; reset slipher_tier; show slipher_tier", "SET, row fused, SHOW, RESET, row auto, SHOW"},
		{"set slipher_tier = quick", "22023"},
		{"set slipher_vector_rows = 0", "22023"},
		{"set slipher_vector_rows = 3; show slipher_vector_rows", "SET, row 3, SHOW"},
		{"set statement_timeout to '2s'; show statement_timeout", "SET, row 2000, SHOW"},
		{"set datestyle to 'postgres'", "0A000"},
		{"set timezone = 'Europe/Berlin'; show time zone", "report TimeZone=Europe/Berlin, SET, row Europe/Berlin, SHOW"},
		{"set standard_conforming_strings = off", "report standard_conforming_strings=off, SET"},
		{"set local slipher_tier = fused", "WARNING 25P01, SET"},
		{"begin; commit", "WARNING 01000, BEGIN, COMMIT"},
		{"commit", "WARNING 25P01, COMMIT"},
		{"begin; begin", "WARNING 01000, BEGIN, WARNING 25001, BEGIN"},
		{"begin; set local slipher_tier = fused; show slipher_tier; end; show slipher_tier", "WARNING 01000, BEGIN, SET, row fused, SHOW, COMMIT, row auto, SHOW"},
		{"begin; set slipher_tier = fused; rollback; show slipher_tier", "WARNING 01000, BEGIN, SET, ROLLBACK, row auto, SHOW"},
		{"begin; select 1; rollback", "WARNING 01000, BEGIN, SELECT 0, ROLLBACK"},
		{"begin; insert into t values (1); rollback", "WARNING 01000, BEGIN, SELECT 0, WARNING 01000, ROLLBACK"},
		{"begin; create database x", "WARNING 01000, BEGIN, 25001"},
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
	s, _ := newSession(t, map[string]string{"application_name": "x", "driver_version": "1", "extra_float_digits": "2", "Client_Encoding": "'utf-8'"[1:6]})
	if s.Value("application_name") != "x" || s.FloatDigits() != 2 || s.Value("client_encoding") != "UTF8" {
		t.Error("startup parameters are lost")
	}
	s.Simple(context.Background(), "set application_name = y; reset application_name", &recorder{})
	if s.Value("application_name") != "x" {
		t.Error("RESET does not return to the startup's value")
	}
	if _, err := New(&fakeEngine{}, pgwire.Startup{Params: map[string]string{"client_encoding": "LATIN1"}}, slog.Default()); err == nil {
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
