// Package inspect shows what a query is compiled to, for people, golden files
// and bug reports.
//
//	plan.Query, []*codegen.Code ──Print(words)──► lines: plan, segments, program, ir, opt, asm, sizes, times
//
// `slipher compile` and EXPLAIN (COMPILE …) print through it.
//
// Invariant: the same plan gives the same bytes, on every machine; only the word
// times shows what differs from run to run.
//
// Start with Print in inspect.go.
package inspect
