package relay

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"net"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgproto3"
	_ "github.com/lib/pq"
)

var ctx = context.Background()

func code(err error) string {
	var pe *pgconn.PgError
	if errors.As(err, &pe) {
		return pe.Code
	}
	return fmt.Sprint(err)
}

func exec(c *pgx.Conn, text string) (string, error) {
	res, err := c.PgConn().Exec(ctx, text).ReadAll()
	if err != nil || len(res) == 0 {
		return "", err
	}
	last := res[len(res)-1]
	if len(last.Rows) > 0 {
		return string(last.Rows[0][0]), nil
	}
	return last.CommandTag.String(), nil
}

func must(t *testing.T, c *pgx.Conn, text, want string) {
	t.Helper()
	if got, err := exec(c, text); err != nil || got != want {
		t.Fatalf("%s: %q %v, want %q", text, got, err, want)
	}
}

func refused(t *testing.T, c *pgx.Conn, text, want string, status byte) {
	t.Helper()
	_, err := exec(c, text)
	if code(err) != want || c.PgConn().TxStatus() != status {
		t.Fatalf("%s: %v, status %c; want %s, %c", text, err, c.PgConn().TxStatus(), want, status)
	}
}

// Everything passes through as if the leader were talked to directly.
func TestPassThrough(t *testing.T) {
	w := newWorld(t)
	for _, mode := range []string{"cache_statement", "cache_describe", "describe_exec", "exec", "simple_protocol"} {
		c := w.connect(mode)
		must(t, c, "SELECT who", "a")
		var s string
		if err := c.QueryRow(ctx, "SELECT hello").Scan(&s); err != nil || s != "hello" {
			t.Errorf("%s: %q %v", mode, s, err)
		}
		if _, err := c.Exec(ctx, "SELECT 1; nonsense"); code(err) != "42601" {
			t.Errorf("%s: %v", mode, err)
		}
		rows, err := c.Query(ctx, "SELECT big 5000")
		if err != nil {
			t.Fatal(err)
		}
		n := 0
		for rows.Next() {
			if err := rows.Scan(&s); err != nil || len(s) != n%3000 {
				t.Fatalf("%s: row %d: %d %v", mode, n, len(s), err)
			}
			n++
		}
		if n != 5000 || rows.Err() != nil {
			t.Errorf("%s: %d rows, %v", mode, n, rows.Err())
		}
		data := strings.Repeat("0123456789\n", 100_000)
		tag, err := c.PgConn().CopyFrom(ctx, strings.NewReader(data), "COPY t FROM STDIN")
		if err != nil || tag.String() != "COPY 1" || w.committed()[len(w.committed())-1] != fmt.Sprint("copied ", len(data)) {
			t.Errorf("%s: copy %v %v", mode, tag, err)
		}
		b := &pgx.Batch{}
		b.Queue("SELECT one")
		b.Queue("SELECT two")
		if err := c.SendBatch(ctx, b).Close(); err != nil {
			t.Errorf("%s: batch: %v", mode, err)
		}
		c.Close(ctx)
	}
	if _, err := pgx.Connect(ctx, "postgres://dev@"+w.addr+"/nowhere"); code(err) != "3D000" {
		t.Errorf("refusal: %v", err)
	}
}

// A message of many megabytes passes in pieces.
func TestLongMessages(t *testing.T) {
	w := newWorld(t)
	c := w.connect("simple_protocol")
	long := strings.Repeat("x", 5<<20)
	must(t, c, "SELECT "+long, long)
	must(t, c, "SELECT who", "a")
}

