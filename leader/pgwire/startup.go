package pgwire

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"runtime/debug"
	"strings"
	"time"

	"github.com/jackc/pgx/v5/pgproto3"

	"slipher/catalog/sqlerr"
)

// Codes in place of a protocol version.
const (
	codeCancel = 80877102
	codeSSL    = 80877103
	codeGSS    = 80877104
)

const startupTimeout = 30 * time.Second

func stack() string { return string(debug.Stack()) }

// startup does what precedes the first command: encryption offers, cancel
// requests, authentication, parameters. It returns nil without an error when
// there is nothing more to do.
func (s *Server) startup(nc net.Conn) (*conn, error) {
	nc.SetDeadline(time.Now().Add(startupTimeout))
	c := &conn{srv: s, net: nc}
	c.out.conn = nc
	for offers := 0; ; offers++ {
		body, err := startupPacket(nc)
		if err != nil {
			return nil, err
		}
		version := binary.BigEndian.Uint32(body)
		body = body[4:]
		switch {
		case version == codeCancel:
			s.cancelByKey(body)
			return nil, nil
		case (version == codeSSL || version == codeGSS) && offers < 2:
			if _, err := nc.Write([]byte{'N'}); err != nil {
				return nil, err
			}
		case version>>16 == 3:
			return c, c.welcome(version&0xffff, body)
		default:
			return nil, c.refuse(sqlerr.New(sqlerr.ProtocolViolation,
				"unsupported frontend protocol %d.%d: server supports 3.0", version>>16, version&0xffff))
		}
	}
}

// startupPacket reads a message without a type byte; at least its code is there.
func startupPacket(r io.Reader) ([]byte, error) {
	var head [4]byte
	if _, err := io.ReadFull(r, head[:]); err != nil {
		return nil, err
	}
	n := int(int32(binary.BigEndian.Uint32(head[:]))) - 4
	if n < 4 || n > maxStartup {
		return nil, fmt.Errorf("invalid length of startup packet: %d", n)
	}
	body := make([]byte, n)
	_, err := io.ReadFull(r, body)
	return body, err
}

// parameters reads the name and value pairs of a startup packet.
func parameters(body []byte) (map[string]string, error) {
	out := map[string]string{}
	for {
		name, rest, ok := bytes.Cut(body, []byte{0})
		if !ok {
			return nil, sqlerr.New(sqlerr.ProtocolViolation, "invalid startup packet layout: expected terminator as last byte")
		}
		if len(name) == 0 {
			return out, nil
		}
		value, rest, ok := bytes.Cut(rest, []byte{0})
		if !ok {
			return nil, sqlerr.New(sqlerr.ProtocolViolation, "invalid startup packet layout: expected terminator as last byte")
		}
		out[string(name)], body = string(value), rest
	}
}

// welcome authenticates, opens the session and greets.
func (c *conn) welcome(minor uint32, body []byte) error {
	params, err := parameters(body)
	if err != nil {
		return c.refuse(err)
	}
	var unknown []string
	st := Startup{Params: map[string]string{}, Remote: c.net.RemoteAddr(), Cancel: c.srv.Cancel}
	for name, value := range params {
		switch {
		case strings.HasPrefix(name, "_pq_."):
			unknown = append(unknown, name)
		case name == "user":
			st.User = value
		case name == "database":
			st.Database = value
		case name == "replication":
			if value != "false" && value != "off" && value != "0" {
				return c.refuse(sqlerr.Unsupported("replication"))
			}
		case name == "options":
			options(value, st.Params)
		default:
			st.Params[name] = value
		}
	}
	if st.User == "" {
		return c.refuse(sqlerr.New(sqlerr.InvalidAuthorization, "no PostgreSQL user name specified in startup packet"))
	}
	if st.Database == "" {
		st.Database = st.User
	}
	if minor > 0 || len(unknown) > 0 {
		c.out.send(&pgproto3.NegotiateProtocolVersion{NewestMinorProtocol: 0, UnrecognizedOptions: unknown})
	}
	if !loopback(st.Remote) {
		return c.refuse(sqlerr.New(sqlerr.InvalidAuthorization, "no authentication for host %q, user %q, database %q", host(st.Remote), st.User, st.Database).
			WithHint("Connections without a password are trusted from loopback addresses only."))
	}
	if err := c.srv.register(c); err != nil {
		return c.refuse(err)
	}
	st.PID = c.pid
	c.ctx, c.stop = context.WithCancelCause(context.Background())
	c.session, err = c.srv.backend.NewSession(c.ctx, st)
	if err != nil {
		c.srv.forget(c)
		return c.refuse(err)
	}
	c.out.send(&pgproto3.AuthenticationOk{})
	for _, p := range c.session.Greeting() {
		c.Report(p)
	}
	c.out.send(&pgproto3.BackendKeyData{ProcessID: uint32(c.pid), SecretKey: c.secret[:]})
	c.net.SetDeadline(time.Time{})
	c.in = newFramer(c.net)
	return nil
}

// refuse tells the client why it gets no session.
func (c *conn) refuse(err error) error {
	c.out.send(response("FATAL", err))
	c.out.flush()
	return err
}

// options reads the startup parameter of that name: "-c name=value --name=value".
func options(s string, into map[string]string) {
	words := strings.Fields(strings.ReplaceAll(s, `\ `, "\x00"))
	for i := 0; i < len(words); i++ {
		w := words[i]
		if w == "-c" && i+1 < len(words) {
			i++
			w = words[i]
		} else if strings.HasPrefix(w, "-c") {
			w = w[2:]
		} else if strings.HasPrefix(w, "--") {
			w = w[2:]
		}
		if name, value, ok := strings.Cut(w, "="); ok {
			into[strings.ReplaceAll(name, "-", "_")] = strings.ReplaceAll(value, "\x00", " ")
		}
	}
}

func loopback(a net.Addr) bool {
	t, ok := a.(*net.TCPAddr)
	return !ok || t.IP.IsLoopback() // pipes and sockets of this machine have no IP
}

func host(a net.Addr) string {
	h, _, err := net.SplitHostPort(a.String())
	if err != nil {
		return a.String()
	}
	return h
}
