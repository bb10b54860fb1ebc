// Package node is the process object of a compute node.
//
//	Start ──wire.Register──► leader ──wire.Registered──► storage, cache, worker.Executor
//	                            └────wire.NotActive────► the leader that is the active one
//	new active leader ──wire.Lead──► Node: registers there
//	leader ──queries──► Node (wire.Handler) ──► Executor
//
// A node owns nothing: its directory holds copies, its slices are the leader's to deal. It
// keeps a link to the active leader and registers again whenever that was lost, with any leader
// it was given or was told of.
//
// Invariants: a node obeys the leader of the highest term it has seen; when it sees a higher one it
// ends what lower ones began. What such queries have written belongs to no table.
//
// Start with node.go; register.go finds the leader.
package node
