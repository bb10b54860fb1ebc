// Package exchange moves chunks between segments: across slices and nodes, to
// the leader, under credit-based flow control.
//
//	sink ──Outbox.Send(dest, *chunk.Chunk)──► wire.Data ──► Inbox.Put ──Take──► source
//	                 ▲                                                   │
//	                 └────────── wire.DataCredit ◄── Inbox.Consumed ─────┘
//
// A sender may have Credits chunks under way to each destination; a chunk's
// credit comes back when the receiver has worked it through. So Send never waits: it refuses,
// and the scheduler runs something else until CanSend. One credit is enough for progress.
//
// Every sending node ends an exchange once (DataEnd), after its last chunk; links keep order.
// A receiver knows its senders, and its input is over when all have ended. One that wants no more rows says so
// (DataEnough): the sender drops what is for it, and ends when that is true of all its destinations.
//
// Rows for the client (Return) have one destination a run, a run being what one
// instance returns: the leader's merge needs the head of every run, so runs must not
// compete for credits.
//
// Start with outbox.go, then inbox.go.
package exchange
