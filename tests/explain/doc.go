// Package explain checks the forms of plans that programs read: EXPLAIN (FORMAT JSON) as text, as JSON, and as pev2, a
// viewer of PostgreSQL's plans, shows it.
//
//	EXPLAIN (ANALYZE, FORMAT JSON) ─┬─► encoding/json: keys, numbers, sums
//	                                └─► pev2/read.mjs (Node, npm): what a person sees in pev2
//
// pev2's package is pinned in pev2/package.json and is installed by npm into the cache (SLIPHER_CACHE), once.
package explain
