package main

import (
	"context"
	"errors"
	"fmt"
	"net"

	"github.com/jackc/pgx/v5/pgproto3"
)

// demoClient is the little of a PostgreSQL client that the demo needs: simple
// queries with answers as text, and COPY FROM STDIN. It is written on the message
// library that the server uses already: pgconn would add a sixteenth to what a first
// build compiles.
type demoClient struct {
	conn net.Conn
	wire *pgproto3.Frontend
}

// demoResult is the answer to one statement. Columns is nil where there are no rows to show.
type demoResult struct {
	Columns []string
	Rows    [][]string // NULL is an empty text
	Tag     string
}

// dialDemo opens a connection as a user who needs no password. The caller closes it.
func dialDemo(ctx context.Context, addr, user, database string) (*demoClient, error) {
	conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", addr)
	if err != nil {
		return nil, err
	}
	c := &demoClient{conn: conn, wire: pgproto3.NewFrontend(conn, conn)}
	context.AfterFunc(ctx, func() { conn.Close() }) // what waits for the server ends with the tour
	c.wire.Send(&pgproto3.StartupMessage{
		ProtocolVersion: pgproto3.ProtocolVersion30,
		Parameters:      map[string]string{"user": user, "database": database, "client_encoding": "UTF8"},
	})
	if _, err := c.answers(); err != nil {
		conn.Close()
		return nil, err
	}
	return c, nil
}

// Close says goodbye.
func (c *demoClient) Close() error {
	c.wire.Send(&pgproto3.Terminate{})
	return errors.Join(c.wire.Flush(), c.conn.Close())
}

// Query runs the statements of a text.
func (c *demoClient) Query(sql string) ([]demoResult, error) {
	c.wire.SendQuery(&pgproto3.Query{String: sql})
	return c.answers()
}

// Copy runs a COPY FROM STDIN with its data.
func (c *demoClient) Copy(sql string, data []byte) ([]demoResult, error) {
	const piece = 64 << 10
	c.wire.SendQuery(&pgproto3.Query{String: sql})
	for ; len(data) > piece; data = data[piece:] {
		c.wire.Send(&pgproto3.CopyData{Data: data[:piece]})
	}
	c.wire.Send(&pgproto3.CopyData{Data: data})
	c.wire.Send(&pgproto3.CopyDone{})
	return c.answers()
}

// answers sends what is buffered and reads until the server is ready for more.
func (c *demoClient) answers() ([]demoResult, error) {
	if err := c.wire.Flush(); err != nil {
		return nil, err
	}
	var results []demoResult
	var r demoResult
	var failed error
	for {
		msg, err := c.wire.Receive()
		if err != nil {
			return nil, err
		}
		switch m := msg.(type) {
		case *pgproto3.RowDescription:
			for _, f := range m.Fields {
				r.Columns = append(r.Columns, string(f.Name))
			}
		case *pgproto3.DataRow:
			row := make([]string, len(m.Values))
			for i, v := range m.Values {
				row[i] = string(v)
			}
			r.Rows = append(r.Rows, row)
		case *pgproto3.CommandComplete:
			r.Tag = string(m.CommandTag)
			results, r = append(results, r), demoResult{}
		case *pgproto3.ErrorResponse:
			failed = fmt.Errorf("%s: %s (SQLSTATE %s)", m.Severity, m.Message, m.Code)
			if m.Severity == "FATAL" {
				return nil, failed
			}
		case *pgproto3.ReadyForQuery:
			return results, failed
		}
	}
}
