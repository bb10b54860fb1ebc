package pgwire

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgproto3"
)

// A client that goes away ends its statement.
func TestLostClient(t *testing.T) {
	f, addr := startServer(t)
	c := connect(t, addr)
	hj, _ := c.PgConn().Hijack()
	hj.Frontend.Send(&pgproto3.Query{String: "sleep"})
	hj.Frontend.Flush()
	hj.Conn.Close()
	select {
	case err := <-f.woken:
		if !errors.Is(err, errLost) {
			t.Errorf("the statement ended with %v", err)
		}
	case <-time.After(10 * time.Second):
		t.Error("the statement runs on")
	}
	c2 := connect(t, addr)
	if _, err := c2.PgConn().Exec(context.Background(), "rows 1").ReadAll(); err != nil {
		t.Error(err)
	}
}

func TestRefusals(t *testing.T) {
	_, addr := startServer(t)
	_, err := pgx.Connect(context.Background(), "postgres://dev@"+addr+"/nowhere?sslmode=disable")
	var pe *pgconn.PgError
	if !errors.As(err, &pe) || pe.Code != "3D000" {
		t.Errorf("got %v", err)
	}
	if Loopback(&net.TCPAddr{IP: net.IPv4(10, 0, 0, 1)}) || !Loopback(&net.TCPAddr{IP: net.IPv6loopback}) {
		t.Error("loopback")
	}
}