// An idle session goes on at the new leader, with settings and prepared statements.
func TestIdleSurvives(t *testing.T) {
	w := newWorld(t)
	c := w.connect("cache_statement")
	must(t, c, "SET extra TO 'it''s'", "SET")
	must(t, c, "SET application_name TO 'app'", "SET")
	must(t, c, "PREPARE sqlp AS SELECT 1", "PREPARE")
	if _, err := c.Prepare(ctx, "p", "SELECT prepared"); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Prepare(ctx, "gone", "SELECT gone"); err != nil {
		t.Fatal(err)
	}
	c.Deallocate(ctx, "gone")
	// Changes of a transaction that was rolled back are no changes.
	for _, q := range []string{"BEGIN", "SET extra TO 'other'", "SET more TO 'x'", "ROLLBACK"} {
		if _, err := exec(c, q); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range []string{"b", "c"} {
		w.kill()
		w.elect(name)
		must(t, c, "SELECT who", name)
		must(t, c, "SHOW extra", "it's")
		must(t, c, "SHOW more", "")
		must(t, c, "EXECUTE sqlp", "EXECUTE")
		if got := c.PgConn().ParameterStatus("application_name"); got != "app" {
			t.Errorf("application_name %q", got)
		}
		var s string
		if err := c.QueryRow(ctx, "p").Scan(&s); err != nil || s != "prepared" {
			t.Errorf("%q %v", s, err)
		}
		if r := c.PgConn().ExecPrepared(ctx, "gone", nil, nil, nil).Read(); code(r.Err) != "26000" {
			t.Errorf("deallocated: %v", r.Err)
		}
	}
}

// A query of which nothing was returned runs again; a write does not, and its outcome is
// unknown; a query half returned fails. Then the session goes on.
func TestInFlight(t *testing.T) {
	for _, q := range []struct {
		text, want string
		what       action
		code       string
		rows       int
	}{
		{"SELECT who", "b", dieBefore, "", 0},
		{"SELECT who", "b", dieAfter, "", 0},
		{"SELECT who", "", dieMidway, "08006", 0},
		{"SELECT who", "b", stopCancel, "", 0},
		{"SELECT slipher_drain_node('x')", "", dieBefore, "08007", 0},
		{"SELECT slipher_transfer_leadership()", "", stopCancel, "57P01", 0},
		{"SHOW x", "", dieBefore, "", 0},
		{"BEGIN", "BEGIN", dieBefore, "", 0},
		{"SET x TO 'y'", "SET", dieAfter, "", 0},
		{"INSERT INTO t VALUES (1)", "", dieBefore, "08007", 0},
		{"INSERT INTO t VALUES (1)", "", dieAfter, "08007", 1},
		{"INSERT INTO t VALUES (1)", "INSERT 0 1", stopCancel, "", 1},
		{"SELECT 1; INSERT INTO t VALUES (1)", "", stopCancel, "57P01", 0},
		{"SELECT 1; INSERT INTO t VALUES (1)", "", dieAfter, "08007", 1},
	} {
		for _, mode := range []string{"simple", "extended"} {
			if mode == "extended" && strings.Contains(q.text, ";") {
				continue
			}
			t.Run(fmt.Sprintf("%s/%s/%d", mode, q.text, q.what), func(t *testing.T) {
				w := newWorld(t)
				c := w.connect("exec")
				last := q.text[strings.LastIndex(q.text, ";")+1:]
				w.on(strings.TrimSpace(last), q.what)
				go func() {
					for {
						w.mu.Lock()
						gone := w.active == nil
						w.mu.Unlock()
						if gone {
							break
						}
						time.Sleep(time.Millisecond)
					}
					time.Sleep(30 * time.Millisecond)
					w.elect("b")
				}()
				var got string
				var err error
				if mode == "simple" {
					got, err = exec(c, q.text)
				} else {
					r := c.PgConn().ExecParams(ctx, q.text, nil, nil, nil, nil).Read()
					got, err = r.CommandTag.String(), r.Err
					if len(r.Rows) > 0 {
						got = string(r.Rows[0][0])
					}
				}
				if q.code == "" && (err != nil || got != q.want) || q.code != "" && code(err) != q.code {
					t.Errorf("%q %v", got, err)
				}
				if len(w.committed()) != q.rows {
					t.Errorf("rows %q", w.committed())
				}
				if q.text == "BEGIN" {
					must(t, c, "ROLLBACK", "ROLLBACK")
				}
				if q.what == stopCancel && q.code != "" {
					time.Sleep(50 * time.Millisecond)
				}
				must(t, c, "SELECT who", "b")
				if c.PgConn().TxStatus() != 'I' {
					t.Errorf("status %c", c.PgConn().TxStatus())
				}
			})
		}
	}
}

// A transaction block that has lost its leader says so once, then is a failed one.
func TestBlock(t *testing.T) {
	idle := func(w *world) {
		w.kill()
		for _, s := range w.relay.all() {
			for s.link.Load() != nil { // an exchange that goes down a dead link is another case
				time.Sleep(time.Millisecond)
			}
		}
		w.elect("b")
	}
	t.Run("idle", func(t *testing.T) {
		w := newWorld(t)
		c := w.connect("exec")
		must(t, c, "BEGIN", "BEGIN")
		must(t, c, "SET x TO 'lost'", "SET")
		must(t, c, "INSERT INTO t VALUES (1)", "INSERT 0 1")
		idle(w)
		refused(t, c, "SELECT 1", "57P01", 'E')
		refused(t, c, "SELECT 1", "25P02", 'E')
		must(t, c, "COMMIT", "ROLLBACK")
		must(t, c, "SHOW x", "")
		must(t, c, "SELECT who", "b")
		if len(w.committed()) != 0 {
			t.Error(w.committed())
		}
	})
	t.Run("idle extended", func(t *testing.T) {
		w := newWorld(t)
		c := w.connect("exec")
		must(t, c, "BEGIN", "BEGIN")
		idle(w)
		if r := c.PgConn().ExecParams(ctx, "SELECT 1", nil, nil, nil, nil).Read(); code(r.Err) != "57P01" ||
			c.PgConn().TxStatus() != 'E' {
			t.Fatalf("%v %c", r.Err, c.PgConn().TxStatus())
		}
		if r := c.PgConn().ExecParams(ctx, "SELECT 1", nil, nil, nil, nil).Read(); code(r.Err) != "25P02" {
			t.Fatal(r.Err)
		}
		if r := c.PgConn().ExecParams(ctx, "ROLLBACK", nil, nil, nil, nil).Read(); r.Err != nil ||
			c.PgConn().TxStatus() != 'I' {
			t.Fatal(r.Err)
		}
	})
	t.Run("idle rollback", func(t *testing.T) {
		w := newWorld(t)
		c := w.connect("exec")
		must(t, c, "BEGIN", "BEGIN")
		idle(w)
		must(t, c, "ROLLBACK", "ROLLBACK")
	})
	t.Run("idle commit", func(t *testing.T) {
		w := newWorld(t)
		c := w.connect("exec")
		must(t, c, "BEGIN", "BEGIN")
		idle(w)
		refused(t, c, "COMMIT", "57P01", 'I')
		must(t, c, "SELECT who", "b")
	})
	t.Run("statement", func(t *testing.T) {
		w := newWorld(t)
		c := w.connect("exec")
		must(t, c, "BEGIN", "BEGIN")
		w.on("INSERT", dieAfter)
		refused(t, c, "INSERT INTO t VALUES (1)", "57P01", 'E')
		w.elect("b")
		refused(t, c, "SELECT 1", "25P02", 'E')
		must(t, c, "ROLLBACK", "ROLLBACK")
	})
	t.Run("commit", func(t *testing.T) {
		w := newWorld(t)
		c := w.connect("exec")
		must(t, c, "BEGIN", "BEGIN")
		must(t, c, "INSERT INTO t VALUES (1)", "INSERT 0 1")
		w.on("COMMIT", dieAfter)
		refused(t, c, "COMMIT", "08007", 'I')
		w.elect("b")
		must(t, c, "SELECT who", "b")
		if len(w.committed()) != 1 {
			t.Error(w.committed())
		}
	})
	t.Run("rollback", func(t *testing.T) {
		w := newWorld(t)
		c := w.connect("exec")
		must(t, c, "BEGIN", "BEGIN")
		w.on("ROLLBACK", dieBefore)
		time.AfterFunc(100*time.Millisecond, func() { w.elect("b") })
		must(t, c, "ROLLBACK", "ROLLBACK")
	})
	t.Run("failed", func(t *testing.T) {
		w := newWorld(t)
		c := w.connect("exec")
		must(t, c, "BEGIN", "BEGIN")
		refused(t, c, "nonsense", "42601", 'E')
		idle(w)
		refused(t, c, "SELECT 1", "25P02", 'E')
		idle(w)
		must(t, c, "ROLLBACK", "ROLLBACK")
	})
}

// A session with temporary tables ends with its leader.
func TestTemporaryTables(t *testing.T) {
	w := newWorld(t)
	c := w.connect("exec")
	must(t, c, "CREATE TEMP TABLE x (i int)", "CREATE TABLE")
	w.kill()
	w.elect("b")
	if _, err := exec(c, "SELECT 1"); code(err) != "08006" || !c.IsClosed() {
		t.Errorf("%v, closed %v", err, c.IsClosed())
	}
}

// Without a leader each statement fails by itself after a while; a cancel request
// ends the wait. The session goes on when there is one again.
func TestNoLeader(t *testing.T) {
	w := newWorld(t)
	c := w.connect("exec")
	w.relay.opts.Wait = 300 * time.Millisecond
	w.kill()
	refused(t, c, "SELECT 1", "57P03", 'I')
	if r := c.PgConn().ExecParams(ctx, "SELECT 1", nil, nil, nil, nil).Read(); code(r.Err) != "57P03" {
		t.Fatal(r.Err)
	}
	w.relay.opts.Wait = 30 * time.Second
	time.AfterFunc(100*time.Millisecond, func() { c.PgConn().CancelRequest(ctx) })
	refused(t, c, "SELECT 1", "57014", 'I')
	w.elect("b")
	must(t, c, "SELECT who", "b")
}

// Cancel requests reach the leader that the session is at, with its key there.
func TestCancel(t *testing.T) {
	w := newWorld(t)
	c := w.connect("exec")
	for _, name := range []string{"a", "b"} {
		w.on("SELECT sleep", hang)
		time.AfterFunc(50*time.Millisecond, func() { c.PgConn().CancelRequest(ctx) })
		refused(t, c, "SELECT sleep", "57014", 'I')
		must(t, c, "SELECT who", name)
		w.kill()
		w.elect("b")
	}
	if w.relay.CancelByKey([]byte{0x40, 0, 0, 1, 1, 2, 3, 4}) {
		t.Error("a wrong key was taken")
	}
}

// A leader that hangs while another has become active is left.
func TestMoved(t *testing.T) {
	w := newWorld(t)
	c, idle := w.connect("exec"), w.connect("exec")
	old := w.active
	defer old.kill()
	defer close(old.released)
	w.on("SELECT who", hang)
	time.AfterFunc(50*time.Millisecond, func() {
		b := w.elect("b")
		w.relay.Moved(b.ln.Addr().String())
	})
	must(t, c, "SELECT who", "b")
	must(t, idle, "SELECT who", "b")
}

// COPY: lost in mid-stream it fails once, and what the client still sends is passed over.
func TestCopyLost(t *testing.T) {
	w := newWorld(t)
	c := w.connect("exec")
	w.on("copydata", dieBefore)
	_, err := c.PgConn().CopyFrom(ctx, strings.NewReader(strings.Repeat("0123456789\n", 200_000)), "COPY t FROM STDIN")
	if code(err) != "08007" {
		t.Errorf("%v", err)
	}
	w.elect("b")
	must(t, c, "SELECT who", "b")
	// By the extended protocol, with the Sync sent early.
	hj, err := c.PgConn().Hijack()
	if err != nil {
		t.Fatal(err)
	}
	defer hj.Conn.Close()
	f := hj.Frontend
	expect := func(want string) {
		t.Helper()
		got := ""
		for !strings.HasSuffix(got, want[len(want)-1:]) {
			hj.Conn.SetReadDeadline(time.Now().Add(5 * time.Second))
			m, err := f.Receive()
			if err != nil {
				t.Fatalf("after %q: %v", got, err)
			}
			got += map[string]string{"*pgproto3.ParseComplete": "1", "*pgproto3.BindComplete": "2",
				"*pgproto3.CopyInResponse": "G", "*pgproto3.CommandComplete": "C",
				"*pgproto3.ReadyForQuery": "Z", "*pgproto3.ErrorResponse": "E", "*pgproto3.DataRow": "D",
				"*pgproto3.RowDescription": "T"}[fmt.Sprintf("%T", m)]
		}
		if got != want {
			t.Fatalf("got %s, want %s", got, want)
		}
	}
	send := func(msgs ...pgproto3.FrontendMessage) {
		for _, m := range msgs {
			f.Send(m)
		}
		f.Flush()
	}
	send(&pgproto3.Parse{Query: "COPY t FROM STDIN"}, &pgproto3.Bind{}, &pgproto3.Execute{}, &pgproto3.Flush{})
	expect("12G")
	send(&pgproto3.CopyData{Data: []byte("x")}, &pgproto3.CopyDone{}, &pgproto3.Sync{})
	expect("CZ")
	send(&pgproto3.Parse{Query: "COPY t FROM STDIN"}, &pgproto3.Bind{}, &pgproto3.Execute{}, &pgproto3.Sync{})
	expect("12G")
	send(&pgproto3.CopyData{Data: []byte("x")}, &pgproto3.CopyDone{}, &pgproto3.Sync{})
	expect("CZ")
	// Three exchanges at once, an error in the second.
	send(&pgproto3.Parse{Query: "SELECT 1"}, &pgproto3.Bind{}, &pgproto3.Execute{}, &pgproto3.Sync{},
		&pgproto3.Parse{Query: "syntax"}, &pgproto3.Bind{}, &pgproto3.Execute{}, &pgproto3.Sync{},
		&pgproto3.Parse{Query: "SELECT 1"}, &pgproto3.Bind{}, &pgproto3.Execute{}, &pgproto3.Execute{}, &pgproto3.Sync{},
		&pgproto3.Query{String: "SELECT 1"})
	expect("12DCZ")
	expect("EZ")
	expect("12DCDCZ")
	expect("TDCZ")
	// A pipeline without Sync, ended by a Query.
	send(&pgproto3.Parse{Query: "SELECT 1"}, &pgproto3.Bind{}, &pgproto3.Execute{}, &pgproto3.Query{String: "SELECT 2"})
	expect("12DCTDCZ")
	// Lost in the middle of an extended exchange: one error, the rest passed over up to Sync.
	w.on("INSERT", dieBefore)
	send(&pgproto3.Parse{Query: "INSERT INTO t VALUES (1)"}, &pgproto3.Bind{}, &pgproto3.Execute{}, &pgproto3.Flush{})
	expect("E") // the fake sends nothing before it dies
	send(&pgproto3.Bind{}, &pgproto3.Execute{}, &pgproto3.Sync{})
	expect("Z")
	w.elect("c")
	send(&pgproto3.Query{String: "SELECT who"})
	expect("TDCZ")
	// Lost behind an error: there is no second one.
	send(&pgproto3.Parse{Query: "syntax"}, &pgproto3.Flush{})
	expect("E")
	w.kill()
	time.Sleep(50 * time.Millisecond)
	w.elect("cc")
	send(&pgproto3.Bind{}, &pgproto3.Sync{})
	expect("Z")
	send(&pgproto3.Query{String: "SELECT who"})
	expect("TDCZ")
	// A query sent with Flush goes to the new leader, and what follows it too.
	w.on("SELECT who", dieBefore)
	send(&pgproto3.Parse{Query: "SELECT who"}, &pgproto3.Bind{}, &pgproto3.Execute{}, &pgproto3.Flush{})
	time.AfterFunc(50*time.Millisecond, func() { w.elect("d") })
	expect("12DC")
	send(&pgproto3.Sync{})
	expect("Z")
}

// lib/pq works, over a change of the leader too.
func TestLibPQ(t *testing.T) {
	w := newWorld(t)
	host, port, _ := net.SplitHostPort(w.addr)
	db, err := sql.Open("postgres", fmt.Sprintf("host=%s port=%s user=dev dbname=dev sslmode=disable", host, port))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	db.SetMaxOpenConns(1)
	st, err := db.Prepare("SELECT who")
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"a", "b", "c"} {
		var s string
		if err := st.QueryRow().Scan(&s); err != nil || s != want {
			t.Errorf("%q %v", s, err)
		}
		if err := db.QueryRow("SELECT who").Scan(&s); err != nil || s != want {
			t.Errorf("%q %v", s, err)
		}
		w.kill()
		w.elect(string(want[0] + 1))
	}
}

