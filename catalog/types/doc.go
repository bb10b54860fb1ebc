// Package types holds the SQL types, their physical classes and single values.
//
//	SQL text ──ParseText──► Datum (Null, Hi:Lo, S) ──AppendText──► text
//	Rows ──TextWriter, BinaryWriter──► what clients read; their parameters ──DecodeText, DecodeBinary──► Datum
//	Type{Kind, modifier} ──Phys──► class: what a vector's element looks like
//	name, modifiers ──Alias.Type──► Type; type id, typmod ──OfOID──► Type
//
// A type is a row of the table of kinds, in a file of its own (kind_date.go): its names, its text and binary forms,
// what may be done with it. Nobody else asks which kind a type is to find out: casts and operations are rows of
// catalog/fn, everything else asks the row or the physical class.
//
// Text forms mean what PostgreSQL's mean, with Redshift's differences; compare.go
// is the order of values that generated code has, too.
//
// Invariants: numbers of kinds are on disk and on the wire and are never reused;
// integers in a Datum are sign extended to 128 bits. A leaf: every other package
// may import it, it imports nothing of ours but errors and time zones.
//
// Start with types.go, datum.go and kind.go; kinds.go is the table.
package types
