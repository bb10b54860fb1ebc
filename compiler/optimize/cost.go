package optimize

import (
	"math"

	"slipher/compiler/algebra"
	"slipher/compiler/expr"
)

// Costs are in units of one simple operation on one row, summed over the whole
// cluster. They rank plans; EXPLAIN shows Redshift's formulas instead (explain.go).
const (
	costScanRow   = 1.0  // per row read
	costScanByte  = 0.02 // per byte of the columns read
	costPredicate = 0.3
	costProbe     = 4.0 // hash and compare, tables mostly beyond the first caches
	costBuild     = 11.0
	costBuildByte = 0.25
	costKeep      = 4.0 // a row that is kept, to be read again
	costKeepByte  = 0.15
	costMatch     = 0.5 // per pair
	costGroup     = 6.0
	costGroupByte = 0.15 // of text among the keys, hashed and compared with that of the group
	costSend      = 3.0  // per row into an exchange and out again
	costSendByte  = 0.15
	costSieve     = 2.0    // hash, and a word of a filter that the caches hold
	costFilterRow = 1.0    // per row of a table of whose keys a filter is made
	costTell      = 5_000  // a message from a node to another one that waits for it
	costStream    = 30_000 // one more stream: nodes are asked and wait for each other once more

	rowOverhead = 48 // bytes of a row in a table, beside its columns: hash, chain, directory, what is not filled
)

// sendCost is moving rows through an exchange once.
func sendCost(rows, width float64) float64 { return rows * (costSend + costSendByte*width) }

// tableCost is putting rows into a table of a join.
func tableCost(rows, width float64) float64 { return rows * (costBuild + costBuildByte*width) }

// groupCost is finding the group of a row.
func (p *planner) groupCost(keys []*algebra.Expr) float64 {
	cost := costGroup
	for _, k := range keys {
		if !k.Type.IsString() {
			continue
		}
		width := typeWidth(k.Type)
		if x := stripCasts(k); x.Kind == expr.Column && p.info[x.Col] != nil {
			width = p.colWidth(p.info[x.Col].col)
		}
		cost += costGroupByte * width
	}
	return cost
}

// lookCost is a look into a table of an operator's rows: one that outgrows the caches costs more.
func (p *planner) lookCost(q *props) float64 {
	if q.reach == 0 {
		q.reach = findCost(q.rows, p.rowWidth(q))
	}
	return q.reach
}

// findCost is a look into a table of rows so many bytes wide.
func findCost(rows, width float64) float64 {
	return costProbe * (1 + math.Log2(1+rows*(width+rowOverhead)/1e6)/4)
}
