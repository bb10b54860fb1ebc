package optimize

import (
	"math"
	"slices"

	"slipher/catalog/types"
	"slipher/compiler/algebra"
	"slipher/compiler/expr"
	"slipher/compiler/plan"
	"slipher/runtime/program"
)

// scanOp reads a stored table or catalog relation and filters.
type scanOp struct {
	props
	scan  *algebra.Scan
	preds []*algebra.Expr
	once  bool // an ALL table, dealt out over the slices
}

func (p *planner) scan(n *algebra.Scan, preds []*algebra.Expr) physical {
	base := p.scanRows(n)
	preds = p.orderPreds(preds)
	s := &scanOp{scan: n, preds: preds}
	s.cols = n.Cols
	s.rows = math.Max(1, base*p.selectivity(preds))
	p.noteLeft(s)
	s.cost = base * (costScanRow + costScanByte*p.width(p.reads.some(n.Cols)) + costPredicate*float64(len(preds)))
	p.passed(n.Cols, preds...)
	switch {
	case p.leader || n.Table == nil:
		s.dist = dist{kind: distSingle}
	default:
		s.dist = tableDist(n.Table, n.Cols, n.ColNos)
		if s.dist.kind == distAll {
			s.cost *= float64(p.env.Nodes) // every node reads it
		}
	}
	return s
}

func (n *scanOp) emit(e *emitter, want algebra.IDs) (*pipe, error) {
	want = union(want, n.preds)
	src := plan.Source{Kind: program.SourceScan, Once: n.once}
	var ids []algebra.ColumnID
	for i, c := range n.scan.Cols {
		if !want[c.ID] {
			continue
		}
		src.Cols, ids = append(src.Cols, planColumn(c)), append(ids, c.ID)
		if i < len(n.scan.ColNos) {
			src.ColNos = append(src.ColNos, n.scan.ColNos[i])
		}
	}
	if t := n.scan.Table; t != nil {
		src.Table = tableRef(t, n.scan.Alias)
	} else {
		src.Kind, src.Rows = program.SourceRows, n.scan.Relation
	}
	live := -1
	var content Content
	if n.scan.Table != nil {
		content = ContentOf(n.scan.Table)
	}
	if content.Deleted {
		live = len(src.Cols)
		src.Cols, src.ColNos = append(src.Cols, plan.Column{Name: "live", Type: types.TBool}),
			append(src.ColNos, n.scan.Table.LiveColumn())
	}
	p := e.open(e.where(n.dist), src, ids)
	preds := p.exprs(n.preds)
	if src.Table != nil {
		p.seg.Source.Zone, p.zoned = e.p.zone(preds, src.Cols)
	}
	if live >= 0 {
		preds = slices.Insert(preds, liveAt(content, preds), expr.Col(plan.Position(live), types.TBool, false))
	}
	if len(preds) > 0 {
		p.step(&plan.Filter{Preds: preds})
	}
	return p, nil
}

// liveAt is the place among a scan's predicates from which on nothing is computed for deleted rows: in front of the
// first that may fail, else behind all. Comparisons run fastest while no row has been left out, and leave out more than
// deletes do (a tenth deleted cost a filter of three comparisons as much as all the rest, in front of it). If
// most rows are deleted: first.
func liveAt(c Content, preds []*plan.Expr) int {
	if c.MostlyDeleted {
		return 0
	}
	for i, e := range preds {
		if e.MayFail() || e.Volatile() {
			return i
		}
	}
	return len(preds)
}

func (op *scanOp) explain(x *explainer, n *plan.Node, _ algebra.IDs) *plan.Node {
	name := op.scan.Relation
	if op.scan.Table != nil {
		name = op.scan.Table.Name
	}
	n.Type, n.Relation, n.Alias = "Seq Scan", name, op.scan.Alias
	if op.scan.Table != nil {
		n.Schema = op.scan.Table.Schema
	}
	n.Before = x.e.source(op)
	base := x.p.scanRows(op.scan)
	ops := 0
	for _, e := range op.preds {
		e.Walk(func(c *algebra.Expr) {
			if c.Kind == expr.Call || c.Kind == expr.InList || c.Kind == expr.IsNull || c.Kind == expr.IsNotNull {
				ops++
			}
		})
	}
	n.TotalCost = base * (showRow + showOp*float64(ops))
	preds, once := oneTime(op.preds)
	if len(preds) > 0 {
		n.Details = []plan.Detail{{Label: "Filter", Text: x.predText(preds)}}
	}
	if asked := x.e.headed[op]; asked != nil {
		n.Details = append(n.Details, plan.Detail{Label: "Block Metadata", List: asked})
	}
	return x.once(n, once)
}

func (n *scanOp) dealOut(p *planner) physical {
	c := *n
	c.once, c.dist = true, dist{kind: distEven}
	c.cost /= float64(p.env.Nodes)
	return &c
}
