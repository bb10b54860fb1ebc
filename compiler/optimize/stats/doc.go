// Package stats is what is kept of a table for the planner.
//
//	rows (all or an even sample) ──Builder.AddRow──► Builder ──Finish──► Table ──msgp──► object in managed storage
//	a literal ──Column.Below, Column.Equal──► shares of the table's rows
//	a few rows ──Column.SampleValues──► values on which the planner has predicates evaluated
//
// The Table is a frozen value; its encoding is the object that state.Version.Stats names. What it holds depends on
// the rows alone, not on their order: rows of the sample are chosen by their values' hashes.
//
// Start with stats.go, then builder.go (what ANALYZE keeps) and share.go (what is asked of it).
package stats
