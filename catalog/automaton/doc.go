// Package automaton runs regular expressions as deterministic finite automata over bytes: a table look-up a byte,
// whatever the pattern.
//
//	pattern ──regexp/syntax──► Prog (runes) ──► program (bytes of UTF-8) ──► table: forward, and backward
//
// Forward, the automaton finds where the leftmost match ends; backward from there, where it begins. Which of several
// matches that begin at one place it is, is decided as Go's package regexp does: by the order of alternatives, or the
// longest.
//
// Invariants: matches are those of package regexp in every text of valid UTF-8, assertions included; tables are
// complete when Compile returns, so that an Automaton is immutable and safe for concurrent use; a pattern whose tables
// would be large is none's.
//
// Source: Cox, "Regular Expression Matching in the Wild", 2010.
//
// Start reading at automaton.go; then program.go and table.go.
package automaton
