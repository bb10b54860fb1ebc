// Package stats is what ANALYZE keeps of a table for the planner.
//
//	rows (all or a sample) ──Builder.AddRow──► Builder ──Finish──► Table ──msgp──► object in managed storage
//
// The Table is a frozen value; its encoding is the object that state.Version.Stats names.
//
// Start with stats.go, then builder.go.
package stats
