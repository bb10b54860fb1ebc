// Package sim runs the leaders' state machine, transactions and housekeeping in one
// goroutine at a time, under a scheduler that a seed decides.
//
//	seed ─► Sim ─┬─ actors: transactions, keepers, take-overs (coroutines, one runs at a time)
//	             ├─ replicated log: proposals ─► committed entries ─► each leader's replica
//	             ├─ faults: elections, crashes, pauses, lost replies, snapshots, failing storage
//	             └─ model: what each table must hold after each entry ─► violations
//
// The code under test is the product's own: catalog/state, leader/txn (Manager,
// Txn), leader/keep (Keeper: flushes, merges, garbage, orphans). What is simulated is
// raft, clocks, managed storage, the nodes that write rows, and clients.
//
// Actors hand over at calls of the log and of the storage, and nowhere else. The same
// seed gives the same run to the last byte of its trace: a failure is repeated by
//
//	go test ./tests/sim -run TestSeed -seed N -v
//
// Invariants that are checked: an acknowledged commit counts exactly once and one that
// failed never; tables hold what the committed transactions left in them, whatever was
// merged; replicas and restored snapshots are equal byte for byte; a transaction reads its
// snapshot and its own changes, and at the active leader no older one than what was acknowledged; SERIALIZABLE ones
// read what they would have read at their commit; nothing in use is deleted from storage and everything else is in the
// end; ids and names are given once.
//
// Mutations break one guard each at the boundary of the log or the keeper (the fence,
// transaction ids, conflicts…): the tests want them to be noticed.
//
// Start reading at sim.go, then log.go and client.go.
package sim
