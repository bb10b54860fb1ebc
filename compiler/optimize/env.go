package optimize

import (
	"slipher/catalog/fn"
	"slipher/catalog/state"
	"slipher/compiler/optimize/stats"
)

// Env is what planning needs to know of the cluster. The same Env and statement
// always give the same plan.
type Env struct {
	Slices int // of the whole cluster, at least 1
	Nodes  int // compute nodes, at least 1
	// Fn is the table of operations.
	Fn *fn.Table
	// Joins says in which order relations are joined.
	Joins JoinOrder
	// Filters says where rows are dropped early that will find nothing in a join's table.
	Filters Filters
	// Stats gives ANALYZE's result for a table, nil if there is none. May be nil itself.
	Stats func(t *state.Table) *stats.Table
	// Samples evaluates on rows of tables; nil: estimates do without.
	Samples *Samples
	// Used hears of columns of tables, by their numbers: of one that is used in a condition, a join or a grouping, of
	// several whose combinations an estimate has asked for. May be nil.
	Used func(t *state.Table, cols []int)
}
