package relay

import (
	"runtime/debug"

	"slipher/catalog/sqlerr"
)

// pump passes on what the session's leader says, until the session ends or is
// left without a leader.
func (s *session) pump(l *link) {
	defer s.pumps.Done()
	defer func() {
		if p := recover(); p != nil {
			s.relay.log.Error("relayed connection ended by a panic", "remote", s.client.RemoteAddr().String(), "panic", p,
				"stack", string(debug.Stack()))
			s.end()
		}
	}()
	for l != nil {
		if s.carry(l) == lastWords {
			s.end()
		}
		l.close()
		l = s.recover()
	}
}

// ruling says what becomes of a leader's message.
type ruling int

const (
	passOn    ruling = iota
	withhold         // it is for the relay
	ready            // passed on, and the exchange is over
	lastWords        // passed on, and the session is over
	broken           // the link is not to be used any more
)

// carry passes messages on until the link breaks or the session is over. What
// has arrived is written in as few pieces as can be.
func (s *session) carry(l *link) ruling {
	var runs [][]byte
	for {
		runs = runs[:0]
		f := &l.in
		from := f.at
		rule := passOn
		s.mu.Lock()
		for rule == passOn || rule == withhold {
			msg, err := f.peek()
			if err != nil {
				rule = broken
			}
			if msg == nil {
				break
			}
			rule = s.answer(msg)
			if rule == withhold || rule == broken {
				runs = append(runs, f.buf[from:f.at])
				from = f.at + len(msg)
			}
			f.at += len(msg)
		}
		runs = append(runs, f.buf[from:f.at])
		if x := s.x; x != nil {
			if rule == broken && x.judge(s.state.reads()).retry {
				runs = nil // acknowledgements: they will come again
			}
			for _, b := range runs {
				x.returned = x.returned || len(b) > 0
			}
		}
		s.mu.Unlock()
		for _, b := range runs {
			if len(b) > 0 && !s.tell(b) {
				return broken
			}
		}
		switch rule {
		case ready:
			s.finish(f.buf[f.at-1])
		case lastWords, broken:
			return rule
		default:
			if f.fill() != nil {
				return broken
			}
		}
	}
}

// finish ends an exchange that is answered.
func (s *session) finish(status byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.x, s.status = nil, status
	if status == 'I' {
		s.state.settle()
	}
	s.turn.Broadcast()
}

// answer notes a message of the leader; mu is held.
func (s *session) answer(msg []byte) ruling {
	kind, x := msg[0], s.x
	if !fromLeader[kind] {
		return broken
	}
	switch kind {
	case 'S':
		if name, value, ok := pair(msg); !ok || !s.state.report(name, value) {
			return withhold
		}
		return passOn
	case 'Z':
		if len(msg) != headSize+1 {
			return broken
		}
		return ready
	case 'E':
		severity, code, _ := errorFields(msg)
		switch c := sqlerr.Code(code); {
		case severity == "FATAL" || severity == "PANIC":
			if stops(c) {
				return broken
			}
			return lastWords
		case x != nil && stops(c):
			if x.stopped = true; x.judge(s.state.reads()).retry {
				return broken // canceled because the leader stops: another runs it
			}
		}
	}
	if x == nil {
		if kind == 'N' || kind == 'A' || kind == 'E' {
			return passOn
		}
		return broken
	}
	x.rows = x.rows || !acknowledging[kind] && kind != 'E'
	if !x.answered(&s.state, kind) {
		return broken
	}
	return passOn
}

// stops reports whether an error says that a leader serves no more.
func stops(c sqlerr.Code) bool {
	return c == sqlerr.AdminShutdown || c == sqlerr.CannotConnectNow
}