// Garbage at every stage ends its own connection and nothing else.
func TestGarbage(t *testing.T) {
	_, addr := startServer(t)
	good := connect(t, addr)
	startup, _ := (&pgproto3.StartupMessage{ProtocolVersion: 196608,
		Parameters: map[string]string{"user": "dev"}}).Encode(nil)
	query := func(s string) []byte { b, _ := (&pgproto3.Query{String: s}).Encode(nil); return b }
	for _, b := range [][]byte{
		{}, {0}, []byte("GET / HTTP/1.1\r\n\r\n"), {0xff, 0xff, 0xff, 0xff, 1, 2, 3, 4}, {0, 0, 0, 8, 0, 9, 0, 0},
		startup[:len(startup)-1], append(startup, "\x00\x00\x00\x00\x00\x00"...),
		append(startup, 'Q', 0xff, 0xff, 0xff, 0xff),
		append(startup, 'Q', 0x7f, 0xff, 0xff, 0xff), append(startup, 'B', 0, 0, 0, 5, 1), append(startup, query("panic")...),
		append(startup, 'E', 0, 0, 0, 9, 'p', 0, 0, 0, 0), append(startup, query("copy")...),
	} {
		nc, err := net.Dial("tcp", addr)
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
	if _, err := good.PgConn().Exec(context.Background(), "rows 1").ReadAll(); err != nil {
		t.Error(err)
	}
}

// A newer protocol and unknown options are negotiated down.
func TestNegotiate(t *testing.T) {
	_, addr := startServer(t)
	nc, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	defer nc.Close()
	var b []byte
	b = binary.BigEndian.AppendUint32(b, 0)
	b = binary.BigEndian.AppendUint32(b, 3<<16|2)
	b = append(b, "user\x00dev\x00_pq_.compression\x00lz4\x00\x00"...)
	binary.BigEndian.PutUint32(b, uint32(len(b)))
	nc.Write(b)
	f := pgproto3.NewFrontend(nc, nc)
	m, err := f.Receive()
	n, ok := m.(*pgproto3.NegotiateProtocolVersion)
	if err != nil || !ok || n.NewestMinorProtocol != 0 || len(n.UnrecognizedOptions) != 1 {
		t.Fatalf("%#v %v", m, err)
	}
}

// A hundred idle connections, one working.
func TestIdleConnections(t *testing.T) {
	_, addr := startServer(t)
	for range 100 {
		connect(t, addr)
	}
	if _, err := connect(t, addr).PgConn().Exec(context.Background(), "rows 1").ReadAll(); err != nil {
		t.Error(err)
	}
}

// A statement of more than 16 MB is refused; the session lives.
func TestTooLarge(t *testing.T) {
	_, addr := startServer(t)
	c := connect(t, addr)
	_, err := c.PgConn().Exec(context.Background(), "rows 1 --"+strings.Repeat("x", maxStatement+2000)).ReadAll()
	var pe *pgconn.PgError
	if !errors.As(err, &pe) || pe.Code != "54000" {
		t.Errorf("got %v", err)
	}
	if _, err := c.PgConn().Exec(context.Background(), "rows 1").ReadAll(); err != nil {
		t.Error(err)
	}
}

// Each kind of message has its limit, and what is beyond is refused by name: parameters' values (the session goes on
// behind Sync), a part of COPY's data (the COPY ends), the startup packet (the connection ends).
func TestMessageLimits(t *testing.T) {
	_, addr := startServer(t)
	refused := func(what string, err error) {
		t.Helper()
		var pe *pgconn.PgError
		if !errors.As(err, &pe) || pe.Code != "54000" || pe.Detail == "" {
			t.Errorf("%s: %v", what, err)
		}
	}
	c := connect(t, addr).PgConn()
	ctx := context.Background()
	r := c.ExecParams(ctx, "rows 1", [][]byte{make([]byte, maxMessage)}, []uint32{25}, []int16{1}, nil).Read()
	refused("Bind", r.Err)
	if _, err := c.Exec(ctx, "rows 1").ReadAll(); err != nil {
		t.Error(err)
	}
	hijacked, err := c.Hijack()
	if err != nil {
		t.Fatal(err)
	}
	defer hijacked.Conn.Close()
	raw := hijacked.Frontend
	raw.Send(&pgproto3.Query{String: "copy"})
	raw.Send(&pgproto3.CopyData{Data: make([]byte, maxMessage+1)})
	raw.Send(&pgproto3.CopyData{Data: make([]byte, maxMessage+1)}) // left over
	raw.Send(&pgproto3.CopyDone{})
	raw.Send(&pgproto3.Query{String: "rows 1"})
	go raw.Flush()
	var answers []string
	for len(answers) == 0 || strings.Count(fmt.Sprint(answers), "ReadyForQuery") < 2 {
		m, err := raw.Receive()
		if err != nil {
			t.Fatal(err)
		}
		if e, ok := m.(*pgproto3.ErrorResponse); ok {
			answers = append(answers, e.Code)
			continue
		}
		answers = append(answers, strings.TrimPrefix(fmt.Sprintf("%T", m), "*pgproto3."))
	}
	if got := strings.Join(answers,
		" "); got != "CopyInResponse 54000 ReadyForQuery RowDescription DataRow CommandComplete ReadyForQuery" {
		t.Errorf("CopyData: %s", got)
	}
	nc, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	defer nc.Close()
	f := pgproto3.NewFrontend(nc, nc)
	f.Send(&pgproto3.StartupMessage{ProtocolVersion: pgproto3.ProtocolVersionNumber,
		Parameters: map[string]string{"user": "dev", "options": strings.Repeat("x", maxStartup)}})
	if err := f.Flush(); err != nil {
		t.Fatal(err)
	}
	m, err := f.Receive()
	if e, ok := m.(*pgproto3.ErrorResponse); err != nil || !ok || e.Code != "54000" || e.Severity != "FATAL" {
		t.Errorf("startup: %#v %v", m, err)
	}
}

// One client more than the limit is refused by name, and gets in when another has gone.
func TestConnectionLimit(t *testing.T) {
	_, addr := startLimited(t, 2)
	url := "postgres://dev@" + addr + "/dev?sslmode=disable"
	first := connect(t, addr)
	connect(t, addr)
	_, err := pgx.Connect(context.Background(), url)
	var pe *pgconn.PgError
	if !errors.As(err, &pe) || pe.Code != "53300" || pe.Severity != "FATAL" || !strings.Contains(pe.Message, `"2"`) {
		t.Fatalf("a third client: %v", err)
	}
	first.Close(context.Background())
	for end := time.Now().Add(10 * time.Second); ; time.Sleep(5 * time.Millisecond) {
		c, err := pgx.Connect(context.Background(), url)
		if err == nil {
			c.Close(context.Background())
			return
		}
		if time.Now().After(end) {
			t.Fatal(err)
		}
	}
}
