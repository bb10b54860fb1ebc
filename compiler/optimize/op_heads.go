package optimize

import (
	"slices"

	"slipher/catalog/types"
	"slipher/compiler/expr"
	"slipher/compiler/plan"
	"slipher/runtime/program"
)

// headsRows is from how many rows on a table's headers are asked: a segment more costs what counting so many rows does.
const headsRows = 1 << 16

// heads makes a grouping without keys over a stored table take from the headers of row groups what they say exactly:
// the number of rows and of values, the least and the greatest value.
//
//	aggregate(count(*), min(k))(scan t)  →  one table filled by scan t, but for row groups that have heads,
//	                                        and by aggregate(sum(rows), min(min k))(heads of t)
//
// Which row groups those are is told while the query runs, by the version that it reads: no row of theirs is deleted,
// and the filter is true for all of them, as their least and greatest values say. scan is the segment that groups rows.
func (e *emitter) heads(n *aggrOp, scan *pipe, accs []*accum) {
	op, ok := n.in.(*scanOp)
	src := &scan.seg.Source
	if !ok || len(n.keys) > 0 || src.Kind != program.SourceScan || !scan.zoned || scan.seg.Sink.Kind != program.SinkAggr ||
		e.p.scanRows(op.scan) < headsRows {
		return
	}
	for _, st := range scan.seg.Steps {
		if _, ok := st.(*plan.Filter); !ok {
			return
		}
	}
	table := op.scan.Table
	if slices.Contains(src.ColNos, table.RowIDColumn()) {
		return
	}
	h := headsOf(src, len(table.Columns))
	sink := scan.seg.Sink
	sink.Aggs = nil
	var asked []string
	for i, a := range accs {
		agg := scan.seg.Sink.Aggs[i]
		if a.distinct != nil {
			return
		}
		var text string
		if agg.Arg, text, ok = h.ask(agg); !ok {
			return
		}
		agg.Fn = e.p.env.Fn.Merged(agg.Fn)
		sink.Aggs, asked = append(sink.Aggs, agg), append(asked, text)
	}
	src.Headed = true
	e.headed[op] = asked
	e.within(stage{of: op}, func() {
		seg := e.open(scan.seg.Where, h.src, nil).seg
		seg.Sink = sink
		e.fillers[sink.TableID] = append(e.fillers[sink.TableID], seg)
	})
}

// extremes are the heads that accumulators over values ask for.
var extremes = map[string]program.Head{"min": program.HeadMin, "max": program.HeadMax}

// heading is a source of heads under construction.
type heading struct {
	src  plan.Source
	scan *plan.Source
}

// headsOf begins a source of the heads of what a scan reads, with a column for each stored one of the scan's, by which
// its zone predicates name them: how many values there are. The rest of the scan's, at its end, is whether rows live.
func headsOf(scan *plan.Source, stored int) *heading {
	h := &heading{src: *scan, scan: scan}
	h.src.Kind, h.src.Cols, h.src.ColNos = program.SourceHeads, nil, nil
	for i, no := range scan.ColNos {
		if no < stored {
			h.add(program.HeadValues, i, plan.Column{Name: scan.Cols[i].Name, Type: types.TInt8})
		}
	}
	return h
}

// add is a column of one head more, of the scan's column col.
func (h *heading) add(head program.Head, col int, c plan.Column) *plan.Expr {
	no := 0
	if head != program.HeadRows {
		no = h.scan.ColNos[col]
	}
	h.src.Cols, h.src.ColNos, h.src.Heads = append(h.src.Cols, c), append(h.src.ColNos, no), append(h.src.Heads, head)
	return expr.Col(plan.Position(len(h.src.Cols)-1), c.Type, c.Nullable)
}

// ask is what agg of the scan's rows is made of by heads, and its text; false: they do not say that.
func (h *heading) ask(agg plan.Agg) (*plan.Expr, string, bool) {
	switch x := agg.Arg; {
	case x == nil:
		return h.add(program.HeadRows, 0, plan.Column{Name: "rows", Type: types.TInt8}), "count(*)", true
	case x.Kind != expr.Column:
		return nil, "", false
	case agg.Fn.In == nil:
		return expr.Col(x.Col, types.TInt8, false), "count(" + h.scan.Cols[x.Col].Name + ")", true
	default:
		c := h.scan.Cols[x.Col]
		head, ok := extremes[agg.Fn.Name]
		if !ok || !plan.HeadExact(c.Type) {
			return nil, "", false
		}
		return h.add(head, int(x.Col), plan.Column{Name: c.Name + "." + agg.Fn.Name, Type: c.Type, Nullable: true}),
			agg.Fn.Name + "(" + c.Name + ")", true
	}
}
