// Package types holds the SQL types, their physical classes and single values.
//
// It is a leaf: every other package may import it, it imports nothing of ours.
// The text forms of values (input and output) are in text.go and its
// neighbours; their meaning is PostgreSQL's with Redshift's differences.
package types
