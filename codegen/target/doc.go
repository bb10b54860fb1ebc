// Package target describes the machines that code is generated for.
//
//	level name ──ByLevel──► Target ──► emitters (what may be used), module text (triple, data layout),
//	                                   compile workers (CPU, features), artifact key
//
// Invariant: emitters ask a Target, never the host, so that the same plan gives
// the same bytes on every machine. Pure Go: nothing here needs libLLVM.
// The level of the running machine is runtime/prim's to find out (HostLevel).
package target
