package session

import (
	"maps"
	"slices"
	"strings"

	"slipher/catalog/relations"
	"slipher/catalog/types"
	"slipher/catalog/zone"
)

// The methods that the binder's leader-only functions ask: fn.Session.

// Setting is a setting's value now.
func (s *Session) Setting(name string) (string, bool) { return s.settings.lookup(name) }

// SetSetting changes a setting for the session, or for the transaction block if there is one and local is set:
// set_config. The client hears of it before the next statement.
func (s *Session) SetSetting(name, value string, local bool) (string, error) {
	if local && s.idle() { // gone with the statement
		return s.settings.normal(name, value)
	}
	reports, err := s.settings.set(name, value, local)
	s.reports = append(s.reports, reports...)
	return s.settings.get(name), err
}

// Zone is the session's time zone.
func (s *Session) Zone() zone.Zone {
	if z, ok := zone.Find(s.settings.get("timezone")); ok {
		return z
	}
	return zone.UTC // its files went away since it was set
}

func (s *Session) CurrentUser() string     { return s.start.User }
func (s *Session) CurrentDatabase() string { return s.start.Database }

// FoldsCase reports whether strings of the database are compared in any case.
func (s *Session) FoldsCase() bool { return s.engine.FoldsCase(s) }

func (s *Session) BackendPID() int32 { return s.start.PID }

// CurrentSchema is the first schema of the search path that exists, "" if none does.
func (s *Session) CurrentSchema() string {
	for _, name := range s.SearchPath() {
		if s.engine.SchemaExists(s, name) {
			return name
		}
	}
	return ""
}

// Schemas are the schemas of the search path that there are.
func (s *Session) Schemas() []string {
	var out []string
	for _, name := range s.SearchPath() {
		if s.engine.SchemaExists(s, name) {
			out = append(out, name)
		}
	}
	return out
}

// SearchPath is the list of schemas in which names are looked for, "$user" resolved.
func (s *Session) SearchPath() []string {
	var out []string
	for _, w := range strings.Split(s.settings.get("search_path"), ",") {
		w = strings.Trim(strings.TrimSpace(w), `"'`)
		if w == "$user" {
			w = s.start.User
		}
		if w != "" {
			out = append(out, w)
		}
	}
	return out
}

// NowMicros is the start of the statement.
func (s *Session) NowMicros() int64 { return types.MicrosOf(s.stmtStart) }

// TransactionMicros is the start of the transaction.
func (s *Session) TransactionMicros() int64 { return types.MicrosOf(s.txnStart) }

// LastQuery is the last query that nodes have run for the session, -1 if they have run none: pg_last_query_id.
func (s *Session) LastQuery() int64 { return s.last }

// LastCopy is the last COPY that nodes have run for the session, -1 if they have run none: pg_last_copy_id.
func (s *Session) LastCopy() int64 { return s.lastCopy }

// CopiedRows is how many rows that COPY loaded: pg_last_copy_count.
func (s *Session) CopiedRows() int64 { return s.copiedRows }

// Ran notes a query that nodes have run.
func (s *Session) Ran(query int64) { s.last = query }

// Copied notes a COPY that nodes have run.
func (s *Session) Copied(query, rows int64) { s.lastCopy, s.copiedRows = query, rows }

// FloatDigits is extra_float_digits.
func (s *Session) FloatDigits() int { return s.settings.int("extra_float_digits") }

// Int is an integer setting's value.
func (s *Session) Int(name string) int { return s.settings.int(name) }

// NumericRounding is enable_numeric_rounding: casts of decimals round.
func (s *Session) NumericRounding() bool { return s.settings.get("enable_numeric_rounding") == "on" }

// Value is a setting's value, "" if there is none.
func (s *Session) Value(name string) string { return s.settings.get(name) }

// Text is the statement that runs.
func (s *Session) Text() string { return s.queryText }

// Settings lists all known settings by name, for pg_settings and SHOW ALL.
func (s *Session) Settings() []relations.Setting {
	var out []relations.Setting
	for _, key := range slices.Sorted(maps.Keys(known)) {
		out = append(out, relations.Setting{Name: known[key].name, Value: s.settings.get(key), Description: known[key].doc})
	}
	return out
}
