// Package schedule runs planned queries on the cluster.
//
//	plan.Query, programs, parameters ──Run──► wire.StartQuery ──► every node taking part
//	                                          stream by stream, a loop as one: wire.RunStream ──► wire.StreamDone
//	nodes ──chunks──► Returns ──merge, offset, limit──► Rows ──► the client's protocol
//	COPY: text batches ──credits──► nodes
//	objects written ──► Env.Commit (the catalog)
//
// The leader gives out work and gathers rows; it evaluates nothing. Queries
// without user tables, and segments that run on the leader, go through the same messages to
// the leader's own executor.
//
// A query belongs to the leader's term it was started in: its id and all it asks of nodes carry
// it, and a higher one ends it. Lost tells failures that are not the query's own.
//
// Whatever goes wrong on one node (an error in a row, a lost link, a cancel)
// ends the query on all of them, with the first error. A query's end is always: cancel
// unless it ended well, wait, free (EndQuery) everywhere.
//
// Start reading at run.go; assign.go says who does what.
package schedule
