package pgwire

import (
	"context"
	"net"
	"runtime/debug"
	"strings"
	"time"

	"github.com/jackc/pgx/v5/pgproto3"

	"slipher/catalog/sqlerr"
)

func stack() string { return string(debug.Stack()) }

// startup does what follows a client's hello: cancel requests, authentication,
// parameters. It returns nil without an error when there is nothing more to do.
func (s *Server) startup(nc net.Conn, h *Hello) (*conn, error) {
	if h.Cancels() {
		s.CancelByKey(h.Body)
		return nil, nil
	}
	c := &conn{srv: s, net: nc}
	c.out.conn = nc
	return c, c.welcome(h)
}

// welcome authenticates, opens the session and greets.
func (c *conn) welcome(h *Hello) error {
	params, err := h.Parameters()
	if err != nil {
		return c.refuse(err)
	}
	var unknown []string
	st := Startup{Params: map[string]string{}, Remote: c.net.RemoteAddr(), Cancel: c.srv.Cancel,
		MaxConnections: c.srv.limit}
	for name, value := range params {
		switch {
		case name == RelayParameter:
			st.Relayed = true
			if value != "" {
				st.Remote = textAddr(value)
			}
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
	if h.Version&0xffff > 0 || len(unknown) > 0 {
		c.out.send(&pgproto3.NegotiateProtocolVersion{NewestMinorProtocol: 0, UnrecognizedOptions: unknown})
	}
	if !Loopback(c.net.RemoteAddr()) {
		return c.refuse(ErrNoPassword(c.net.RemoteAddr(), st.User, st.Database))
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
