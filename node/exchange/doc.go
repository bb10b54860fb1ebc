// Package exchange moves rows between segments, in pages (runtime/page): across slices and nodes, to
// the leader, under credit-based flow control.
//
//	sink ──Outbox.Send(dest, chunk.Batch)──► wire.Data ──► Inbox.Put ──Take──► source
//	                 ▲                                                   │
//	                 └────────── wire.DataCredit ◄── Inbox.Consumed ─────┘
//
// A sender may have Credits pages under way to each destination; a page's
// credit comes back when the receiver has worked it through. So Send never waits: it refuses,
// and the scheduler runs something else until CanSend. One credit is enough for progress.
//
// Every sending node ends an exchange once (DataEnd), after its last page; links keep order. Several segments of a
// node may send (Outbox.Share): the last of them ends it. An exchange inside of a loop begins again with each turn
// (Renew); what is said of an earlier turn does not count.
//
// A receiver knows its senders, and its input is over when all have ended. One that wants no more rows says so
// (DataEnough): the sender drops what is for it, and ends when that is true of all its destinations.
//
// Rows for the client (Return), in chunks, have one destination a run, a run being what one
// instance returns: the leader's merge needs the head of every run, so runs must not
// compete for credits.
//
// Start with outbox.go, then inbox.go.
package exchange
