// Package stop tests that work ends when nobody wants it: a LIMIT is met, a client cancels or has gone, a
// timeout strikes.
//
//	every shape × tier: a statement that would run for hours ──LIMIT, CancelRequest, statement_timeout──► its end
//
// Bounds are generous, for machines under load; -v shows what it took. Statements that are stopped are followed
// by one that finds the server at rest: nothing runs on.
package stop
