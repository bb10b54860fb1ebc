// Package zone is time zones: their names, and what local time is at a moment.
//
//	name, offset or POSIX specification ──Find──► Zone{Name, Table}
//	Table ──Local, UTC──► microseconds since 2000-01-01 on the other clock
//
// A Table is a string of bytes so that it can be an operand of generated code:
// nodes need no names.
//
// Around a clock change the meaning is PostgreSQL's: an hour that is left out
// is read by the offset before, one that comes twice by the offset after.
//
// Invariant: the rules are those of the tz database that the leader has (time/tzdata,
// or the system's if there is one); a statement sees one version of them. A leaf.
//
// Start with zone.go, then table.go.
package zone
