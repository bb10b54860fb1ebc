package pgwire

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"slipher/catalog/sqlerr"
	"slipher/catalog/types"
	"slipher/compiler/plan"
)

// fake is a Backend that knows a few words instead of SQL.
type fake struct {
	mu     sync.Mutex
	copied []byte
	copy   CopyReader // the last one
	woken  chan error // why a sleep was cut short
}

type fakeSession struct {
	f     *fake
	start Startup
	stmts map[string]*fakeStmt
	tx    TxStatus
}

type fakeStmt struct {
	text   string
	params []types.Type
}

func (s *fakeStmt) Params() []types.Type { return s.params }
func (s *fakeStmt) Empty() bool          { return strings.TrimSpace(s.text) == "" }
func (s *fakeStmt) Columns() []plan.OutputColumn {
	switch {
	case strings.HasPrefix(s.text, "rows"):
		return []plan.OutputColumn{{Name: "n", Type: types.TInt4}, {Name: "s", Type: types.TVarchar(20)}}
	case strings.HasPrefix(s.text, "echo"):
		var out []plan.OutputColumn
		for i, p := range s.params {
			out = append(out, plan.OutputColumn{Name: fmt.Sprintf("p%d", i+1), Type: p})
		}
		return out
	case s.text == "all":
		return allColumns
	}
	return nil
}

func (f *fake) NewSession(_ context.Context, st Startup) (Session, error) {
	if st.Database == "nowhere" {
		return nil, sqlerr.New(sqlerr.InvalidCatalogName, "database \"nowhere\" does not exist")
	}
	return &fakeSession{f: f, start: st, stmts: map[string]*fakeStmt{}, tx: Idle}, nil
}

func (s *fakeSession) Greeting() []Parameter {
	return []Parameter{{"server_version", "8.0.2"}, {"client_encoding", "UTF8"}, {"standard_conforming_strings", "on"},
		{"DateStyle", "ISO, MDY"}, {"integer_datetimes", "on"}, {"TimeZone", "UTC"}}
}

func (s *fakeSession) FloatDigits() int { return 1 }

func (s *fakeSession) Simple(ctx context.Context, text string, w ResultWriter) error {
	parts := strings.Split(strings.TrimSpace(text), ";")
	for i, p := range parts {
		p = strings.TrimSpace(p)
		if p == "" {
			if len(parts) == 1 {
				return w.Empty()
			}
			if i == len(parts)-1 {
				continue
			}
		}
		if err := s.one(ctx, &fakeStmt{text: p}, nil, w); err != nil {
			return err
		}
	}
	return nil
}

func (s *fakeSession) one(ctx context.Context, st *fakeStmt, args []types.Datum, w ResultWriter) error {
	if cols := st.Columns(); cols != nil {
		if err := w.Columns(cols); err != nil {
			return err
		}
	}
	word, arg, _ := strings.Cut(st.text, " ")
	switch word {
	case "begin":
		s.tx = InBlock
		return w.Complete("BEGIN")
	case "commit":
		s.tx = Idle
		return w.Complete("COMMIT")
	case "rows":
		var n int
		fmt.Sscan(arg, &n)
		for i := range n {
			if err := w.Rows(Datums{{types.Int(int64(i)), types.String(fmt.Sprintf("row %d", i))}}, 0, 1); err != nil {
				return err
			}
		}
		return w.Complete(fmt.Sprintf("SELECT %d", n))
	case "echo":
		w.Rows(Datums{args}, 0, 1)
		return w.Complete("SELECT 1")
	case "all":
		w.Rows(allRows, 0, len(allRows))
		return w.Complete(fmt.Sprintf("SELECT %d", len(allRows)))
	case "sleep":
		select {
		case <-ctx.Done():
			select {
			case s.f.woken <- context.Cause(ctx):
			default: // nobody asks
			}
			return ctx.Err()
		case <-time.After(20 * time.Second):
			return w.Complete("SLEEP")
		}
	case "warn":
		w.Notice(Notice{Severity: Warning, Error: sqlerr.Error{Message: "beware"}})
		return w.Complete("WARN")
	case "copy":
		r, err := w.CopyIn(2)
		if err != nil {
			return err
		}
		data, err := io.ReadAll(r)
		if err != nil {
			return err
		}
		s.f.mu.Lock()
		s.f.copied, s.f.copy = data, r
		s.f.mu.Unlock()
		return w.Complete(fmt.Sprintf("COPY %d", strings.Count(string(data), "\n")))
	case "panic":
		panic("as asked")
	case "":
		return w.Empty()
	}
	return sqlerr.New(sqlerr.SyntaxError, "syntax error at or near %q", word).At(7).WithHint("try again")
}

func (s *fakeSession) Prepare(_ context.Context, name, text string, oids []uint32) error {
	st := &fakeStmt{text: text}
	if strings.HasPrefix(text, "echo") {
		for _, w := range strings.Fields(text)[1:] {
			st.params = append(st.params, fakeTypes[w])
		}
	}
	if strings.HasPrefix(text, "bad") {
		return sqlerr.New(sqlerr.SyntaxError, "bad").At(1)
	}
	s.stmts[name] = st
	return nil
}

func (s *fakeSession) Prepared(name string) (Prepared, error) {
	if st := s.stmts[name]; st != nil {
		return st, nil
	}
	return nil, sqlerr.New(sqlerr.InvalidStatementName, "prepared statement %q does not exist", name)
}

func (s *fakeSession) Deallocate(name string) { delete(s.stmts, name) }
func (s *fakeSession) Run(ctx context.Context, p Prepared, args []types.Datum, _ Next, w ResultWriter) error {
	// The extended protocol sends no RowDescription; Columns still fixes the encoding.
	return s.one(ctx, p.(*fakeStmt), args, w)
}
func (s *fakeSession) Sync(context.Context) error { return nil }
func (s *fakeSession) Failed() {
	if s.tx == InBlock {
		s.tx = InFailed
	}
}
func (s *fakeSession) Reports() []Parameter { return nil }
func (s *fakeSession) Status() TxStatus     { return s.tx }
func (s *fakeSession) Close()               {}

var fakeTypes = map[string]types.Type{
	"bool": types.TBool, "int2": types.TInt2, "int4": types.TInt4, "int8": types.TInt8,
	"dec": types.TDecimal(12, 4), "bigdec": types.TDecimal(38, 6), "float4": types.TFloat4, "float8": types.TFloat8,
	"char": types.TChar(5), "varchar": types.TVarchar(30), "date": types.TDate, "ts": types.TTimestamp,
	"interval": types.TInterval, "oid": types.TOID, "name": types.TName,
}

// startServer serves a fake on a loopback port.
func startServer(t testing.TB) (*fake, string) { return startLimited(t, MaxConnections) }

func startLimited(t testing.TB, limit int) (*fake, string) {
	f := &fake{woken: make(chan error, 1)}
	s := NewServer(f, slog.New(slog.NewTextHandler(io.Discard, nil)), limit)
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	go s.Serve(ln)
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 3*time.Second)
		defer cancel()
		s.Close(ctx)
	})
	return f, ln.Addr().String()
}
