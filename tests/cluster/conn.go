package cluster

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
)

// statementTimeout ends a test that hangs with a message instead of a stack.
const statementTimeout = 2 * time.Minute

// Conn is a connection that asks and answers in text.
type Conn struct {
	pg      *pgconn.PgConn
	notices []string
}

// Result is one statement's outcome.
type Result struct {
	Tag     string   // command tag
	Columns []string // names; nil if the statement returns no rows
	Types   []uint32 // oids
	Rows    [][]Value
}

// Value is a field as text; Valid is false for NULL.
type Value struct {
	Text  string
	Valid bool
}

// String shows NULL as a word.
func (v Value) String() string {
	if !v.Valid {
		return "NULL"
	}
	return v.Text
}

// Connect opens a connection to a database as user dev.
func (c *Cluster) Connect(t testing.TB, database string) *Conn {
	t.Helper()
	return c.Leader.Connect(t, database)
}

// Connect opens a connection to this leader.
func (p *Process) Connect(t testing.TB, database string) *Conn {
	t.Helper()
	conn, err := p.TryConnect(database)
	if err != nil {
		t.Fatalf("connect to %s: %v", database, err)
	}
	t.Cleanup(conn.Close)
	return conn
}

// TryConnect is Connect for servers that may refuse. The caller closes the connection.
func (p *Process) TryConnect(database string) (*Conn, error) {
	conn := &Conn{}
	cfg, err := pgconn.ParseConfig(fmt.Sprintf("postgres://dev@%s/%s?sslmode=disable", p.SQL, database))
	if err != nil {
		return nil, err
	}
	cfg.OnNotice = func(_ *pgconn.PgConn, n *pgconn.Notice) {
		conn.notices = append(conn.notices, n.Severity+": "+n.Message)
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	conn.pg, err = pgconn.ConnectConfig(ctx, cfg)
	return conn, err
}

// Close ends the connection.
func (c *Conn) Close() {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	c.pg.Close(ctx)
}

// Notices are the messages since the last call.
func (c *Conn) Notices() []string {
	n := c.notices
	c.notices = nil
	return n
}

// Try runs statements in one message and returns what came before an error.
func (c *Conn) Try(sql string) ([]Result, error) {
	ctx, cancel := context.WithTimeout(context.Background(), statementTimeout)
	defer cancel()
	return c.TryContext(ctx, sql)
}

// TryContext is Try until ctx ends; a context that ends breaks the connection.
func (c *Conn) TryContext(ctx context.Context, sql string) ([]Result, error) {
	var results []Result
	many := c.pg.Exec(ctx, sql)
	for many.NextResult() {
		r := many.ResultReader()
		var res Result
		if f := r.FieldDescriptions(); f != nil {
			res.Columns = []string{}
			for _, d := range f {
				res.Columns = append(res.Columns, d.Name)
				res.Types = append(res.Types, d.DataTypeOID)
			}
		}
		for r.NextRow() {
			row := make([]Value, 0, len(res.Columns))
			for _, v := range r.Values() {
				row = append(row, Value{Text: string(v), Valid: v != nil})
			}
			res.Rows = append(res.Rows, row)
		}
		tag, err := r.Close()
		if err != nil {
			break // many.Close gives it again
		}
		res.Tag = tag.String()
		results = append(results, res)
	}
	return results, many.Close()
}

// Exec runs statements that must succeed and returns the last one's result.
func (c *Conn) Exec(t testing.TB, sql string) Result {
	t.Helper()
	rs, err := c.Try(sql)
	if err != nil {
		t.Fatalf("%s\n%s", sql, ErrorText(err))
	}
	if len(rs) == 0 {
		return Result{}
	}
	return rs[len(rs)-1]
}

// One is the single value of a query.
func (c *Conn) One(t testing.TB, sql string) string {
	t.Helper()
	r := c.Exec(t, sql)
	if len(r.Rows) != 1 || len(r.Rows[0]) != 1 {
		t.Fatalf("%s\nwant one value, got %d rows", sql, len(r.Rows))
	}
	return r.Rows[0][0].String()
}

// CopyIn runs a COPY … FROM STDIN with its data.
func (c *Conn) CopyIn(sql string, data io.Reader) (string, error) {
	ctx, cancel := context.WithTimeout(context.Background(), statementTimeout)
	defer cancel()
	tag, err := c.pg.CopyFrom(ctx, data, sql)
	return tag.String(), err
}

// Cancel sends a cancel request for what the connection runs.
func (c *Conn) Cancel(t testing.TB) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	if err := c.pg.CancelRequest(ctx); err != nil {
		t.Fatal(err)
	}
}

// ErrorText shows an error as scripts expect it:
// `ERROR 42703 at 8: column "x" does not exist`, then detail, hint and context.
func ErrorText(err error) string {
	var e *pgconn.PgError
	if !errors.As(err, &e) {
		return "FAILED: " + err.Error()
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%s %s", e.Severity, e.Code)
	if e.Position > 0 {
		fmt.Fprintf(&b, " at %d", e.Position)
	}
	fmt.Fprintf(&b, ": %s", e.Message)
	if e.Detail != "" {
		fmt.Fprintf(&b, "\nDETAIL: %s", e.Detail)
	}
	if e.Hint != "" {
		fmt.Fprintf(&b, "\nHINT: %s", e.Hint)
	}
	if e.Where != "" {
		fmt.Fprintf(&b, "\nCONTEXT: %s", e.Where)
	}
	return b.String()
}

// Code is the SQLSTATE of an error from the server, "" for none.
func Code(err error) string {
	var e *pgconn.PgError
	if errors.As(err, &e) {
		return e.Code
	}
	return ""
}
