package types

import "strings"

func boolKind() *kind {
	return &kind{name: "boolean", short: "bool", typname: "bool", names: named(0, "bool, boolean"),
		oid: 16, array: 1000, typlen: 1, category: "B",
		phys: I8, bounds: within(0, 1), class: "bool", beside: itself, column: true, distinct: 2,
		parse: parseBool, write: writeAs(appendBool), wire: boolWire(), room: atMost(1), badText: 1210}
}

func appendBool(dst []byte, v int64) []byte {
	if v != 0 {
		return append(dst, 't')
	}
	return append(dst, 'f')
}

// boolWire is a byte; any but 0 is true.
func boolWire() wire {
	w := intWire(1)
	w.read = func(_ Type, raw []byte) (Datum, error) { return BoolDatum(raw[0] != 0), nil }
	return w
}

// boolWords are the spellings of BOOLEAN; prefixes count as PostgreSQL counts them.
var boolWords = []struct {
	word  string
	least int
	value bool
}{{"true", 1, true}, {"yes", 1, true}, {"on", 2, true}, {"1", 1, true},
	{"false", 1, false}, {"no", 1, false}, {"off", 2, false}, {"0", 1, false}}

func parseBool(_ Type, s string) (Datum, error) {
	low := strings.ToLower(trimSpace(s))
	for _, w := range boolWords {
		if len(low) >= w.least && strings.HasPrefix(w.word, low) {
			return BoolDatum(w.value), nil
		}
	}
	return Datum{}, syntaxError("boolean", s)
}
