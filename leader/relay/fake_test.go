package relay

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

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgproto3"

	"slipher/leader/pgwire"
)

// world is a few fake leaders of one database, and a relay to the active one.
type world struct {
	t     testing.TB
	relay *Relay
	addr  string // of the relay

	mu     sync.Mutex
	active *fakeLeader // nil: none
	rows   []string    // the texts of INSERTs that were committed
	hook   func(l *fakeLeader, text string) action
}

// action is what a fake does with a statement.
type action int

const (
	run        action = iota
	dieBefore         // the leader is killed and has not run it
	dieAfter          // the leader is killed and has run it, but not answered
	dieMidway         // the leader is killed when it has sent half of the answer
	hang              // no answer until the link is cut
	stopCancel        // the leader stops: the statement is canceled with 57P01, then FATAL
)

type fakeLeader struct {
	w    *world
	name string
	ln   net.Listener

	mu       sync.Mutex
	conns    map[net.Conn]*fakeConn
	nextPID  uint32
	canceled []uint32
	released chan struct{}
}

type fakeConn struct {
	l        *fakeLeader
	nc       net.Conn
	be       *pgproto3.Backend
	pid      uint32
	params   map[string]string
	set      map[string]string
	saved    map[string]string
	stmts    map[string]string
	portals  map[string]string
	status   byte
	txn      []string
	skipping bool
	cancel   chan struct{}
}

func newWorld(t testing.TB) *world {
	w := &world{t: t}
	w.relay = New(Options{
		Active: func(ctx context.Context) (string, error) {
			w.mu.Lock()
			defer w.mu.Unlock()
			if w.active == nil {
				return "", fmt.Errorf("none")
			}
			return w.active.ln.Addr().String(), nil
		},
		Wait: 3 * time.Second,
		Log:  slog.New(slog.NewTextHandler(io.Discard, nil)),
	})
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	w.addr = ln.Addr().String()
	go accept(ln, func(nc net.Conn) {
		if h, err := pgwire.ReadHello(nc); err == nil {
			w.relay.Handle(nc, h)
		}
		nc.Close()
	})
	t.Cleanup(func() {
		ln.Close()
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		w.relay.Close(ctx)
		w.kill()
	})
	w.elect("a")
	return w
}

func accept(ln net.Listener, f func(net.Conn)) {
	for {
		nc, err := ln.Accept()
		if err != nil {
			return
		}
		go f(nc)
	}
}

// elect makes a new leader the active one.
func (w *world) elect(name string) *fakeLeader {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		w.t.Fatal(err)
	}
	l := &fakeLeader{w: w, name: name, ln: ln, conns: map[net.Conn]*fakeConn{}, nextPID: 100,
		released: make(chan struct{})}
	go accept(ln, l.serve)
	w.mu.Lock()
	w.active = l
	w.mu.Unlock()
	return l
}

// kill ends the active leader; its links break.
func (w *world) kill() {
	w.mu.Lock()
	l := w.active
	w.active = nil
	w.mu.Unlock()
	if l != nil {
		l.kill()
	}
}

func (l *fakeLeader) kill() {
	l.w.mu.Lock()
	if l.w.active == l {
		l.w.active = nil
	}
	l.w.mu.Unlock()
	l.ln.Close()
	l.mu.Lock()
	defer l.mu.Unlock()
	for nc := range l.conns {
		nc.Close()
	}
}

func (w *world) connect(mode string) *pgx.Conn {
	w.t.Helper()
	c, err := pgx.Connect(context.Background(), "postgres://dev@"+w.addr+"/dev?sslmode=prefer&default_query_exec_mode="+
		mode)
	if err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(func() { c.Close(context.Background()) })
	return c
}

func (l *fakeLeader) serve(nc net.Conn) {
	defer nc.Close()
	c := &fakeConn{l: l, nc: nc, be: pgproto3.NewBackend(nc, nc), set: map[string]string{}, stmts: map[string]string{},
		portals: map[string]string{}, status: 'I', cancel: make(chan struct{}, 1)}
	l.mu.Lock()
	l.conns[nc] = c
	l.mu.Unlock()
	defer func() { l.mu.Lock(); delete(l.conns, nc); l.mu.Unlock() }()
	m, err := c.be.ReceiveStartupMessage()
	if err != nil {
		return
	}
	switch m := m.(type) {
	case *pgproto3.CancelRequest:
		l.mu.Lock()
		l.canceled = append(l.canceled, m.ProcessID)
		for _, o := range l.conns {
			if o.pid == m.ProcessID && string(m.SecretKey) == o.secret() {
				select {
				case o.cancel <- struct{}{}:
				default:
				}
			}
		}
		l.mu.Unlock()
		return
	case *pgproto3.StartupMessage:
		c.params = m.Parameters
	}
	if _, ok := c.params[pgwire.RelayParameter]; !ok {
		l.w.t.Error("a hello without the relay's parameter")
	}
	if c.params["database"] == "nowhere" {
		c.be.Send(&pgproto3.ErrorResponse{Severity: "FATAL", Code: "3D000", Message: "no such database"})
		c.be.Flush()
		return
	}
	l.mu.Lock()
	l.nextPID++
	c.pid = l.nextPID
	l.mu.Unlock()
	c.be.Send(&pgproto3.AuthenticationOk{})
	c.be.Send(&pgproto3.ParameterStatus{Name: "application_name", Value: c.params["application_name"]})
	c.be.Send(&pgproto3.ParameterStatus{Name: "client_encoding", Value: "UTF8"})
	c.be.Send(&pgproto3.ParameterStatus{Name: "standard_conforming_strings", Value: "on"})
	c.be.Send(&pgproto3.BackendKeyData{ProcessID: c.pid, SecretKey: []byte(c.secret())})
	c.ready()
	for {
		m, err := c.be.Receive()
		if err != nil {
			return
		}
		if !c.handle(m) {
			return
		}
	}
}

