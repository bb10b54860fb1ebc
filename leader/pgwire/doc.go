// Package pgwire speaks version 3 of the PostgreSQL protocol to clients.
//
//	net.Conn ──startup──► conn ──pgproto3 message──► Session (leader/session)
//	                       ▲                             │ ResultWriter: columns, chunks, tags
//	                       └──── encode_*.go ◄───────────┘
//
// The package knows messages, formats and portals; it knows no SQL. What a
// statement means, which transaction it runs in and how its text is cut is the
// business of the Session behind the interface in backend.go.
//
// Invariants:
//   - One goroutine serves a connection. While a statement runs, a second one
//     may watch for the client's disappearance (watch.go); it ends before the
//     next message is read.
//   - Errors are read here and nowhere else: sqlerr to ErrorResponse in errors.go.
//   - Rows are encoded straight from chunks into the output buffer; nothing is
//     allocated for a value.
//   - Whatever bytes a client sends, only its own connection ends.
//
// Start reading at conn.go.
package pgwire
