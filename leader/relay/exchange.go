package relay

// exchange is what a client sends up to the message that is answered with
// ReadyForQuery, and how much of it has been answered. The session's mu guards it.
type exchange struct {
	status byte // of the session when it began
	// all are the messages that are answered one by one, pending those that still have to be.
	all, pending []sent
	// closed: the client has sent the message that is answered with ReadyForQuery. During
	// an extended COPY it is not, even if Sync was: the server passes over that one.
	closed   bool
	simple   bool // it is closed by a Query or a FunctionCall
	skipping bool // the server passes over messages up to the next Sync, after an error
	copy     bool // the server reads COPY data
	// copies are the COPYs that the server asked data for, ends those whose end the client has sent, perhaps
	// before it was asked.
	copies, ends int

	// record is what was sent, all of it while whole is true: to be sent again.
	record []byte
	whole  bool
	bound  []boundPortal
	does   []deed // what the messages do that start something, in order

	rows     bool // more than acknowledgements has come back
	returned bool // the client has been sent some of the answer
	stopped  bool // the leader has said that it stops: the statement that ran has failed for sure
	errored  bool // the client has been sent an error
	retries  int
	// dead: the client was told of the loss of the leader. The rest up to Sync is
	// discarded, then after is the session's status.
	dead  bool
	after byte
}

// sent is a message under way.
type sent struct {
	kind  byte // 'C' is split: 'C' closes a portal, 'c' a statement
	name  string
	parse []byte // of a Parse message that can be kept
}

type boundPortal struct{ portal, statement string }

// recordLimit bounds what is kept to be sent again. It must fit into the buffers of a
// connection, for nobody reads while it is sent.
const recordLimit = 64 << 10

// add notes a message on its way to the leader; whole says that msg is all of it.
func (x *exchange) add(s *sessionState, msg []byte, whole bool) {
	kind := msg[0]
	if x.whole && whole && !copying[kind] && len(x.record)+len(msg) <= recordLimit {
		x.record = append(x.record, msg...)
	} else {
		x.whole, x.record = false, nil
	}
	if copying[kind] {
		if kind != 'd' {
			x.ends++
		}
		if kind != 'd' && !x.simple {
			x.reopen()
		}
		return
	}
	if x.copy && kind != 'S' || kind == 'H' {
		return // passed over, or refused without an answer of its own
	}
	if kind == 'Q' {
		s.prepared.drop("")
	}
	if closing[kind] {
		x.closed, x.simple, x.skipping = true, kind != 'S', false
	}
	if x.skipping {
		return
	}
	m := x.describe(s, msg, whole)
	x.all, x.pending = append(x.all, m), append(x.pending, m)
}

// answering reports whether the client waits for the leader, not the other way round.
func (x *exchange) answering() bool { return x.closed && (!x.copy || x.ends >= x.copies) }

// rewind makes an exchange one of which nothing has been answered.
func (x *exchange) rewind(s *sessionState) {
	for _, m := range x.all {
		if m.kind == 'P' {
			s.prepared.drop(m.name) // it is made again
		}
	}
	x.pending, x.skipping, x.stopped, x.retries = append([]sent(nil), x.all...), false, false, x.retries+1
}

// describe reads what the relay must know of a message, and notes what it does.
func (x *exchange) describe(s *sessionState, msg []byte, whole bool) sent {
	m := sent{kind: msg[0]}
	if !whole {
		if m.kind != 'C' {
			x.does = append(x.does, unknown)
		}
		return m
	}
	switch m.kind {
	case 'Q':
		text, _, _ := cstring(msg[headSize:])
		x.does = append(x.does, deed{text: text})
	case 'F':
		x.does = append(x.does, unknown)
	case 'P':
		if name, _, ok := pair(msg); ok {
			m.name, m.parse = name, append([]byte(nil), msg...)
		}
	case 'B':
		if portal, name, ok := pair(msg); ok {
			x.bound = append(x.bound, boundPortal{portal, name})
		}
	case 'E':
		portal, _, _ := cstring(msg[headSize:])
		x.does = append(x.does, x.deedOf(s, portal))
	case 'C':
		if len(msg) > headSize && msg[headSize] == 'S' {
			m.kind = 'c'
			m.name, _, _ = cstring(msg[headSize+1:])
		}
	}
	return m
}

// deedOf finds the text behind a portal.
func (x *exchange) deedOf(s *sessionState, portal string) deed {
	for i := len(x.bound) - 1; i >= 0; i-- {
		if b := x.bound[i]; b.portal == portal {
			for j := len(x.pending) - 1; j >= 0; j-- {
				if p := x.pending[j]; p.kind == 'P' && p.name == b.statement && p.parse != nil {
					_, text, _ := pair(p.parse)
					return deed{text: text}
				}
			}
			if p, ok := s.prepared[b.statement]; ok && p.parse != nil {
				_, text, _ := pair(p.parse)
				return deed{text: text}
			}
			break
		}
	}
	return unknown
}

// reopen takes back a Sync that the server has passed over or will.
func (x *exchange) reopen() {
	kept := x.pending[:0]
	for _, p := range x.pending {
		if p.kind != 'S' {
			kept = append(kept, p)
		}
	}
	x.pending, x.closed = kept, false
}

// pop takes the first pending message if it is of the kind.
func (x *exchange) pop(kind byte) (sent, bool) {
	if x == nil || len(x.pending) == 0 || x.pending[0].kind != kind {
		return sent{}, false
	}
	p := x.pending[0]
	x.pending = x.pending[1:]
	return p, true
}

// answered notes an answer of the leader, but for ReadyForQuery. It reports
// whether it can be one.
func (x *exchange) answered(s *sessionState, kind byte) (ok bool) {
	switch kind {
	case '1':
		p, ok := x.pop('P')
		if ok && p.parse != nil {
			s.prepared.keep(p.name, recipe{parse: portableParse(p.parse, s.reads())})
		}
		return ok
	case '2':
		_, ok = x.pop('B')
		return ok
	case '3':
		if _, ok = x.pop('C'); ok {
			return true
		}
		p, ok := x.pop('c')
		if ok {
			s.prepared.drop(p.name)
		}
		return ok
	case 'T', 'n':
		x.pop('D') // or the beginning of a Query's rows
	case 'C', 'I', 's':
		x.copy = false
		x.pop('E') // or one statement of a Query
	case 'V':
	case 'G':
		x.copy, x.copies, x.whole, x.record = true, x.copies+1, false, nil
		if !x.simple {
			x.reopen()
		}
	case 'E':
		x.copy, x.errored = false, true
		x.failed()
	}
	return true
}

// failed drops what the server passes over after an error.
func (x *exchange) failed() {
	for i, p := range x.pending {
		if closing[p.kind] {
			x.pending = x.pending[i:]
			return
		}
	}
	x.pending, x.skipping = nil, true
}

// intent is what the exchange does as far as its first messages show: a Parse or a Bind
// is taken for the execution that follows.
func (x *exchange) intent(s *sessionState) []deed {
	if len(x.does) > 0 {
		return x.does
	}
	for _, p := range x.pending {
		if p.kind == 'P' && p.parse != nil {
			_, text, _ := pair(p.parse)
			return []deed{{text: text}}
		}
	}
	if len(x.bound) > 0 {
		return []deed{x.deedOf(s, x.bound[0].portal)}
	}
	return nil
}