func (c *fakeConn) secret() string { return c.l.name + "key" }

func (c *fakeConn) ready() {
	c.be.Send(&pgproto3.ReadyForQuery{TxStatus: c.status})
	c.be.Flush()
}

func (c *fakeConn) fail(code, text string) {
	if c.status == 'T' {
		c.status = 'E'
	}
	c.be.Send(&pgproto3.ErrorResponse{Severity: "ERROR", SeverityUnlocalized: "ERROR", Code: code, Message: text})
}

func (c *fakeConn) handle(m pgproto3.FrontendMessage) bool {
	switch m := m.(type) {
	case *pgproto3.Query:
		c.skipping = false
		delete(c.stmts, "")
		for _, text := range strings.Split(m.String, ";") {
			if text = strings.TrimSpace(text); text == "" {
				continue
			}
			ok, alive := c.statement(text, true)
			if !alive {
				return false
			}
			if !ok {
				break
			}
		}
		c.ready()
		return true
	case *pgproto3.Sync:
		c.skipping = false
		c.ready()
		return true
	case *pgproto3.Terminate:
		return false
	case *pgproto3.CopyData, *pgproto3.CopyDone, *pgproto3.CopyFail:
		return true
	}
	if c.skipping {
		return true
	}
	fail := func(code, text string) { c.fail(code, text); c.be.Flush(); c.skipping = true }
	switch m := m.(type) {
	case *pgproto3.Parse:
		if c.status == 'E' && !strings.EqualFold(m.Query, "rollback") {
			fail("25P02", "aborted")
			return true
		}
		if strings.HasPrefix(m.Query, "syntax") {
			fail("42601", "syntax error")
			return true
		}
		c.stmts[m.Name] = m.Query
		c.be.Send(&pgproto3.ParseComplete{})
	case *pgproto3.Bind:
		text, ok := c.stmts[m.PreparedStatement]
		if !ok {
			fail("26000", "prepared statement does not exist")
			return true
		}
		c.portals[m.DestinationPortal] = text
		c.be.Send(&pgproto3.BindComplete{})
	case *pgproto3.Describe:
		text := c.portals[m.Name]
		if m.ObjectType == 'S' {
			text = c.stmts[m.Name]
			c.be.Send(&pgproto3.ParameterDescription{})
		}
		if isSelect(text) {
			c.be.Send(rowDesc)
		} else {
			c.be.Send(&pgproto3.NoData{})
		}
	case *pgproto3.Execute:
		ok, alive := c.statement(c.portals[m.Portal], false)
		if !alive {
			return false
		}
		if !ok {
			c.be.Flush()
			c.skipping = true
		}
	case *pgproto3.Close:
		if m.ObjectType == 'S' {
			delete(c.stmts, m.Name)
		} else {
			delete(c.portals, m.Name)
		}
		c.be.Send(&pgproto3.CloseComplete{})
	case *pgproto3.Flush:
		c.be.Flush()
	}
	return true
}

var rowDesc = &pgproto3.RowDescription{Fields: []pgproto3.FieldDescription{{Name: []byte("v"), DataTypeOID: 25,
	DataTypeSize: -1}}}

func isSelect(text string) bool { return strings.HasPrefix(strings.ToUpper(text), "SELECT") }

