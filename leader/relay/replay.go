package relay

import (
	"maps"
	"slices"
	"strings"

	"slipher/catalog/sqlerr"
)

// spoil fails in any session: by it a new transaction block becomes a failed one.
const spoil = `EXECUTE "transaction lost with its leader"`

// replay makes a new session what the old one was. Statements that cannot be prepared
// any more are left out: using them fails then, as it would have.
func (s *session) replay(l *link, g *greeting, failed bool) error {
	var out []byte
	rounds := 0
	round := func(msgs ...[]byte) {
		for _, m := range msgs {
			out = append(out, m...)
		}
		rounds++
	}
	settings := s.state.settings()
	if settings != "" {
		round(queryMessage(settings))
	}
	for _, name := range slices.Sorted(maps.Keys(s.state.prepared)) {
		// The unnamed statement, which would not outlive a Query, comes last.
		if st := s.state.prepared[name]; name != "" && st.parse != nil {
			round(st.parse, syncMessage)
		} else if name != "" {
			round(queryMessage(st.text))
		}
	}
	if failed {
		round(queryMessage("BEGIN"))
		round(queryMessage(spoil))
	}
	if st, ok := s.state.prepared[""]; ok && !failed { // in a failed block it could not be prepared
		round(st.parse, syncMessage)
	}
	if _, err := l.conn.Write(out); err != nil {
		return err
	}
	for i := range rounds {
		err := s.replayed(l, g)
		if _, refused := err.(*refusal); err != nil && (!refused || i == 0 && settings != "") {
			return err
		}
	}
	if failed != (l.status == 'E') || !failed && l.status != 'I' {
		return errAnswer
	}
	return nil
}

// replayed reads the answer to one round. Errors of the leader are *refusal.
func (s *session) replayed(l *link, g *greeting) error {
	var refused error
	for {
		msg, _, err := l.in.next(maxAnswer + headSize)
		if err != nil {
			return err
		}
		switch msg[0] {
		case 'S':
			if name, value, ok := pair(msg); ok && !strings.HasPrefix(name, "_slipher.") {
				g.params[name] = value
			}
		case 'E':
			severity, code, text := errorFields(msg)
			if severity != "ERROR" {
				return errAnswer
			}
			refused = &refusal{code: sqlerr.Code(code), text: text}
		case 'Z':
			l.status = msg[len(msg)-1]
			return refused
		}
	}
}
