package relay

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgproto3"

	"slipher/leader/pgwire"
)

func hello() []byte {
	b, _ := (&pgproto3.StartupMessage{ProtocolVersion: 196608, Parameters: map[string]string{"user": "dev"}}).Encode(nil)
	return b
}

func encode(msgs ...pgproto3.FrontendMessage) (b []byte) {
	for _, m := range msgs {
		b, _ = m.Encode(b)
	}
	return b
}

// converse has a relay serve a client that sends input and leaves.
func converse(t *testing.T, r *Relay, input []byte) {
	client, server := net.Pipe()
	done := make(chan struct{})
	go func() {
		if h, err := pgwire.ReadHello(server); err == nil {
			r.Handle(server, h)
		}
		server.Close()
		close(done)
	}()
	go io.Copy(io.Discard, client)
	client.SetWriteDeadline(time.Now().Add(time.Second))
	client.Write(input)
	client.Close()
	select {
	case <-done:
	case <-time.After(20 * time.Second):
		t.Fatal("the connection does not end")
	}
}

// FuzzClient sends arbitrary bytes behind a valid hello. The session must end by
// itself, without a panic.
func FuzzClient(f *testing.F) {
	f.Add(encode(&pgproto3.Query{String: "SELECT 1; nonsense"}))
	f.Add(encode(&pgproto3.Parse{Query: "SELECT 1"}, &pgproto3.Bind{}, &pgproto3.Describe{ObjectType: 'P'},
		&pgproto3.Execute{MaxRows: 1}, &pgproto3.Execute{},
		&pgproto3.Close{ObjectType: 'S'}, &pgproto3.Flush{}, &pgproto3.Sync{}, &pgproto3.Query{String: "SELECT 2"}))
	f.Add(encode(&pgproto3.Query{String: "COPY t FROM STDIN"}, &pgproto3.CopyData{Data: []byte("x")}, &pgproto3.CopyDone{},
		&pgproto3.Terminate{}))
	w := newWorld(f)
	w.relay.opts.Wait = 2 * time.Millisecond
	f.Fuzz(func(t *testing.T, data []byte) { converse(t, w.relay, append(hello(), data...)) })
}

// FuzzLeader has a leader answer with arbitrary bytes, with a greeting before them and without.
func FuzzLeader(f *testing.F) {
	answer := func(msgs ...pgproto3.BackendMessage) (b []byte) {
		for _, m := range msgs {
			b, _ = m.Encode(b)
		}
		return b
	}
	greeting := answer(&pgproto3.AuthenticationOk{}, &pgproto3.ParameterStatus{Name: "a", Value: "b"},
		&pgproto3.BackendKeyData{ProcessID: 1, SecretKey: make([]byte, 4)},
		&pgproto3.ReadyForQuery{TxStatus: 'I'})
	f.Add(answer(&pgproto3.CommandComplete{CommandTag: []byte("X")}, &pgproto3.ReadyForQuery{TxStatus: 'T'}))
	f.Add(answer(&pgproto3.ParseComplete{}, &pgproto3.BindComplete{},
		&pgproto3.ErrorResponse{Severity: "ERROR", Code: "57P01"}, &pgproto3.ReadyForQuery{TxStatus: 'I'}))
	f.Add(answer(&pgproto3.ErrorResponse{Severity: "FATAL", Code: "57P01"}))
	f.Add(answer(&pgproto3.CopyInResponse{}, &pgproto3.DataRow{},
		&pgproto3.ParameterStatus{Name: pgwire.ReportSet + "x", Value: "y"}))
	f.Add([]byte{'D', 0x7f, 0xff, 0xff, 0xff, 1})
	f.Fuzz(func(t *testing.T, data []byte) {
		for _, first := range [][]byte{nil, greeting} {
			dials := 0
			r := New(Options{
				Active: func(context.Context) (string, error) { return "x", nil },
				Dial: func(context.Context, string) (net.Conn, error) {
					if dials++; dials > 3 {
						return nil, errors.New("no more")
					}
					us, them := net.Pipe()
					go io.Copy(io.Discard, them)
					go func() {
						them.SetWriteDeadline(time.Now().Add(time.Second))
						them.Write(append(first[:len(first):len(first)], data...))
						them.Close()
					}()
					return us, nil
				},
				Wait: 2 * time.Millisecond,
				Log:  slog.New(slog.NewTextHandler(io.Discard, nil)),
			})
			converse(t, r, append(hello(), encode(&pgproto3.Parse{Query: "SELECT 1"}, &pgproto3.Bind{}, &pgproto3.Execute{},
				&pgproto3.Sync{},
				&pgproto3.Query{String: "BEGIN"}, &pgproto3.Query{String: "COPY t FROM STDIN"}, &pgproto3.CopyData{},
				&pgproto3.CopyDone{})...))
		}
	})
}
