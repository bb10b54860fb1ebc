// Package warehouse runs whole warehouses for tests: a leader with its node in
// one process, or a leader and several nodes that talk over loopback.
//
//	Main ──TestMain──► tests; child processes become compile workers
//	Start(t, Options) ──► *Warehouse ──Connect──► *pgx.Conn ──Query──► Result (texts)
//
// The parts run in the test's process; package cluster starts real processes.
//
// Invariants: all addresses are loopback with port 0, directories lie below
// t.TempDir (or Options.Dir, to start on one again), everything is closed when
// its test ends. TestMain of a package that uses this one calls Main.
//
// Start with Start in warehouse.go.
package warehouse
