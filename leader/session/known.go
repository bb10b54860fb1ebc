package session

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"slipher/catalog/sqlerr"
	"slipher/catalog/zone"
	"slipher/runtime/mem"
)

// param is one known setting.
type param struct {
	name     string // as SHOW ALL and ParameterStatus write it
	def      string
	check    func(p *param, v string) (string, error) // normalises
	words    []string                                 // of an enumeration
	min, max int64                                    // of an integer
	unit     bool                                     // an integer of milliseconds that may carry a unit
	report   bool                                     // clients are told of changes
	readOnly bool
	idle     bool // accepted for clients, without effect
	doc      string
}

func (p *param) key() string { return strings.ToLower(p.name) }

// Version of PostgreSQL that is reported: Redshift's, which its drivers expect.
const (
	ServerVersion = "8.0.2"
	serverNumber  = "80002"
	padbVersion   = "1.0.47357"
)

// known are the settings by lower-case name. The accepted but idle ones are
// what clients set or ask for as a matter of routine.
var known = func() map[string]*param {
	all := []*param{
		// What this engine does by them.
		{name: "slipher_tier", def: "auto", check: word, words: []string{"auto", "primitives", "fused"},
			doc: "Which generated code runs: primitives at once and fused code when it is ready (auto), or only one of them."},
		{name: "slipher_vector_rows", def: "1024", check: integer, min: 1, max: 1024, doc: "Rows in a vector. For tests."},
		{name: "slipher_table_start", def: "0", check: integer, min: 0, max: 1 << 30,
			doc: "Entries a hash table starts with; 0 leaves it to the engine. For tests."},
		{name: "slipher_workers", def: "0", check: integer, min: 0, max: 1024,
			doc: "Workers that run a query on a node; 0 is all. For tests."},
		{name: "slipher_exchange_credit", def: "0", check: integer, min: 0, max: 1 << 20,
			doc: "Chunks under way between two ends of an exchange; 0 leaves it to the engine. For tests."},
		{name: "slipher_join_order", def: "auto", check: joinOrder,
			doc: "Inner joins are made in the order of least cost (auto), as they are written (written), or in one that a " +
				"number chooses. For tests."},
		{name: "slipher_runtime_filters", def: "auto", check: word, words: []string{"auto", "on", "off", "planned"},
			doc: "Rows that will find nothing in a join's table are dropped before they are sent, grouped or put in order: " +
				"where it pays (auto), wherever it is right (on), nowhere (off). By planned plans are those of auto, but " +
				"all rows come to all joins, to compare them with what was estimated. For tests."},
		{name: "slipher_trust_declared_keys", def: "off", check: boolean,
			doc: "Declared PRIMARY KEY, UNIQUE and FOREIGN KEY, which nobody enforces, are taken for granted: joins and DISTINCT " +
				"that change nothing if they hold are left out. Where they do not hold, answers are wrong."},
		{name: "slipher_plan_cache", def: "on", check: boolean,
			doc: "A query of a known shape is answered by the plan that was made for other literals, if it would be the same."},
		{name: "slipher_query_memory", def: "0", check: bytes, min: 1 << 20, max: 1 << 50,
			doc: "Memory that a query may use on each node, in bytes or with a unit (512MB); 0 is three quarters of the " +
				"process's --memory."},
		{name: "search_path", def: "$user, public", check: text, doc: "Schemas in which names are looked for."},
		{name: "statement_timeout", def: "0", check: integer, max: 1<<31 - 1, unit: true,
			doc: "Longest time a statement may run, in milliseconds; 0 is for ever."},
		{name: "extra_float_digits", def: "0", check: integer, min: -15, max: 3,
			doc: "Digits shown of floating-point values beyond 6 and 15; positive: enough to read them back."},
		{name: "enable_numeric_rounding", def: "off", check: boolean,
			doc: "Casts of DECIMAL to integers and to a smaller scale round; off: they cut."},
		{name: "cast_super_null_on_error", def: "on", check: boolean,
			doc: "A SUPER that is no value of the type that it is cast to gives NULL; off: an error."},
		{name: "navigate_super_null_on_error", def: "on", check: boolean,
			doc: "A path into a SUPER that leads nowhere gives NULL; off: an error."},
		{name: "enable_case_sensitive_super_attribute", def: "off", check: boolean,
			doc: "Names in a path into a SUPER keep their case; off: they are lower case."},
		{name: "enable_case_sensitive_identifier", def: "off", check: boolean,
			doc: "Names in quotes in a path into a SUPER keep their case; off: they are lower case. Other names always are."},
		{name: "parse_super_null_on_error", def: "off", check: boolean,
			doc: "JSON_PARSE of what is no JSON gives NULL; off: an error."},
		{name: "json_parse_dedup_attributes", def: "off", check: boolean,
			doc: "Of members of one name JSON_PARSE keeps the last; off: they are an error."},
		{name: "json_parse_truncate_strings", def: "off", check: boolean,
			doc: "JSON_PARSE cuts strings to 65535 bytes; off: longer ones are an error."},
		{name: "standard_conforming_strings", def: "off", check: boolean, report: true,
			doc: "Backslashes in plain literals are plain characters, as in PostgreSQL; off: they escape, as in Redshift."},

		// What clients are told.
		{name: "server_version", def: ServerVersion, readOnly: true, report: true, check: text,
			doc: "PostgreSQL version whose behaviour clients may expect."},
		{name: "server_version_num", def: serverNumber, readOnly: true, check: text, doc: "server_version as a number."},
		{name: "padb_version", def: padbVersion, readOnly: true, report: true, check: text,
			doc: "Version of Redshift whose behaviour clients may expect."},
		{name: "server_encoding", def: "UTF8", readOnly: true, report: true, check: text, doc: "Encoding of stored text."},
		{name: "client_encoding", def: "UTF8", report: true, check: encoding, doc: "Encoding of the client's text: UTF8."},
		{name: "DateStyle", def: "ISO, MDY", report: true, check: dateStyle,
			doc: "Output style of dates (ISO) and the order of input fields (month first)."},
		{name: "TimeZone", def: "UTC", report: true, check: timeZone, doc: "The session's time zone."},
		{name: "integer_datetimes", def: "on", readOnly: true, report: true, check: text,
			doc: "Timestamps are integers in binary results."},
		{name: "is_superuser", def: "on", readOnly: true, report: true, check: text, doc: "The user may do everything."},
		{name: "session_authorization", def: "", readOnly: true, report: true, check: text, doc: "The session's user."},
		{name: "application_name", def: "", check: text, report: true, doc: "Name the client gives itself."},
		{name: "max_connections", def: "0", readOnly: true, check: text,
			doc: "Clients that this leader serves at once: its flag --max-connections."},
		{name: "max_numeric_precision", def: "38", readOnly: true, check: text, doc: "Digits of a DECIMAL."},
		{name: "max_varchar_size", def: "65535", readOnly: true, check: text, doc: "Bytes of a VARCHAR."},
		{name: "max_index_keys", def: "32", readOnly: true, check: text, doc: "Columns of a key, for JDBC."},
		{name: "max_identifier_length", def: "127", readOnly: true, check: text, doc: "Bytes of a name."},
		{name: "transaction_isolation", def: "snapshot", check: word, words: isolations,
			doc: "Isolation of this transaction."},
		{name: "default_transaction_isolation", def: "snapshot", check: word, words: isolations,
			doc: "Isolation of new transactions."},
		{name: "transaction_read_only", def: "off", check: boolean, doc: "This transaction may not write."},
		{name: "readonly", def: "off", check: boolean, doc: "New transactions may not write; JDBC's name for it."},
		{name: "query_group", def: "default", check: text, doc: "Label of the queries that follow, in the history."},
		{name: "error_on_nondeterministic_update", def: "off", check: boolean,
			doc: "UPDATE refuses several new values for one row."},
		{name: "client_min_messages", def: "notice", check: messageLevel,
			doc: "From warning on, nobody is told of settings without effect."},
		{name: "default_transaction_read_only", def: "off", check: boolean, doc: "New transactions may not write."},
	}
	// Accepted, shown, and without effect here.
	for _, p := range []struct {
		name, def string
		check     func(*param, string) (string, error)
	}{
		{"wlm_query_slot_count", "1", integer}, {"analyze_threshold_percent", "10", text},
		{"enable_result_cache_for_session", "off", boolean},
		{"enable_vacuum_boost", "off", boolean},
		{"describe_field_name_in_uppercase", "off", boolean}, {"auto_analyze", "on", boolean}, {"auto_mv", "on", boolean},
		{"datashare_break_glass_session_var", "", text}, {"default_geometry_encoding", "1", integer},
		{"json_serialization_enable", "off", boolean},
		{"json_serialization_parse_nested_strings", "off", boolean},
		{"max_cursor_result_set_size", "0", integer}, {"max_concurrency_scaling_clusters", "1", integer},
		{"mv_enable_aqmv_for_session", "on", boolean},
		{"pg_federation_repeatable_read", "on", boolean},
		{"spectrum_enable_pseudo_columns", "on", boolean}, {"spectrum_query_maxerror", "-1", integer},
		{"stored_proc_log_min_messages", "LOG", text},
		{"use_fips_ssl", "off", boolean}, {"timezone_abbreviations", "Default", text},
		{"IntervalStyle", "postgres", intervalStyle}, {"intervalstyle_forced", "off", boolean},
		{"bytea_output", "hex", oneOf("hex", "escape")},
		{"backslash_quote", "safe_encoding", oneOf("safe_encoding", "on", "off")},
		{"escape_string_warning", "on", boolean}, {"lc_collate", "C", text}, {"lc_ctype", "C", text},
		{"lc_messages", "C", text},
		{"lc_monetary", "C", text}, {"lc_numeric", "C", text}, {"lc_time", "C", text}, {"ssl_renegotiation_limit", "0", text},
		{"check_function_bodies", "on", boolean}, {"default_tablespace", "", text}, {"default_with_oids", "off", boolean},
		{"lock_timeout", "0", text}, {"idle_in_transaction_session_timeout", "0", text}, {"idle_session_timeout", "0", text},
		{"row_security", "on", boolean},
		{"synchronize_seqscans", "on", boolean}, {"synchronous_commit", "on", text},
		{"xmloption", "content", oneOf("content", "document")}, {"geqo", "off", boolean},
		{"enable_hashjoin", "on", boolean}, {"enable_mergejoin", "on", boolean}, {"enable_nestloop", "on", boolean},
		{"enable_seqscan", "on", boolean},
		{"enable_hashagg", "on", boolean}, {"enable_sort", "on", boolean}, {"enable_indexscan", "on", boolean},
		{"work_mem", "0", text},
		{"jit", "off", boolean}, {"tcp_keepalives_idle", "0", text}, {"explain_perf_mode", "normal", text},
	} {
		all = append(all, &param{name: p.name, def: p.def, check: p.check, min: -1 << 31, max: 1<<31 - 1, idle: true,
			doc: "Accepted for clients; without effect."})
	}
	m := map[string]*param{}
	for _, p := range all {
		if m[p.key()] != nil {
			panic("BUG: setting " + p.name + " stands twice")
		}
		m[p.key()] = p
	}
	return m
}()

