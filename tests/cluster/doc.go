// Package cluster runs Slipher as its users do: the built binary, as
// processes, spoken to by the PostgreSQL protocol.
//
//	Main ──build once──► binary ──Start(Shape)──► Cluster{Leader, Nodes} ──Connect──► Conn ──Exec──► Result (text)
//
// Shapes: OneProcess is `slipher start` with four slices; TwoNodes a leader and
// two nodes of two slices each, which share nothing but the storage URL. A
// Config adds the settings a script runs under; Covering and Product list them.
//
// Invariants: every directory lies below t.TempDir, every address is
// loopback with port 0 (or FreeAddress), every process is ended by its own id when the test
// ends, and a process that ends earlier fails the test with its log.
//
// Start reading at cluster.go.
package cluster
