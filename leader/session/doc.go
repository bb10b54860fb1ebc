// Package session is one client's state between statements.
//
//	pgwire ──text──► Session ──parse.Statement──► Engine (package leader)
//	                   │ settings.go      SET, SHOW, RESET
//	                   │ txn.go           BEGIN, COMMIT, ROLLBACK, savepoints, failed blocks
//	                   │ attempts.go      a statement in its transaction; those that lose are run again
//	                   │ held.go          what the client reads before that is over: nothing
//	                   │ prepared.go      PREPARE, EXECUTE, the protocol's statements
//
// A Session answers what concerns only itself and hands every other statement
// to the Engine. It is the protocol layer's pgwire.Session and the binder's
// fn.Session.
//
// A transaction (leader/txn) begins with BEGIN, or with a statement of its own: then the
// statement's end is sent only when the commit is durable. The statements of one text share a
// transaction, and those of an extended exchange until Sync.
//
// Invariant: one goroutine at a time calls into a Session; the protocol layer
// sees to that.
//
// Start reading at session.go.
package session
