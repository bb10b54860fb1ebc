// Package worker runs segments on a node: one scheduler for all queries, a few
// workers, and what a query needs around its instances.
//
//	wire.StartQuery ──Executor.Call──► query ── segments, inboxes, outboxes, loaders
//	wire.RunStream ───────────────────► instances ──Scheduler──► worker: claim, feed a morsel, Run, let go
//	wire.Data ──Executor.Data──► inbox, credits, loop               │
//	wire.StreamDone ◄── all segments of the stream have ended ◄─────┘
//
// A worker never waits inside a segment. It claims an instance that has
// something to do: output that was refused and would be taken now, a morsel of a scan, a part of a
// table, a received page, or its end. Whatever is missing (a credit, a block, a page) keeps the
// instance unclaimed, and its arrival wakes the scheduler. Segments further downstream go first, queries in turn:
// so one worker and one credit suffice for progress.
//
// A scan's row groups are stored ones (scan_list.go) and those that small objects make together
// (scan_small.go); columns that nobody stores, row addresses and whether a row lives, are added to them
// (scan_made.go). Of row groups that are not read, because their headers say all that is asked, another source has a
// row each (source_heads.go). What sinks delete are sets of addresses (rowset.go). Streams of a loop run again, with
// segments and exchanges that stay, as the nodes agree among themselves (loop.go).
//
// What a scan need not read, its rules say (scan_rules.go: rows that are deleted, zone maps, keys of joins' tables,
// what the first rows of an order are so far): of a row group before it is fetched, of a section before it is handed
// out. A rule is a row there and a kind of wire.Skip, by which EXPLAIN ANALYZE tells them apart. Where time goes is
// measured if somebody asks (measure.go).
//
// Invariants: everything named "guarded by the scheduler's lock" is touched only under it; an
// instance is run by one worker at a time; after stop no worker is inside the query's code, and end
// frees all, which the query's memory account proves.
//
// Start reading at scheduler.go, then segment.go, then query.go.
package worker
