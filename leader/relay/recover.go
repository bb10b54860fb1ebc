package relay

import (
	"errors"
	"time"

	"slipher/catalog/sqlerr"
)

// recover is called by the pump when its link has broken. It returns the link to
// go on with if an exchange is sent again; otherwise the client has been told what it
// must know, and the next exchange revives the session.
func (s *session) recover() *link {
	s.mu.Lock()
	defer s.mu.Unlock()
	defer s.turn.Broadcast()
	s.link.Store(nil)
	s.state.undo()
	x := s.x
	if s.ctx.Err() != nil || x == nil {
		return nil
	}
	v := x.judge(s.state.reads())
	s.relay.log.Info("the active leader was lost", "pid", s.pid, "status", string(x.status), "again", v.retry)
	if v.retry {
		x.rewind(&s.state)
		s.rest(x.retries)
		l, err := s.reopen(x.status)
		if err == nil {
			l.conn.SetWriteDeadline(time.Now().Add(answerTime))
			if _, err := l.conn.Write(x.record); err != nil {
				l.close() // the pump notices
			}
			l.conn.SetWriteDeadline(time.Time{})
			s.link.Store(l)
			if s.ctx.Err() != nil {
				l.close()
			}
			return l
		}
		v.err = err
	}
	s.dead(x, v.err, v.after)
	return nil
}

// rest waits before an exchange is sent again and again: a leader that has lost its place
// may be named the active one for a while.
func (s *session) rest(retries int) {
	if retries < 2 {
		return
	}
	select {
	case <-s.ctx.Done():
	case <-time.After(50 * time.Millisecond << retries):
	}
}

// dead answers an exchange with an error of the relay's own; mu is held and there
// is no link. The session's status will be after.
func (s *session) dead(x *exchange, err error, after byte) {
	if s.ctx.Err() != nil {
		return
	}
	if err == errLostTables { // by another leader its statements might mean permanent tables of those names
		s.fatal(err)
		s.end()
		return
	}
	var out []byte
	if !x.errored { // one is enough
		out = errorMessage("ERROR", err)
	}
	x.dead, x.after = true, after
	if x.closed {
		s.x, s.status = nil, after
		out = append(out, readyMessage(after)...)
	}
	if len(out) > 0 {
		s.tell(out)
	}
}

// revive gives a session without a link a new one, for the exchange that has just
// begun; mu is held. It reports false if the exchange has been answered instead.
func (s *session) revive() bool {
	x := s.x
	if x.status == 'T' {
		// The block died while nothing ran: this is the occasion to say so.
		e := judge(x.intent(&s.state), s.state.reads())
		if !e.rollback {
			after := byte('E')
			if e.ends {
				after = 'I'
			}
			s.dead(x, errLostBlock, after)
			return false
		}
		x.status = 'E'
	}
	l, err := s.reopen(x.status)
	if err != nil {
		s.dead(x, err, x.status)
		return false
	}
	return s.attach(l)
}

// reopen opens the session at the active leader, with its settings and prepared
// statements; unless status is 'I', in a transaction block that has failed. mu is held.
func (s *session) reopen(status byte) (*link, error) {
	if s.state.temporary {
		return nil, errLostTables
	}
	l, g, err := s.connect(s.ctx, func(l *link, g *greeting) error { return s.replay(l, g, status != 'I') })
	var refused *refusal
	if errors.As(err, &refused) {
		return nil, sqlerr.New(refused.code, "%s", refused.text)
	}
	if err != nil {
		return nil, err
	}
	// The client hears of parameters only what differs from what it knows.
	var out []byte
	for name, value := range g.params {
		if was, ok := s.state.shown[name]; !ok || was != value {
			out = append(out, statusMessage(name, value)...)
		}
	}
	s.state.shown = g.params
	if len(out) > 0 {
		s.tell(out)
	}
	return l, nil
}
