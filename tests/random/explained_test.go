package random

import (
	"strings"

	"slipher/tests/cluster"
)

// rule explains why answers differ where neither system is wrong.
type rule struct {
	name string
	is   func(q query, want, got answer) bool
	// most is of how many questions one may be explained by it.
	most int
}

// rules are all explanations. What else PostgreSQL and Slipher mean differently the generator writes differently for
// each, and what cannot be written it leaves out.
var rules = []rule{
	{"PostgreSQL's time limit", func(_ query, want, _ answer) bool { return cluster.Code(want.err) == "57014" }, 50},
	{"a FULL JOIN that PostgreSQL cannot do", func(_ query, want, _ answer) bool {
		return cluster.Code(want.err) == "0A000"
	}, 50},
	// An aggregate whose argument reads only rows around is one of the query around, wherever it stands.
	{"a question that PostgreSQL does not understand", func(_ query, want, _ answer) bool {
		return strings.HasPrefix(cluster.Code(want.err), "42")
	}, 1000},
}

// explained is the number of the rule for a difference, -1 if there is none.
func explained(q query, want, got answer) int {
	for i, r := range rules {
		if r.is(q, want, got) {
			return i
		}
	}
	return -1
}
