// Package replica keeps catalog/state under hashicorp/raft: every command is in
// the log, on disk, before it counts.
//
//	Propose(Command) ─► raft log (raft-wal, fsync) ─► fsm.Apply ─► *state.Catalog
//	                                                     │
//	                              Catalog() ◄────────────┘   snapshots: DIR/snapshots
//
// One voter today, without a transport. Options.Streams takes a raft.StreamLayer
// (node/wire's RaftStreams), for leaders that talk over the cluster's own connections.
//
// Invariants:
//   - What Propose reports as done is on disk and, with several voters, on a
//     majority of them.
//   - A new active leader first applies everything before it, then opens its
//     term in the catalog, and only then is active: reads on it are never stale.
//   - Transaction ids are never given out twice, not even by two leaders: they
//     come from the log, in blocks.
//
// Goroutines: raft's own (Shutdown ends them) and one that watches leadership
// (watch.go), which ends with Shutdown too.
//
// Start with replica.go.
package replica
