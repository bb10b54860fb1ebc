// Package facts is what planning and code generation may rely on about stored rows.
//
//	footers of objects (node/rms) ─► Facts.Of ───────► codegen: what specialised code assumes; nodes check it again
//	counts of objects ─► kept.of ──► Statistics.Of ──► compiler/optimize: a table as it is in the version read
//	ANALYZE's objects ─► Analyzed ─┘
//	plans ─► Uses.Note ─► Uses.Of ─► ANALYZE: which columns matter, which are counted together
//
// Statistics.Of puts two sources together. What every load, small write and merge keeps (kept.go: rows, NULLs, bounds,
// widths, distinct values by sketches) is of the very version that a query reads; what ANALYZE has found (common
// values, histograms, a sample, combinations) is of then.
//
// All are memories over managed storage, and live as long as a leadership; what was made for a version of a table is
// found by the version's address. None is needed for a right answer: what cannot be read is planned without.
//
// Start reading at statistics.go, then kept.go.
package facts