// statement runs a statement; alive is false if the leader has died of it.
func (c *fakeConn) statement(text string, describe bool) (ok, alive bool) {
	w := c.l.w
	w.mu.Lock()
	hook := w.hook
	w.mu.Unlock()
	act := run
	if hook != nil {
		act = hook(c.l, text)
	}
	switch act {
	case dieBefore:
		c.l.kill()
		return false, false
	case hang:
		c.be.Flush()
		select {
		case <-c.cancel:
			c.fail("57014", "canceled")
			return false, true
		case <-c.l.released:
			return false, false
		}
	case stopCancel:
		w.mu.Lock()
		w.active = nil
		w.mu.Unlock()
		c.fail("57P01", "terminating")
		c.ready()
		c.be.Send(&pgproto3.ErrorResponse{Severity: "FATAL", Code: "57P01", Message: "terminating"})
		c.be.Flush()
		c.l.kill()
		return false, false
	case dieMidway:
		c.be.Send(rowDesc)
		c.be.Send(&pgproto3.DataRow{Values: [][]byte{[]byte("half")}})
		c.be.Flush()
		time.Sleep(20 * time.Millisecond)
		c.l.kill()
		return false, false
	}
	words := append(strings.Fields(text), "", "", "")
	tag := strings.ToUpper(words[0])
	if c.status == 'E' && tag != "ROLLBACK" && tag != "COMMIT" {
		c.fail("25P02", "current transaction is aborted")
		return false, true
	}
	switch tag {
	case "BEGIN":
		c.status, c.saved = 'T', map[string]string{}
		for k, v := range c.set {
			c.saved[k] = v
		}
	case "COMMIT", "ROLLBACK":
		if tag == "COMMIT" && c.status == 'T' {
			w.commit(c.txn)
		} else if c.status != 'I' {
			for k := range c.set {
				if v, ok := c.saved[k]; ok {
					c.report(k, v)
				} else {
					c.unset(k)
				}
			}
			c.set = c.saved
		}
		if c.status == 'E' {
			tag = "ROLLBACK"
		}
		c.status, c.txn = 'I', nil
	case "INSERT":
		if c.status == 'T' {
			c.txn = append(c.txn, text)
		} else {
			w.commit([]string{text})
		}
		tag = "INSERT 0 1"
	case "SET":
		v := strings.ReplaceAll(strings.Trim(strings.TrimSpace(strings.Join(words[3:], " ")), "'"), "''", "'")
		c.set[words[1]] = v
		c.report(words[1], v)
	case "CREATE":
		tag = "CREATE TABLE"
		c.be.Send(&pgproto3.ParameterStatus{Name: pgwire.ReportTemporary})
	case "PREPARE":
		c.stmts[words[1]] = strings.TrimSpace(strings.Join(words[3:], " "))
		c.be.Send(&pgproto3.ParameterStatus{Name: pgwire.ReportPrepare + words[1], Value: text})
	case "EXECUTE":
		if _, ok := c.stmts[words[1]]; !ok {
			c.fail("26000", "no such statement")
			return false, true
		}
	case "SHOW":
		c.rows(describe, c.set[words[1]])
	case "SELECT":
		switch {
		case words[1] == "who":
			c.rows(describe, c.l.name)
		case words[1] == "big":
			var n int
			fmt.Sscan(words[2], &n)
			n = min(max(n, 0), 10_000)
			vals := make([]string, n)
			for i := range vals {
				vals[i] = strings.Repeat("x", i%3000)
			}
			c.rows(describe, vals...)
		default:
			c.rows(describe, strings.TrimSpace(strings.Join(words[1:], " ")))
		}
		tag = "SELECT 1"
	case "COPY":
		c.be.Send(&pgproto3.CopyInResponse{ColumnFormatCodes: []uint16{0}})
		c.be.Flush()
		size := 0
		for done := false; !done; {
			m, err := c.be.Receive()
			if err != nil {
				return false, false
			}
			switch m := m.(type) {
			case *pgproto3.CopyData:
				size += len(m.Data)
				if hook != nil && hook(c.l, "copydata") == dieBefore {
					c.l.kill()
					return false, false
				}
			case *pgproto3.CopyDone:
				done = true
			case *pgproto3.CopyFail:
				c.fail("57014", "COPY failed")
				return false, true
			}
		}
		w.commit([]string{fmt.Sprint("copied ", size)})
		tag = "COPY 1"
	default:
		c.fail("42601", "syntax error")
		return false, true
	}
	if act == dieAfter {
		c.l.kill()
		return false, false
	}
	c.be.Send(&pgproto3.CommandComplete{CommandTag: []byte(tag)})
	return true, true
}

func (c *fakeConn) report(name, value string) {
	if name != "application_name" {
		name = pgwire.ReportSet + name
	}
	c.be.Send(&pgproto3.ParameterStatus{Name: name, Value: value})
}

func (c *fakeConn) unset(name string) {
	if name == "application_name" {
		c.be.Send(&pgproto3.ParameterStatus{Name: name, Value: c.params[name]})
		return
	}
	c.be.Send(&pgproto3.ParameterStatus{Name: pgwire.ReportUnset + name})
}

func (c *fakeConn) rows(describe bool, vals ...string) {
	if describe {
		c.be.Send(rowDesc)
	}
	for i, v := range vals {
		c.be.Send(&pgproto3.DataRow{Values: [][]byte{[]byte(v)}})
		if i%50 == 49 {
			c.be.Flush()
		}
	}
}

func (w *world) commit(rows []string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.rows = append(w.rows, rows...)
}

// on sets what the leaders do with a text, once.
func (w *world) on(text string, what action) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.hook = func(l *fakeLeader, t string) action {
		if !strings.HasPrefix(t, text) {
			return run
		}
		w.mu.Lock()
		w.hook = nil
		w.mu.Unlock()
		return what
	}
}

func (w *world) committed() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return append([]string(nil), w.rows...)
}
