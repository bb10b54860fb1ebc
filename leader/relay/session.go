package relay

import (
	"context"
	"errors"
	"net"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"slipher/catalog/sqlerr"
	"slipher/leader/pgwire"
)

// session is one client. Its reader (serve) takes what the client sends; a pump
// (pump.go), while there is a link, what the leader answers.
type session struct {
	relay  *Relay
	client net.Conn
	in     frames // the reader's
	hello  *pgwire.Hello
	pid    uint32
	secret [4]byte

	ctx     context.Context // ends with the session
	stop    context.CancelFunc
	pumps   sync.WaitGroup
	closing atomic.Bool          // the relay shuts down
	link    atomic.Pointer[link] // nil while it is lost; changes under mu

	mu     sync.Mutex
	turn   sync.Cond // x or link has changed, or the session has ended
	x      *exchange // nil between exchanges; guarded by mu
	status byte      // as ReadyForQuery last said; guarded by mu
	state  sessionState

	// wait ends the wait for a leader, if somebody does.
	wait atomic.Pointer[context.CancelCauseFunc]

	writing sync.Mutex // of the client's connection
}

func newSession(r *Relay, nc net.Conn, h *pgwire.Hello) *session {
	s := &session{relay: r, client: nc, hello: h, state: newState(), status: 'I'}
	s.in = frames{r: nc, limit: pgwire.MaxLength}
	s.turn.L = &s.mu
	s.ctx, s.stop = context.WithCancel(context.Background())
	context.AfterFunc(s.ctx, s.ended)
	return s
}

// serve runs the session to its end.
func (s *session) serve() {
	defer s.pumps.Wait()
	defer s.end()
	if !s.begin() {
		return
	}
	for s.step() {
	}
}

// begin opens the session at the active leader and passes its greeting on.
func (s *session) begin() bool {
	l, g, err := s.connect(s.ctx, nil)
	var refused *refusal
	switch {
	case errors.As(err, &refused):
		s.tell(refused.msg)
		return false
	case err != nil:
		s.tell(errorMessage("FATAL", err))
		return false
	}
	var out []byte
	for _, m := range g.msgs {
		out = append(out, m...)
	}
	s.state.shown = g.params
	out = append(out, keyMessage(s.pid, s.secret[:])...)
	s.status = l.status
	if !s.tell(append(out, readyMessage(s.status)...)) {
		l.close()
		return false
	}
	s.client.SetDeadline(time.Time{})
	if s.closing.Load() {
		s.client.SetReadDeadline(time.Now())
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.attach(l)
}

// attach makes l the session's link; mu is held. It reports false if the session has ended.
func (s *session) attach(l *link) bool {
	s.link.Store(l)
	if s.ctx.Err() != nil { // end may have missed it
		l.close()
		return false
	}
	s.pumps.Add(1)
	go s.pump(l)
	return true
}

// end ends the session. Any goroutine may, at any time.
func (s *session) end() { s.stop() }

// ended is called in a goroutine of its own when ctx has ended.
func (s *session) ended() {
	s.client.Close()
	if l := s.link.Load(); l != nil {
		l.close()
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.turn.Broadcast()
}

// tell writes to the client.
func (s *session) tell(b []byte) bool {
	s.writing.Lock()
	defer s.writing.Unlock()
	if _, err := s.client.Write(b); err != nil {
		s.stop()
		return false
	}
	return true
}

// keepWhole is the longest message that is kept in memory before it is passed on.
const keepWhole = 1 << 20

// step takes one message of the client. It reports false when the session is over.
func (s *session) step() bool {
	l := s.link.Load()
	if l != nil && !s.in.ready() {
		l.flush()
	}
	msg, rest, err := s.in.next(keepWhole)
	var e *sqlerr.Error
	switch {
	case errors.As(err, &e):
		return s.fatal(err)
	case errors.Is(err, os.ErrDeadlineExceeded) && s.closing.Load():
		s.mu.Lock()
		// A COPY whose data the client has not sent to its end will not be committed; any other answer
		// tells the client something that errShutdown would hide.
		for s.x != nil && s.x.answering() && s.ctx.Err() == nil {
			s.turn.Wait()
		}
		s.mu.Unlock()
		return s.fatal(errShutdown)
	case err != nil:
		return false
	}
	kind := msg[0]
	switch {
	case !fromClient[kind]:
		return s.fatal(sqlerr.New(sqlerr.ProtocolViolation, "invalid frontend message type %d", kind))
	case empty[kind] && len(msg)+rest != headSize:
		return s.fatal(errLength)
	case kind == 'X':
		if l != nil {
			l.send(msg)
			l.flush()
		}
		return false
	}
	l, ok := s.accept(msg, rest == 0)
	if !ok {
		return false
	}
	if l != nil {
		l.send(msg)
	}
	for rest > 0 {
		b, err := s.in.chunk(rest)
		if err != nil {
			return false
		}
		if rest -= len(b); l != nil {
			l.send(b)
		}
	}
	return true
}

// fatal ends the session with an error.
func (s *session) fatal(err error) bool {
	s.tell(errorMessage("FATAL", err))
	return false
}

// accept puts a message into its exchange and returns the link that it goes to:
// nil if there is none or the message goes nowhere.
func (s *session) accept(msg []byte, whole bool) (*link, bool) {
	kind := msg[0]
	s.mu.Lock()
	defer s.mu.Unlock()
	if copying[kind] {
		if s.x == nil || s.x.dead {
			return nil, true // left over from a COPY that failed
		}
		s.x.add(&s.state, msg, whole)
		return s.link.Load(), true
	}
	if s.x != nil && s.x.copy && s.x.simple && (kind == 'S' || kind == 'H') {
		return nil, true // the server would pass over it, unless the COPY ends meanwhile
	}
	waits := func() bool { return s.x != nil && s.x.closed && s.ctx.Err() == nil }
	for waits() {
		if l := s.link.Load(); l != nil {
			s.mu.Unlock()
			l.flush()
			s.mu.Lock()
			if !waits() { // anything may have happened meanwhile
				break
			}
		}
		s.turn.Wait()
	}
	if s.ctx.Err() != nil {
		return nil, false
	}
	if s.x != nil && s.x.dead && kind != 'Q' && kind != 'F' {
		return nil, s.discard(kind)
	} else if s.x != nil && s.x.dead {
		s.status, s.x = s.x.after, nil // a Query does not wait for a Sync
	}
	fresh := s.x == nil
	if fresh {
		if kind == 'H' {
			return nil, true // there is nothing to flush
		}
		s.x = &exchange{status: s.status, whole: true}
	}
	s.x.add(&s.state, msg, whole)
	if fresh && s.link.Load() == nil && !s.revive() {
		return nil, s.ctx.Err() == nil
	}
	return s.link.Load(), true
}

// discard passes over a message behind an error that the relay itself has sent; mu is held.
func (s *session) discard(kind byte) bool {
	if kind != 'S' {
		return true
	}
	s.status, s.x = s.x.after, nil
	return s.tell(readyMessage(s.status))
}

// cancel ends what the session runs: at the leader, or the wait for one.
func (s *session) cancel() {
	if l := s.link.Load(); l != nil {
		s.cancelAt(l)
		return
	}
	if wait := s.wait.Load(); wait != nil {
		(*wait)(errCanceled)
	}
}

// shutdown makes the session end: at once if it is idle, else with its exchange.
func (s *session) shutdown() {
	s.closing.Store(true)
	s.client.SetReadDeadline(time.Now())
	time.AfterFunc(closingWait, func() {
		if wait := s.wait.Load(); wait != nil {
			(*wait)(errShutdown)
		}
	})
}
