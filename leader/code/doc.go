// Package code turns plans into what nodes run, and keeps it.
//
//	plan.Query ──Maker.Compile──► Compiled ─┬─ Code: programs, at once
//	                                        └─ Fused ─► flights ─► llvm.Pool ─► artifact, signed and cached
//
// A Shop is the process's: compile workers, what is being compiled, the cache that clusters of a machine share. A
// Maker is a leadership's: it signs with the cluster's key, and caches in managed storage.
//
// Start with compile.go.
package code
