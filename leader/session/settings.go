package session

import (
	"maps"
	"slices"
	"sort"
	"strconv"
	"strings"
	"time"

	"slipher/catalog/similar"
	"slipher/catalog/sqlerr"
	"slipher/leader/pgwire"
)

// settings are a session's values of the parameters in known.go.
type settings struct {
	values map[string]string // by canonical name; a missing one has its default
	local  map[string]string // SET LOCAL: until the block ends
	saved  map[string]string // values when the block began, nil outside
	reset  map[string]string // what the client's startup packet asked for
	// relayed: a standby leader wants to know of every setting that changes (pgwire.RelayParameter).
	relayed bool
	// isolation is the default of default_transaction_isolation: the database's.
	isolation string
}

func newSettings() *settings {
	return &settings{values: map[string]string{}, local: map[string]string{}, reset: map[string]string{}}
}

// start takes a startup parameter. Unknown names pass; a bad value of a known
// one refuses the connection.
func (s *settings) start(name, value string) error {
	p := known[strings.ToLower(name)]
	if p == nil || p.readOnly {
		return nil
	}
	v, err := p.check(p, value)
	if err != nil {
		return err
	}
	s.values[p.key()] = v
	s.reset[p.key()] = v
	return nil
}

// lookup is the value of a setting by any spelling of its name.
func (s *settings) lookup(name string) (string, bool) {
	key := strings.ToLower(name)
	if v, ok := s.local[key]; ok {
		return v, true
	}
	if v, ok := s.values[key]; ok {
		return v, true
	}
	switch key { // outside a transaction these say what the next one will be
	case "transaction_isolation":
		return s.get("default_transaction_isolation"), true
	case "transaction_read_only":
		return onOff(s.readOnly()), true
	case "default_transaction_isolation":
		return s.isolation, true
	}
	if p := known[key]; p != nil {
		return p.def, true
	}
	return "", false
}

// readOnly: new transactions may not write. JDBC says it by the setting readonly.
func (s *settings) readOnly() bool {
	return s.get("default_transaction_read_only") == "on" || s.get("readonly") == "on"
}

func onOff(on bool) string {
	if on {
		return "on"
	}
	return "off"
}

func (s *settings) get(name string) string {
	v, _ := s.lookup(name)
	return v
}

func (s *settings) int(name string) int {
	n, _ := strconv.Atoi(s.get(name))
	return n
}

func (s *settings) millis(name string) time.Duration {
	return time.Duration(s.int(name)) * time.Millisecond
}

// set changes a setting and returns what to report.
func (s *settings) set(name, value string, local bool) ([]pgwire.Parameter, error) {
	value, err := s.normal(name, value)
	if err != nil {
		return nil, err
	}
	return s.put(strings.ToLower(name), value, local), nil
}

// normal is the value that a setting has when it is set so.
func (s *settings) normal(name, value string) (string, error) {
	key := strings.ToLower(name)
	p := known[key]
	switch {
	case p == nil && strings.Contains(key, "."):
		return value, nil // of the application's own
	case p == nil:
		return "", errUnknown(name)
	case p.readOnly:
		return "", sqlerr.New("55P02", "parameter %q cannot be changed", p.name)
	}
	return p.check(p, value)
}

// refuses is what is wrong with setting name to value, or with a nil value to its default.
func (s *settings) refuses(name string, value *string) error {
	if value != nil {
		_, err := s.normal(name, *value)
		return err
	}
	if _, ok := s.lookup(name); !ok && !strings.Contains(name, ".") {
		return errUnknown(name)
	}
	return nil
}

// idle is the doc of a setting that a statement has just given another value than the default, without effect.
func (s *settings) idle(name string) string {
	if p := known[strings.ToLower(name)]; p != nil && p.idle && s.get(name) != p.def &&
		!quiet[s.get("client_min_messages")] {
		return p.name
	}
	return ""
}

// put stores a setting, for the transaction or the session, and reports it.
func (s *settings) put(key, value string, local bool) []pgwire.Parameter {
	if local {
		s.local[key] = value
	} else {
		delete(s.local, key)
		s.values[key] = value
	}
	return s.reports(key)
}

