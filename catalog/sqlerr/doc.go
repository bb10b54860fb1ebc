// Package sqlerr is the error a client sees: SQLSTATE, message, detail, hint,
// position.
//
//	cause ──New, Unsupported, Wrap──► *Error ──error──► … ──From──► leader/pgwire: ErrorResponse
//	                                     └─ msgp in node/wire's messages, between processes
//
// Invariants: a code is attached where the cause is known and the innermost one
// wins (Wrap keeps it); it is turned into a message of the protocol in one
// place, leader/pgwire; errors without a code are XX000. A leaf: it imports
// nothing of ours.
//
// Start with Error in sqlerr.go.
package sqlerr
