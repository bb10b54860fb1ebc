package random

// rules explain differences between answers that are none, or that nobody can do anything about.
var rules = []struct {
	name string
	is   func(q query, want, got answer) bool
}{}

// explained is the name of the rule for a difference, "" if there is none.
func explained(q query, want, got answer) string {
	for _, r := range rules {
		if r.is(q, want, got) {
			return r.name
		}
	}
	return ""
}
