// Package bind gives a parsed statement its meaning: names become columns, calls
// become operations of catalog/fn with casted arguments, every expression gets
// its type and whether it can be NULL.
//
//	parse.Query ──from──► scope (names) ──exprs──► algebra.Expr over column ids ──► algebra.Statement
//
// A select list, WHERE and the rest are bound over a scope; the tree is built
// bottom up: FROM, Select (WHERE), Aggregate, Select (HAVING), Project,
// Distinct, Sort, Limit.
//
// Literals: a constant is kept as it was written (value.lit) until context gives
// it a type, then parsed and hoisted into Statement.Params. NULL stays a
// constant of the program, because it changes what may be NULL.
//
// Invariants: the same statement over the same catalog gives the same tree and
// the same numbers; every column id has one producer; no user input panics;
// errors carry a position wherever the text has one.
//
// Start with Bind in bind.go, query in query.go, expr in expr.go.
package bind
