package clients

import (
	"errors"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgproto3"

	"slipher/tests/warehouse"
)

// code is the SQLSTATE of an error, "" without one.
func code(err error) string {
	var pe *pgconn.PgError
	if errors.As(err, &pe) {
		return pe.Code
	}
	return ""
}

// A prepared statement whose table has become another yields no rows of columns that the client was not told of.
func TestPreparedOverNewTable(t *testing.T) {
	w := warehouse.Start(t, warehouse.Options{})
	c := w.Connect(t)
	warehouse.Exec(t, c, "CREATE TABLE pt (i INTEGER, v VARCHAR(5)); INSERT INTO pt VALUES (1, 'a')")
	pc := c.PgConn()
	if _, err := pc.Prepare(ctx, "st", "SELECT * FROM pt", nil); err != nil {
		t.Fatal(err)
	}
	for _, s := range []struct{ table, code string }{
		{"(v VARCHAR(9))", "0A000"}, {"(i INTEGER, v VARCHAR(5), w INTEGER)", "0A000"}, {"(i BIGINT, v VARCHAR(5))", "0A000"},
		{"(i INTEGER, v VARCHAR(70))", ""},
	} {
		warehouse.Exec(t, c, "DROP TABLE pt; CREATE TABLE pt "+s.table+"; INSERT INTO pt DEFAULT VALUES")
		for _, formats := range [][]int16{nil, {1}, {0, 1}} {
			r := pc.ExecPrepared(ctx, "st", nil, nil, formats).Read()
			if code(r.Err) != s.code || s.code == "" && r.Err != nil {
				t.Errorf("%s: %v", s.table, r.Err)
			}
			if s.code != "" && !strings.Contains(r.Err.Error(), "cached plan must not change result type") {
				t.Errorf("%s: %v", s.table, r.Err)
			}
		}
	}
}

// The rest of a portal's rows is not handed out in a transaction that failed, and a portal's name is its own.
func TestPortalsOfFailedTransaction(t *testing.T) {
	w := warehouse.Start(t, warehouse.Options{})
	hj, err := w.Connect(t).PgConn().Hijack()
	if err != nil {
		t.Fatal(err)
	}
	defer hj.Conn.Close()
	f := hj.Frontend
	for _, s := range []struct {
		want string
		send []pgproto3.FrontendMessage
	}{
		{"T", []pgproto3.FrontendMessage{&pgproto3.Query{String: "BEGIN"}}},
		{"T", []pgproto3.FrontendMessage{&pgproto3.Parse{Name: "s", Query: "SELECT g FROM generate_series(1, 9) g"},
			&pgproto3.Bind{DestinationPortal: "p", PreparedStatement: "s"}, &pgproto3.Execute{Portal: "p", MaxRows: 2},
			&pgproto3.Sync{}}},
		{"42P03 E", []pgproto3.FrontendMessage{&pgproto3.Bind{DestinationPortal: "p", PreparedStatement: "s"},
			&pgproto3.Sync{}}},
		{"25P02 E", []pgproto3.FrontendMessage{&pgproto3.Execute{Portal: "p"}, &pgproto3.Sync{}}},
		{"I", []pgproto3.FrontendMessage{&pgproto3.Query{String: "ROLLBACK"}}},
		{"34000 I", []pgproto3.FrontendMessage{&pgproto3.Execute{Portal: "p"}, &pgproto3.Sync{}}},
	} {
		for _, m := range s.send {
			f.Send(m)
		}
		if err := f.Flush(); err != nil {
			t.Fatal(err)
		}
		got := ""
		for !strings.HasSuffix(got, " end") {
			m, err := f.Receive()
			if err != nil {
				t.Fatal(err)
			}
			switch m := m.(type) {
			case *pgproto3.ErrorResponse:
				got += m.Code + " "
			case *pgproto3.ReadyForQuery:
				got += string(m.TxStatus) + " end"
			}
		}
		if got = strings.TrimSuffix(got, " end"); got != s.want {
			t.Errorf("%v: %s, want %s", s.send, got, s.want)
		}
	}
}
