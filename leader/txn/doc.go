// Package txn is transactions on the leader: a snapshot of the catalog, what the
// transaction has done on top of it, and the one command that makes it count.
//
//	Manager.Begin ─► Txn ──View──► *state.Catalog   snapshot + temporary tables + own operations
//	                  │ Do(ops) ──Catalog.Apply──► the next View; kept for the commit
//	                  │ Savepoint, RollbackTo, Release, Mark, Undo
//	                  │ Hold, Lock ──request──► lockTable: who has a table, who waits
//	                  └ Commit ──state.Command{Txn, Term, Pre, Reads, Ops}──► Log.Propose
//
// A transaction's operations go through the same Apply as the log's, so what it
// sees of itself is what the others will see. Ids of new objects come from a pool
// that was allocated in the log beforehand and are the same in both.
//
// Invariants:
//   - A commit is one command, or none: transactions that changed nothing but
//     temporary tables propose nothing.
//   - Commit says nil only when the command counts, and an error that is not
//     ErrUnknown only when it never will. A lost reply is asked for again under the
//     same id; a leader that was deposed meanwhile learns the outcome from its replica.
//   - From Lock to the end no other transaction of this leader's term changes the
//     table, and what was changed before is in the snapshot, or Lock fails.
//   - The catalog version that a transaction reads is pinned until it ends: Oldest.
//   - Nothing here waits or looks at a clock but through Options, and nothing starts
//     a goroutine: the simulation in tests/sim runs this very code.
//
// Start with txn.go, then commit.go, then lock.go.
package txn
