package random

import (
	"slices"
	"strings"

	"slipher/tests/cluster"
)

// rule explains why PostgreSQL has no answer, so that Slipher is not asked.
type rule struct {
	name string
	is   func(want error) bool
	// most is of how many questions one may be explained by it.
	most int
}

// rules are all explanations. What else PostgreSQL and Slipher mean differently the generator writes differently for
// each, and what cannot be written it leaves out.
var rules = []rule{
	{"PostgreSQL's time limit", func(want error) bool { return cluster.Code(want) == "57014" }, 50},
	{"a FULL JOIN that PostgreSQL cannot do", func(want error) bool { return cluster.Code(want) == "0A000" }, 50},
	// An aggregate whose argument reads only rows around is one of the query around, wherever it stands.
	{"a question that PostgreSQL does not understand", func(want error) bool {
		return strings.HasPrefix(cluster.Code(want), "42")
	}, 1000},
}

// explained is the number of the rule for PostgreSQL's answer, -1 if there is none.
func explained(want answer) int {
	return slices.IndexFunc(rules, func(r rule) bool { return r.is(want.err) })
}
