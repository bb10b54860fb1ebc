package optimize

import (
	"math"

	"slipher/compiler/algebra"
	"slipher/compiler/plan"
	"slipher/runtime/program"
)

// valuesOp is literal rows.
type valuesOp struct {
	props
	values *algebra.Values
}

func (p *planner) values(n *algebra.Values) physical {
	for _, c := range n.Cols {
		p.describe(c, nil, float64(n.Len()))
	}
	return &valuesOp{values: n, props: props{cols: n.Cols, rows: math.Max(1, float64(n.Len())),
		dist: dist{kind: distSingle}, one: n.Len() <= 1}}
}

func (n *valuesOp) emit(e *emitter, want algebra.IDs) (*pipe, error) {
	src := plan.Source{Kind: program.SourceValues, Values: [][]*plan.Expr{}}
	var ids []algebra.ColumnID
	var at []int
	for i, c := range n.values.Cols {
		if want[c.ID] {
			src.Cols, ids, at = append(src.Cols, planColumn(c)), append(ids, c.ID), append(at, i)
		}
	}
	if n.values.Literals != nil {
		if len(at) == 0 { // rows that are only counted
			src.Values = make([][]*plan.Expr, n.values.Len())
			return e.open(e.where(n.dist), src, ids), nil
		}
		src.Kind, src.Values = program.SourceLiterals, nil
		for _, k := range at {
			src.Literals = append(src.Literals, n.values.Literals[k])
		}
		return e.open(e.where(n.dist), src, ids), nil
	}
	for _, row := range n.values.Rows {
		out := make([]*plan.Expr, len(at))
		for i, k := range at {
			out[i] = withoutColumns(row[k])
		}
		src.Values = append(src.Values, out)
	}
	return e.open(e.where(n.dist), src, ids), nil
}

func (n *valuesOp) explain(x *explainer, line *plan.Node, _ algebra.IDs) *plan.Node {
	line.Type, line.TotalCost = "Result", showRow*n.rows
	if n.values.Len() == 0 {
		line.Details = []plan.Detail{{Label: "One-Time Filter", Text: "false"}}
	}
	return line
}
