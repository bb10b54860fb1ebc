// Package optimize turns a bound statement into a physical plan.
//
//	algebra.Statement ──pushdown──► algebra tree, predicates at their place
//	     ──planNode, join order──► physical operators with distribution
//	     ──emit──► plan.Query (streams, segments, steps) and EXPLAIN's tree
//
// Invariants: expressions name columns by algebra.ColumnID until emit turns them into layout positions; a
// physical operator is never changed once made (alternatives share it); an expression that may fail is evaluated only
// behind the filters and joins that stood before it.
//
// Start reading at planner.go, then phys.go and dist.go.
package optimize