// serializable is the one level that is checked; all others mean snapshot isolation.
const serializable = "serializable"

var isolations = []string{serializable, "snapshot", "repeatable read", "read committed", "read uncommitted"}

func isolationName(s string) string { return strings.ToLower(s) }

func text(_ *param, v string) (string, error) { return v, nil }

func word(p *param, v string) (string, error) {
	for _, w := range p.words {
		if strings.EqualFold(v, w) {
			return w, nil
		}
	}
	return "", errValue(p, v).WithHint("Available values: %s.", strings.Join(p.words, ", "))
}

func boolean(p *param, v string) (string, error) {
	switch strings.ToLower(v) {
	case "on", "true", "yes", "1", "t", "y":
		return "on", nil
	case "off", "false", "no", "0", "f", "n":
		return "off", nil
	}
	return "", sqlerr.New(sqlerr.InvalidParameterValue, "parameter %q requires a Boolean value", p.name)
}

func integer(p *param, v string) (string, error) {
	text := strings.TrimSpace(v)
	factor := int64(1)
	if p.unit {
		for _, u := range []struct {
			suffix string
			millis int64
		}{{"ms", 1}, {"min", 60_000}, {"s", 1000}, {"h", 3_600_000}, {"d", 86_400_000}} {
			if rest, ok := strings.CutSuffix(text, u.suffix); ok {
				text, factor = strings.TrimSpace(rest), u.millis
				break
			}
		}
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return "", errValue(p, v)
	}
	if n > p.max/factor || n*factor < p.min {
		return "", sqlerr.New(sqlerr.InvalidParameterValue, "%s is outside the valid range for parameter %q (%d .. %d)", v,
			p.name, p.min, p.max)
	}
	return strconv.FormatInt(n*factor, 10), nil
}

