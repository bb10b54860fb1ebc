package relay

import (
	"maps"
	"slices"
	"strings"

	"slipher/compiler/parse"
	"slipher/leader/pgwire"
)

// sessionState is what must be the same at the next leader. The session's mu guards it.
type sessionState struct {
	set      map[string]string // settings that were changed, by name
	changes  []change          // of set, since the session was last outside a transaction
	shown    map[string]string // parameters as the client was told of them
	prepared statements
	// temporary: the session has temporary tables, which went with the leader it is open at.
	temporary bool
}

// change is one setting's new value, or its end.
type change struct {
	name, value string
	unset       bool
}

// recipe is a prepared statement: the Parse message or the text of a PREPARE that made it, in a form that does
// not depend on settings.
type recipe struct {
	parse []byte
	text  string
}

// statements are prepared statements by name.
type statements map[string]recipe

// preparedLimit bounds what is kept of a session's prepared statements. Those
// beyond it do not survive a change of the leader.
const preparedLimit = 32 << 20

func (p statements) keep(name string, st recipe) {
	p.drop(name)
	size := len(st.parse) + len(st.text)
	for _, o := range p {
		size += len(o.parse) + len(o.text)
	}
	if size <= preparedLimit {
		p[name] = st
	}
}

func (p statements) drop(name string) { delete(p, name) }

func newState() sessionState {
	return sessionState{set: map[string]string{}, shown: map[string]string{}, prepared: statements{}}
}

// report takes a ParameterStatus of a session that is open. It returns whether the
// client is to see it.
func (s *sessionState) report(name, value string) bool {
	if rest, ok := strings.CutPrefix(name, pgwire.ReportSet); ok {
		s.changes = append(s.changes, change{name: rest, value: value})
	} else if rest, ok := strings.CutPrefix(name, pgwire.ReportUnset); ok {
		s.changes = append(s.changes, change{name: rest, unset: true})
	} else if name == pgwire.ReportTemporary {
		s.temporary = true
	} else if rest, ok := strings.CutPrefix(name, pgwire.ReportPrepare); ok {
		s.prepared.keep(rest, recipe{text: value})
	} else if rest, ok := strings.CutPrefix(name, pgwire.ReportDeallocate); ok {
		if rest == "" {
			clear(s.prepared)
		} else {
			s.prepared.drop(rest)
		}
	} else {
		s.changes = append(s.changes, change{name: name, value: value})
		s.shown[name] = value
		return true
	}
	return false
}

// settle makes changes last: the session is outside a transaction.
func (s *sessionState) settle() {
	for _, c := range s.changes {
		if c.unset {
			delete(s.set, c.name)
		} else {
			s.set[c.name] = c.value
		}
	}
	s.changes = s.changes[:0]
}

// undo forgets changes of a transaction that is lost.
func (s *sessionState) undo() { s.changes = nil }

// ofTransaction are settings that end with their transaction.
var ofTransaction = map[string]bool{"transaction_isolation": true, "transaction_read_only": true}

// settings is the text that sets what was set, "" for nothing.
func (s *sessionState) settings() string {
	var b strings.Builder
	for _, name := range slices.Sorted(maps.Keys(s.set)) {
		if !ofTransaction[name] {
			b.WriteString("SET " + name + " TO " + parse.QuoteLiteral(s.set[name]) + ";")
		}
	}
	return b.String()
}

// reads is how the session's texts are read now.
func (s *sessionState) reads() parse.Options {
	return parse.Options{StandardStrings: s.shown["standard_conforming_strings"] == "on"}
}