// A client that leaves takes its session at the leader with it; nothing stays behind.
func TestLeaving(t *testing.T) {
	w := newWorld(t)
	before := runtime.NumGoroutine()
	var conns []*pgx.Conn
	for range 20 {
		c := w.connect("exec")
		must(t, c, "SELECT who", "a")
		conns = append(conns, c)
	}
	if n := w.relay.Sessions(); n != 20 {
		t.Errorf("%d sessions", n)
	}
	w.on("SELECT sleep", hang)
	hj, _ := conns[0].PgConn().Hijack()
	hj.Frontend.Send(&pgproto3.Query{String: "SELECT sleep"})
	hj.Frontend.Flush()
	time.Sleep(20 * time.Millisecond)
	hj.Conn.Close()
	for _, c := range conns[1:] {
		c.Close(ctx)
	}
	for i := 0; w.relay.Sessions() > 0 && i < 200; i++ {
		time.Sleep(10 * time.Millisecond)
	}
	close(w.active.released)
	for i := 0; runtime.NumGoroutine() > before+5 && i < 200; i++ {
		time.Sleep(10 * time.Millisecond)
	}
	if n := w.relay.Sessions(); n != 0 || runtime.NumGoroutine() > before+5 {
		t.Errorf("%d sessions, %d goroutines, before %d", n, runtime.NumGoroutine(), before)
	}
}

