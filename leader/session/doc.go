// Package session is one client's state between statements.
//
//	pgwire ──text──► Session ──parse.Statement──► Engine (package leader)
//	                   │ settings.go      SET, SHOW, RESET
//	                   │ txn.go           BEGIN, COMMIT, ROLLBACK, failed blocks
//	                   │ prepared.go      PREPARE, EXECUTE, the protocol's statements
//
// A Session answers what concerns only itself and hands every other statement
// to the Engine. It is the protocol layer's pgwire.Session and the binder's
// fn.Session.
//
// Invariant: one goroutine at a time calls into a Session; the protocol layer
// sees to that.
//
// Start reading at session.go.
package session
