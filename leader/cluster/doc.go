// Package cluster is the active leader's knowledge of its nodes: who is connected, and
// which slices each one works on. On a leader that stands by it sends nodes away.
//
//	catalog ──Facts──► Start ──wire.Lead──► nodes of the catalog
//	node ──wire.Register──► Cluster ──Propose──► catalog (node, slice map)
//	                           │ Deal(slices, workers)
//	leader/schedule ◄──Map─────┘
//
// Slices are data, nodes only caches: a slice can be dealt to any node at any
// time, and each query carries the map it was started with. So a lost node's
// slices go to the others at once, and some come back when it returns. Only at its start a
// leader waits, for Config.Grace, for the nodes that had slices under the leader before: else the
// first one back would get everything.
//
// A node that drains keeps its queries and gets no new ones: by SQL (kept in the catalog
// until it is undrained or removed), or for its process's end (until it registers again).
//
// Invariants: a Map is frozen; every slice in it has a connected node; the catalog is told of a
// deal before queries see it; nodes come and go one at a time (Cluster.change); what is
// asked of nodes goes out under the term of Facts, whatever higher one the process has heard of.
//
// Start with cluster.go; register.go is how nodes come and go, redeal.go how slices follow,
// deal.go shares them out.
package cluster
