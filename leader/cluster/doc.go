// Package cluster is the leader's knowledge of its nodes: who is connected, and
// which slices each one works on.
//
//	node ──wire.Register──► Cluster ──callback──► catalog (node, slice map)
//	                           │ Deal(slices, workers)
//	leader/schedule ◄──Map─────┘
//
// Slices are data, nodes only caches: a slice can be dealt to any node at any
// time, and each query carries the map it was started with. So a lost node's
// slices go to the others at once, and back when it returns.
//
// Invariants: a Map is frozen; the catalog is told of a deal before queries see
// it; nodes come and go one at a time (Cluster.change).
//
// Start with cluster.go; deal.go shares slices out.
package cluster
