// Package statement is the kinds of statements: each is a file and a row.
//
//	parse.Body ──Of──► *Row ─┬─ session: Own, Describe, Block, Warn      what it runs itself, blocks, retries
//	                         ├─ relay:   Judge                          what a lost leader means for it
//	                         ├─ history: Kind                           where it is shown
//	                         └─ leader:  Changes, Run ─► Engine         tables to hold, and the work
//
// What others must know of a kind of statement stands in its row; nobody else looks at the type of a parse.Body, or at
// the text. A new statement is its parse.Body, a file here with a row, and a line in rows.go.
//
// Rows are facts and functions without state. What they work on is an Engine, which lives as long as a leadership, and
// a Call: one execution for one session. The statements about the session itself (SET, BEGIN, EXECUTE…) are run by it,
// as Own.
//
// Invariants:
//   - Every type of parse.Body has a row, and one only (rows_test.go).
//   - A statement sees the catalog as its transaction does: a version pinned by the first statement that needed one,
//     and what the transaction has done since.
//
// Start with row.go, then any statement: truncate.go is a short one.
package statement