// Close tells idle clients, lets a statement end, and cuts what does not.
func TestClose(t *testing.T) {
	w := newWorld(t)
	idle, busy, stuck := w.connect("exec"), w.connect("exec"), w.connect("exec")
	w.on("SELECT sleep", hang)
	errs := make(chan error, 2)
	go func() { _, err := exec(stuck, "SELECT sleep"); errs <- err }()
	time.Sleep(20 * time.Millisecond)
	gate := make(chan struct{})
	w.mu.Lock()
	w.hook = func(*fakeLeader, string) action { <-gate; return run }
	w.mu.Unlock()
	done := make(chan error, 1)
	go func() { _, err := exec(busy, "SELECT who"); done <- err }()
	time.Sleep(20 * time.Millisecond)
	c, cancel := context.WithTimeout(ctx, 500*time.Millisecond)
	defer cancel()
	go func() { time.Sleep(100 * time.Millisecond); close(gate) }()
	w.relay.Close(c)
	if err := <-done; err != nil {
		t.Errorf("busy: %v", err)
	}
	if err := <-errs; err == nil {
		t.Error("stuck: no error")
	}
	if _, err := exec(idle, "SELECT 1"); code(err) != "57P01" {
		t.Errorf("idle: %v", err)
	}
	if _, err := pgx.Connect(ctx, "postgres://dev@"+w.addr+"/dev"); code(err) != "57P01" {
		t.Errorf("new: %v", err)
	}
}

