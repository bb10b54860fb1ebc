package optimize

import (
	"slipher/compiler/algebra"
	"slipher/compiler/plan"
	"slipher/runtime/program"
)

// textOp is COPY's input.
type textOp struct {
	props
	text *algebra.Text
}

// textRows is how many rows COPY's input is taken to have.
const textRows = 1000

func (p *planner) text(n *algebra.Text) physical {
	for _, c := range n.Cols {
		p.describe(c, nil, textRows)
	}
	return &textOp{props: props{cols: n.Cols, rows: textRows, dist: dist{kind: distEven}}, text: n}
}

func (n *textOp) emit(e *emitter, _ algebra.IDs) (*pipe, error) {
	var cols []plan.Column
	var ids []algebra.ColumnID
	for _, c := range n.text.Cols { // all: the load kernel splits them anyway
		cols, ids = append(cols, planColumn(c)), append(ids, c.ID)
	}
	return e.open(plan.EverySlice, plan.Source{Kind: program.SourceText, Cols: cols}, ids), nil
}

func (n *textOp) explain(x *explainer, line *plan.Node, _ algebra.IDs) *plan.Node {
	line.Type, line.TotalCost = "Copy", showRow*n.rows
	return line
}
