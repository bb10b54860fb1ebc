// Package types holds the SQL types, their physical classes and single values.
//
//	SQL text ──ParseText──► Datum (Null, Hi:Lo, S) ──FormatText──► text
//	Type{Kind, modifier} ──Phys──► class: what a vector's element looks like
//
// Text forms mean what PostgreSQL's mean, with Redshift's differences; compare.go
// is the order of values that generated code has, too.
//
// Invariants: numbers of kinds are on disk and on the wire and are never reused;
// integers in a Datum are sign extended to 128 bits. A leaf: every other package
// may import it, it imports nothing of ours.
//
// Start with types.go and datum.go; text.go and its neighbours are the text forms.
package types
