package pgwire

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/binary"
	"errors"
	"log/slog"
	"net"
	"sync"

	"slipher/catalog/sqlerr"
)

// MaxConnections is how many clients are served at once unless somebody says otherwise: Redshift's 500.
const MaxConnections = 500

// ErrConnections refuses a client beyond limit.
func ErrConnections(limit int) error {
	return sqlerr.New(sqlerr.TooManyConnections, "connection limit \"%d\" exceeded", limit).
		WithHint("The flag --max-connections of the leader sets the limit.")
}

// Server accepts clients for a Backend.
type Server struct {
	backend Backend
	log     *slog.Logger
	limit   int // of clients

	mu      sync.Mutex
	conns   map[int32]*conn // by PID; guarded by mu
	raw     map[net.Conn]struct{}
	nextPID int32
	closed  bool
	ln      []net.Listener
	wg      sync.WaitGroup
}

// NewServer makes a server of at most limit clients. log may not be nil.
func NewServer(b Backend, log *slog.Logger, limit int) *Server {
	return &Server{backend: b, log: log, limit: limit, conns: map[int32]*conn{}, raw: map[net.Conn]struct{}{},
		nextPID: 1000}
}

// Serve accepts connections until Close. It returns nil after Close.
func (s *Server) Serve(ln net.Listener) error {
	s.mu.Lock()
	if s.closed {
		s.mu.Unlock()
		ln.Close()
		return nil
	}
	s.ln = append(s.ln, ln)
	s.mu.Unlock()
	for {
		c, err := ln.Accept()
		if err != nil {
			s.mu.Lock()
			closed := s.closed
			s.mu.Unlock()
			if closed || errors.Is(err, net.ErrClosed) {
				return nil
			}
			var ne net.Error
			if errors.As(err, &ne) && ne.Timeout() {
				continue
			}
			return err
		}
		if !s.enter(c) {
			c.Close()
			return nil
		}
		go func() {
			defer s.leave(c)
			h, err := ReadHello(c)
			if err != nil {
				s.log.Debug("no session", "remote", c.RemoteAddr().String(), "err", err)
				return
			}
			s.serve(c, h)
		}()
	}
}

// Handle serves a connection whose opening somebody else has read, to its end.
// It closes c.
func (s *Server) Handle(c net.Conn, h *Hello) {
	if !s.enter(c) {
		c.Close()
		return
	}
	defer s.leave(c)
	s.serve(c, h)
}

// enter counts a connection in; false: the server is closed.
func (s *Server) enter(c net.Conn) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return false
	}
	s.raw[c] = struct{}{}
	s.wg.Add(1)
	return true
}

func (s *Server) leave(c net.Conn) {
	c.Close()
	s.mu.Lock()
	delete(s.raw, c)
	s.mu.Unlock()
	s.wg.Done()
}

// serve runs one connection to its end.
func (s *Server) serve(c net.Conn, h *Hello) {
	defer func() {
		// A broken invariant in one client's work must not end the others'.
		if p := recover(); p != nil {
			s.log.Error("connection ended by a panic", "remote", c.RemoteAddr().String(), "panic", p, "stack", stack())
		}
	}()
	cn, err := s.startup(c, h)
	if err != nil || cn == nil {
		if err != nil {
			s.log.Debug("no session", "remote", c.RemoteAddr().String(), "err", err)
		}
		return
	}
	defer s.forget(cn)
	defer cn.session.Close()
	cn.serve()
}

// register gives a connection its PID and secret key.
func (s *Server) register(c *conn) error {
	if _, err := rand.Read(c.secret[:]); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return errShutdown
	}
	if len(s.conns) >= s.limit {
		return ErrConnections(s.limit)
	}
	s.nextPID++
	for s.conns[s.nextPID] != nil || s.nextPID <= 0 {
		s.nextPID = max(s.nextPID+1, 1000)
	}
	c.pid = s.nextPID
	s.conns[c.pid] = c
	return nil
}

func (s *Server) forget(c *conn) {
	s.mu.Lock()
	delete(s.conns, c.pid)
	s.mu.Unlock()
}

var (
	errUserCancel = sqlerr.New(sqlerr.QueryCanceled, "canceling statement due to user request")
	errShutdown   = sqlerr.New(sqlerr.AdminShutdown, "terminating connection due to administrator command")
	errLost       = sqlerr.New(sqlerr.ConnectionFailure, "connection to client lost")
)

// CancelByKey obeys a cancel request, the body of a Hello. It reports whether the key
// is of a session here.
func (s *Server) CancelByKey(body []byte) bool {
	if len(body) != 8 {
		return false
	}
	pid := int32(binary.BigEndian.Uint32(body))
	s.mu.Lock()
	c := s.conns[pid]
	s.mu.Unlock()
	if c == nil || subtle.ConstantTimeCompare(c.secret[:], body[4:]) != 1 {
		return false
	}
	c.cancelRunning(errUserCancel)
	return true
}

// Cancel cancels what session pid runs now.
func (s *Server) Cancel(pid int32) bool {
	s.mu.Lock()
	c := s.conns[pid]
	s.mu.Unlock()
	if c == nil {
		return false
	}
	c.cancelRunning(errUserCancel)
	return true
}

// Terminate ends session pid.
func (s *Server) Terminate(pid int32) bool {
	s.mu.Lock()
	c := s.conns[pid]
	s.mu.Unlock()
	if c == nil {
		return false
	}
	c.shutdown(errShutdown)
	return true
}

// Sessions is the number of clients now.
func (s *Server) Sessions() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.conns)
}

// Close stops accepting, cancels what runs, tells the clients and waits for
// the connections to end, at most until ctx does; then they are cut.
func (s *Server) Close(ctx context.Context) { s.CloseFor(ctx, errShutdown) }

// CloseFor is Close with another error for the clients.
func (s *Server) CloseFor(ctx context.Context, why error) {
	s.mu.Lock()
	s.closed = true
	for _, ln := range s.ln {
		ln.Close()
	}
	for _, c := range s.conns {
		c.shutdown(why)
	}
	s.mu.Unlock()
	done := make(chan struct{})
	go func() { s.wg.Wait(); close(done) }()
	select {
	case <-done:
		return
	case <-ctx.Done():
	}
	s.mu.Lock()
	for c := range s.raw {
		c.Close()
	}
	s.mu.Unlock()
	<-done
}
