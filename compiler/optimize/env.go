package optimize

import (
	"slipher/catalog/fn"
	"slipher/catalog/state"
	"slipher/catalog/types"
	"slipher/compiler/algebra"
	"slipher/compiler/optimize/stats"
	"slipher/compiler/plan"
)

// Env is what planning needs to know of the cluster. The same Env and statement
// always give the same plan.
type Env struct {
	Slices int // of the whole cluster, at least 1
	Nodes  int // compute nodes, at least 1
	// Fn is the table of operations.
	Fn *fn.Table
	// Stats gives ANALYZE's result for a table, nil if there is none. May be nil itself.
	Stats func(t *state.Table) *stats.Table
	// Fold evaluates an expression without columns, whose parameters are literals, by
	// running it as generated code on the leader. May be nil; an error leaves the
	// expression as it is, to fail when rows reach it. Folded bounds reach zone maps.
	Fold func(e *algebra.Expr, params []plan.Param) (types.Datum, error)
}
