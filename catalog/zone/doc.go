// Package zone is time zones: their names, and what local time is at a moment.
//
//	name, offset or POSIX specification ──Find──► Zone{Name, Table}
//	Table ──Local, UTC──► microseconds since 2000-01-01 on the other clock
//
// A Table is a string of bytes so that it can be an operand of generated code: nodes look up no names but those that
// values say, in texts of moments and in columns of names.
//
// Around a clock change the meaning is PostgreSQL's: an hour that is left out
// is read by the offset before, one that comes twice by the offset after.
//
// Invariant: the rules are those of the tz database that a process has (time/tzdata, or the system's if there is one):
// the leader's for the session's zone and those that a statement names, a node's for those that values name. A leaf.
//
// Start with zone.go, then table.go.
package zone