// unset gives a setting the value it had when the session began.
func (s *settings) unset(name string, local bool) ([]pgwire.Parameter, error) {
	key := strings.ToLower(name)
	p := known[key]
	if p == nil {
		if _, ok := s.values[key]; !ok && !strings.Contains(key, ".") {
			return nil, errUnknown(name)
		}
		delete(s.values, key)
		delete(s.local, key)
		return s.reports(key), nil
	}
	if p.readOnly {
		return nil, sqlerr.New("55P02", "parameter %q cannot be changed", p.name)
	}
	v, ok := s.reset[key]
	if !ok {
		v = p.def
		if key == "default_transaction_isolation" {
			v = s.isolation
		}
	}
	return s.put(key, v, local), nil
}

// unsetAll is RESET ALL.
func (s *settings) unsetAll() []pgwire.Parameter {
	before := s.snapshot()
	user := s.values["session_authorization"]
	s.values, s.local = maps.Clone(s.reset), map[string]string{}
	s.values["session_authorization"] = user
	return s.changes(before)
}

// begin remembers the values at the start of a block.
func (s *settings) begin() { s.saved = maps.Clone(s.values) }

// end forgets local values and, on rollback, every change of the block.
func (s *settings) end(rollback bool) []pgwire.Parameter {
	before := s.snapshot()
	clear(s.local)
	if rollback && s.saved != nil {
		s.values = s.saved
	}
	s.saved = nil
	return s.changes(before)
}

// copies are the values and the local values, for restore.
func (s *settings) copies() (values, local map[string]string) {
	return maps.Clone(s.values), maps.Clone(s.local)
}

// restore goes back to copies: ROLLBACK TO.
func (s *settings) restore(values, local map[string]string) []pgwire.Parameter {
	before := s.snapshot()
	s.values, s.local = maps.Clone(values), maps.Clone(local)
	return s.changes(before)
}

func (s *settings) reports(key string) []pgwire.Parameter {
	if p := known[key]; p != nil && p.report {
		return []pgwire.Parameter{{Name: p.name, Value: s.get(key)}}
	}
	if !s.relayed {
		return nil
	}
	if v, ok := s.lookup(key); ok {
		return []pgwire.Parameter{{Name: pgwire.ReportSet + key, Value: v}}
	}
	return []pgwire.Parameter{{Name: pgwire.ReportUnset + key}}
}

// snapshot is the values of all settings that may be reported.
func (s *settings) snapshot() map[string]string {
	out := map[string]string{}
	for key, p := range known {
		if p.report || s.relayed && !p.readOnly {
			out[key] = s.get(key)
		}
	}
	if s.relayed { // the application's own
		for _, m := range []map[string]string{s.values, s.local} {
			for key := range m {
				if known[key] == nil {
					out[key] = s.get(key)
				}
			}
		}
	}
	return out
}

// changes are the reported settings that differ from before, by name.
func (s *settings) changes(before map[string]string) []pgwire.Parameter {
	var out []pgwire.Parameter
	after := s.snapshot()
	for key := range before {
		if _, ok := after[key]; !ok {
			after[key] = ""
		}
	}
	for _, key := range slices.Sorted(maps.Keys(after)) {
		if v, ok := before[key]; !ok || v != after[key] {
			out = append(out, s.reports(key)...)
		}
	}
	return out
}

// greeting is every reported setting.
func (s *settings) greeting() []pgwire.Parameter {
	var out []pgwire.Parameter
	for key, p := range known {
		if p.report {
			out = append(out, s.reports(key)...)
		}
	}
	sort.Slice(out, func(i, j int) bool { return out[i].Name < out[j].Name })
	return out
}

func errUnknown(name string) error {
	near := similar.For(strings.ToLower(name))
	for key, p := range known {
		near.Offer(key, p.name)
	}
	return sqlerr.New(sqlerr.UndefinedObject, "unrecognized configuration parameter %q", name).WithHint("%s",
		near.Hint("parameter"))
}