// joinOrder is a word or a positive number.
func joinOrder(p *param, v string) (string, error) {
	if n, err := strconv.ParseInt(strings.TrimSpace(v), 10, 64); err == nil && n > 0 && n <= math.MaxInt32 {
		return strconv.FormatInt(n, 10), nil
	}
	w, err := oneOf("auto", "written")(p, v)
	if err != nil {
		return "", errValue(p, v).WithHint("Available values: auto, written, a number from 1 on.")
	}
	return w, nil
}

// bytes is a number of bytes, which may carry a unit; 0 stands for the default.
func bytes(p *param, v string) (string, error) {
	n, err := mem.ParseSize(v, 0)
	if err != nil {
		return "", errValue(p, v).WithHint("Give a number of bytes, or one with the unit kB, MB, GB or TB.")
	}
	if n != 0 && (n < p.min || n > p.max) {
		return "", sqlerr.New(sqlerr.InvalidParameterValue, "%s is outside the valid range for parameter %q (%d .. %d)", v,
			p.name, p.min, p.max)
	}
	return strconv.FormatInt(n, 10), nil
}

func encoding(p *param, v string) (string, error) {
	switch strings.ToLower(strings.NewReplacer("-", "", "_", "").Replace(v)) {
	case "utf8", "unicode":
		return "UTF8", nil
	}
	return "", errValue(p, v)
}

