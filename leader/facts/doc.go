// Package facts is what planning and code generation may rely on about stored rows.
//
//	footers of objects (node/rms) ─► Facts.Of ─────► codegen: what specialised code assumes; nodes check it again
//	ANALYZE's objects             ─► Statistics.Of ► compiler/optimize
//
// Both are caches over managed storage, and live as long as a leadership.
package facts
