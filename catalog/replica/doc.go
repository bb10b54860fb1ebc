// Package replica keeps catalog/state under hashicorp/raft: every command is in
// the log, on disk, before it counts.
//
//	Propose(Command) ─► raft log (raft-wal, fsync) ─► fsm.Apply ─► *state.Catalog
//	                      │            ▲                 │
//	                   Streams ◄─► other leaders         ▼
//	                                      Catalog() ◄────┴── snapshots: DIR/snapshots
//
// A replica stands alone for ever (without Streams), or is one of several leaders, each with
// a vote: AddLearner, AddVoter, RemoveMember, Transfer. One of them is active: Leads.
//
// Invariants:
//   - What Propose reports as done is on disk and, with several voters, on the disks of a
//     majority of them.
//   - A new active leader first applies everything before it, then opens its
//     term in the catalog, and only then is active. Reads between Catalog and a
//     Confirm that succeeds are never stale, also if the process was stopped meanwhile.
//   - Transaction ids are never given out twice, not even by two leaders: they
//     come from the log, in blocks.
//   - An error of the log's disk is the last thing a replica does (store.go): Failed.
//     An error while a snapshot is written costs that snapshot only.
//
// Goroutines: raft's own (Shutdown ends them), one that watches leadership
// (watch.go), one that hands on raft's messages (transport.go); all end with Shutdown.
//
// Start with replica.go, then propose.go, watch.go; members.go for several leaders.
package replica
