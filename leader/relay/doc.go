// Package relay is the SQL front of a standby leader: it passes clients on to
// the active leader, message by message, and keeps their sessions alive when
// the active leader changes.
//
//	client ─► session.go (reads, one exchange at a time) ─► link ─► active leader
//	client ◄─ pump.go (whole messages, not decoded)      ◄─ link ◄─┘
//	               │ link broken
//	               ▼
//	          recover.go: judge.go says what became of the exchange ─► retry or one error
//	          replay.go: a new link with the session's settings and prepared statements
//
// An exchange is what a client sends up to the message that the server answers
// with ReadyForQuery: a Query, or extended messages up to Sync. The next one is not sent
// before the last is answered, so that the state in which a broken
// link left the session is known. While nothing of a harmless exchange was returned it
// is sent again to the new leader; otherwise the client gets one error, 08007 if
// the exchange may have committed.
//
// A transaction block dies with its leader. The client is told once; then its
// new session is put into a block that has failed, so that everything up to ROLLBACK
// or COMMIT is answered by the new leader as for any failed block.
//
// What a session consists of is told by the active leader itself
// (pgwire.RelayParameter), but for statements of the Parse message, which are kept as
// they pass. Temporary tables are lost.
//
// Invariants:
//   - One goroutine at a time writes to the client's half of an exchange: the pump while
//     there is a link, the reader while there is none.
//   - Only whole messages are sent to the client.
//   - mu is never held over a write to a link that is in use or to the client on its behalf.
//
// Start reading at session.go, then exchange.go.
package relay
