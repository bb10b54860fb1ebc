package relay

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/binary"
	"log/slog"
	"net"
	"runtime/debug"
	"sync"
	"time"

	"slipher/catalog/sqlerr"
	"slipher/leader/pgwire"
)

// Options say where the active leader is.
type Options struct {
	// Active is the SQL address of the active leader, also if that is this process. It
	// may wait for one, until ctx ends. It is asked again when the address does not answer.
	Active func(ctx context.Context) (addr string, err error)
	// Dial connects to a leader's SQL; nil: TCP, which notices a silent peer.
	Dial func(ctx context.Context, addr string) (net.Conn, error)
	// Wait bounds how long a client waits for an active leader; 0: 10 s.
	Wait time.Duration
	// MaxConnections is how many clients are served at once; 0: pgwire.MaxConnections.
	MaxConnections int
	Log            *slog.Logger
}

const defaultWait = 10 * time.Second

// Relay passes clients on to the active leader.
type Relay struct {
	opts  Options
	limit int
	log   *slog.Logger

	mu       sync.Mutex
	sessions map[uint32]*session // by process id as the client knows it; guarded by mu
	nextPID  uint32              // guarded by mu
	closed   bool                // guarded by mu
	wg       sync.WaitGroup
}

// firstPID is above the ids that a pgwire.Server gives, so that cancel requests
// for both can come in at one address.
const firstPID = 1 << 30

// New makes a relay. Close ends it.
func New(o Options) *Relay {
	if o.Wait == 0 {
		o.Wait = defaultWait
	}
	if o.Dial == nil {
		o.Dial = dialTCP
	}
	if o.MaxConnections == 0 {
		o.MaxConnections = pgwire.MaxConnections
	}
	return &Relay{opts: o, limit: o.MaxConnections, log: o.Log, sessions: map[uint32]*session{}, nextPID: firstPID}
}

// Handle serves a client whose hello has been read, to the end of its session. It
// closes nc. Cancel requests are passed on as well.
func (r *Relay) Handle(nc net.Conn, h *pgwire.Hello) {
	defer nc.Close()
	defer func() {
		// A broken invariant in one client's work must not end the others'.
		if p := recover(); p != nil {
			r.log.Error("relayed connection ended by a panic", "remote", nc.RemoteAddr().String(), "panic", p, "stack",
				string(debug.Stack()))
		}
	}()
	if h.Cancels() {
		r.CancelByKey(h.Body)
		return
	}
	s, err := r.admit(nc, h)
	if err != nil {
		nc.Write(errorMessage("FATAL", err))
		return
	}
	defer r.leave(s)
	s.serve()
}

// admit checks a hello and makes a session with a key of its own.
func (r *Relay) admit(nc net.Conn, h *pgwire.Hello) (*session, error) {
	params, err := h.Parameters()
	if err != nil {
		return nil, err
	}
	if _, ok := params[pgwire.RelayParameter]; ok {
		return nil, errStandby // from another relay, which takes this leader for the active one
	}
	if params["user"] == "" {
		return nil, sqlerr.New(sqlerr.InvalidAuthorization, "no PostgreSQL user name specified in startup packet")
	}
	if !pgwire.Loopback(nc.RemoteAddr()) {
		return nil, pgwire.ErrNoPassword(nc.RemoteAddr(), params["user"], params["database"])
	}
	s := newSession(r, nc, h)
	if _, err := rand.Read(s.secret[:]); err != nil {
		return nil, err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.closed {
		return nil, errShutdown
	}
	if len(r.sessions) >= r.limit {
		return nil, pgwire.ErrConnections(r.limit)
	}
	for {
		r.nextPID = max((r.nextPID+1)&(1<<31-1), firstPID)
		if r.sessions[r.nextPID] == nil {
			break
		}
	}
	s.pid = r.nextPID
	r.sessions[s.pid] = s
	r.wg.Add(1)
	return s, nil
}

func (r *Relay) leave(s *session) {
	r.mu.Lock()
	delete(r.sessions, s.pid)
	r.mu.Unlock()
	r.wg.Done()
}

// CancelByKey passes a cancel request on, the body of a Hello. It reports
// whether the key is of a session here.
func (r *Relay) CancelByKey(body []byte) bool {
	if len(body) != 8 {
		return false
	}
	r.mu.Lock()
	s := r.sessions[binary.BigEndian.Uint32(body)]
	r.mu.Unlock()
	if s == nil || subtle.ConstantTimeCompare(s.secret[:], body[4:]) != 1 {
		return false
	}
	s.cancel()
	return true
}

// Moved says that the leader at addr is active now: links to others are cut and
// their sessions go over. A leader that lost its place without knowing, because it
// was paused, keeps no client that way.
func (r *Relay) Moved(addr string) {
	for _, s := range r.all() {
		if l := s.link.Load(); l != nil && l.addr != addr {
			l.close()
		}
	}
}

// Sessions is the number of clients now.
func (r *Relay) Sessions() int { return len(r.all()) }

func (r *Relay) all() []*session {
	r.mu.Lock()
	defer r.mu.Unlock()
	out := make([]*session, 0, len(r.sessions))
	for _, s := range r.sessions {
		out = append(out, s)
	}
	return out
}

// Close ends the sessions: idle ones at once, others when their exchange is
// answered, all when ctx ends.
func (r *Relay) Close(ctx context.Context) {
	r.mu.Lock()
	r.closed = true
	r.mu.Unlock()
	for _, s := range r.all() {
		s.shutdown()
	}
	done := make(chan struct{})
	go func() { r.wg.Wait(); close(done) }()
	select {
	case <-done:
		return
	case <-ctx.Done():
	}
	for _, s := range r.all() {
		s.end()
	}
	<-done
}

var (
	errShutdown = sqlerr.New(sqlerr.AdminShutdown, "terminating connection due to administrator command")
	errStandby  = sqlerr.New(sqlerr.CannotConnectNow, "this leader is not the active one")
	errNoLeader = sqlerr.New(sqlerr.CannotConnectNow, "there is no active leader").
			WithHint("The session goes on: try again when the leaders have elected one.")
	errCanceled = sqlerr.New(sqlerr.QueryCanceled, "canceling statement due to user request")
)