// The answer to a COPY whose data was sent is waited for when the relay closes: it
// may have been committed.
func TestCloseAfterCopy(t *testing.T) {
	w := newWorld(t)
	c := w.connect("exec")
	gate, there := make(chan struct{}), make(chan struct{})
	w.mu.Lock()
	w.hook = func(_ *fakeLeader, text string) action {
		if text == "copydata" {
			close(there)
			<-gate
		}
		return run
	}
	w.mu.Unlock()
	done := make(chan error, 1)
	go func() {
		_, err := c.PgConn().CopyFrom(ctx, strings.NewReader("x\n"), "COPY t FROM STDIN")
		done <- err
	}()
	<-there
	time.Sleep(20 * time.Millisecond) // the end of the data comes right behind it
	go func() { time.Sleep(100 * time.Millisecond); close(gate) }()
	closing, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	w.relay.Close(closing)
	if err := <-done; err != nil {
		t.Error(err)
	}
}

// A relay that closes while there is no leader does not wait for one.
func TestCloseWithoutLeader(t *testing.T) {
	w := newWorld(t)
	c := w.connect("exec")
	w.on("SELECT who", dieBefore)
	done := make(chan error, 1)
	go func() { _, err := exec(c, "SELECT who"); done <- err }()
	time.Sleep(50 * time.Millisecond)
	closing, cancel := context.WithTimeout(ctx, 20*time.Second)
	defer cancel()
	begin := time.Now()
	w.relay.Close(closing)
	if d := time.Since(begin); d > 2*time.Second {
		t.Errorf("closed after %v", d)
	}
	if err := <-done; code(err) != "57P01" {
		t.Error(err)
	}
}

