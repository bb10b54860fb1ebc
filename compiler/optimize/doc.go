// Package optimize turns a bound, rewritten statement into a physical plan.
//
//	algebra.Statement ──planner.node, join order──► physical operators with distribution
//	     ──emit──► plan.Query (streams, segments, steps) and EXPLAIN's tree
//
// Invariants: expressions name columns by algebra.ColumnID until emit turns them into layout positions; a
// physical operator is never changed once made (alternatives share it), but for joins of the finished tree, which are
// told what filters go between their sides (transfer.go); an expression that may fail is evaluated only behind the
// filters and joins that stood before it.
//
// A physical operator is a file (op_scan.go, op_join.go, …): how it is planned and emitted, and what EXPLAIN says of
// it.
//
// Start reading at planner.go, then op.go and dist.go.
package optimize
