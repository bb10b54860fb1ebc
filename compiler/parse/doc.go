// Package parse turns SQL text into statements.
//
//	text ──lex──► []token ──split──► statements ──guard──► depth checked
//	                                     │
//	            queries, INSERT          │        everything else
//	                 ▼                   │              ▼
//	   dialect (edits + offset map)      │     recursive descent on tokens
//	                 ▼                   │              ▼
//	    libpg_query ─► convert ─► AST ───┴───► *Statement{Kind, Body}
//
// The tree that leaves this package is its own (ast.go, stmt.go): nobody else
// sees libpg_query. Every node carries the byte offset of its place in the
// user's text; Statement.Position turns one into the character position that
// error messages carry.
//
// Invariants: no input makes the process die. Depth is bounded on tokens before
// C code sees the text (guard.go), calls into libpg_query are serialised
// because it redirects the process's standard error while it runs (pgquery.go).
//
// Plain constants are read by a setting of the session (Options): the tree does not depend on it any more, nor does
// what portable.go writes. Two more say whether names of attributes of SUPERs keep their case (attributes.go): the tree
// has both spellings where they differ. A Statement knows where its secrets stand (secrets.go).
//
// Start with Parse in parse.go.
package parse
