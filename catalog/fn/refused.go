package fn

import "strings"

// refused are Redshift's functions that are not supported, for a better error
// than that they do not exist.
var refused = func() map[string]bool {
	m := map[string]bool{}
	for _, n := range strings.Fields(`current_time localtime json_parse`) {
		m[n] = true
	}
	return m
}()

// Refused reports whether name is one of Redshift's functions that are not supported.
func Refused(name string) bool { return refused[name] }

// RefusedNames are all of them.
func RefusedNames() []string {
	var out []string
	for n := range refused {
		out = append(out, n)
	}
	return out
}