// dateStyle accepts ISO with the month first; other styles and orders are refused, for they are not followed.
func dateStyle(p *param, v string) (string, error) {
	for _, w := range strings.FieldsFunc(strings.ToUpper(v), func(r rune) bool { return r == ',' || r == ' ' }) {
		switch w {
		case "ISO", "DEFAULT":
		case "MDY", "US", "NONEUROPEAN":
		case "DMY", "EUROPEAN", "EURO", "YMD":
			return "", sqlerr.Unsupported("DateStyle with the order %s", w)
		case "POSTGRES", "SQL", "GERMAN":
			return "", sqlerr.Unsupported("DateStyle %s", w)
		default:
			return "", errValue(p, v)
		}
	}
	return "ISO, MDY", nil
}

// timeZone takes a name of the tz database in any case, hours east of Greenwich, or an offset as POSIX writes it.
func timeZone(p *param, v string) (string, error) {
	z, ok := zone.Find(strings.TrimSpace(v))
	if !ok {
		return "", errValue(p, v)
	}
	return z.Name, nil
}

// intervalStyle refuses styles that are not followed.
func intervalStyle(p *param, v string) (string, error) {
	switch v = strings.ToLower(v); v {
	case "postgres":
		return v, nil
	case "sql_standard", "postgres_verbose", "iso_8601":
		return "", sqlerr.Unsupported("IntervalStyle %s", v)
	}
	return "", errValue(p, v)
}

// oneOf checks an enumeration.
func oneOf(words ...string) func(*param, string) (string, error) {
	return func(p *param, v string) (string, error) {
		q := *p
		q.words = words
		return word(&q, v)
	}
}

var messageLevel = oneOf("debug5", "debug4", "debug3", "debug2", "debug1", "debug", "log", "notice", "info", "warning",
	"error", "fatal", "panic")

// quiet are the levels of client_min_messages that leave out notices.
var quiet = map[string]bool{"warning": true, "error": true, "fatal": true, "panic": true}

func errValue(p *param, v string) *sqlerr.Error {
	return sqlerr.New(sqlerr.InvalidParameterValue, "%s", fmt.Sprintf("invalid value for parameter %q: %q", p.name, v))
}