// A hello that has come through a relay is refused, not passed around.
func TestNoLoops(t *testing.T) {
	w := newWorld(t)
	w.relay.opts.Active = func(context.Context) (string, error) { return w.addr, nil }
	w.relay.opts.Wait = 200 * time.Millisecond
	if _, err := pgx.Connect(ctx, "postgres://dev@"+w.addr+"/dev"); code(err) != "57P03" {
		t.Errorf("%v", err)
	}
}

// Garbage ends its own connection.
func TestGarbage(t *testing.T) {
	w := newWorld(t)
	good := w.connect("exec")
	startup, _ := (&pgproto3.StartupMessage{ProtocolVersion: 196608,
		Parameters: map[string]string{"user": "dev"}}).Encode(nil)
	for _, b := range [][]byte{
		{}, {0}, []byte("GET / HTTP/1.1\r\n\r\n"), {0xff, 0xff, 0xff, 0xff, 1, 2, 3, 4}, {0, 0, 0, 8, 0, 9, 0, 0},
		startup[:len(startup)-1], append(startup, "\x00\x00\x00\x00\x00\x00"...),
		append(startup, 'Q', 0xff, 0xff, 0xff, 0xff),
		append(startup, 'Q', 0x7f, 0xff, 0xff, 0xff), append(startup, 'B', 0, 0, 0, 5, 1),
		append(startup, 'P', 0, 0, 0, 6, 'x', 'y'),
		append(startup, 'E', 0, 0, 0, 9, 'p', 0, 0, 0, 0), append(startup, 'S', 0, 0, 0, 5, 1),
		append(startup, 'C', 0, 0, 0, 4), append(startup, 'd', 0, 0, 0, 5, 1),
	} {
		nc, err := net.Dial("tcp", w.addr)
		if err != nil {
			t.Fatal(err)
		}
		nc.Write(b)
		nc.(*net.TCPConn).CloseWrite()
		nc.SetReadDeadline(time.Now().Add(5 * time.Second))
		if _, err := io.Copy(io.Discard, nc); err != nil && !strings.Contains(err.Error(), "reset") {
			t.Errorf("% x: %v", b, err)
		}
		nc.Close()
	}
	must(t, good, "SELECT who", "a")
}
