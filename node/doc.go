// Package node is the process object of a compute node.
//
//	Start ──wire.Register──► leader ──wire.Registered──► storage, cache, worker.Executor
//	leader ──queries──► Node (wire.Handler) ──► Executor
//
// A node owns nothing: its directory holds copies, its slices are the leader's to deal. It
// keeps a link to the leader and registers again whenever that was lost.
//
// Start with node.go.
package node
