package keep

import (
	"slipher/catalog/state"
	"slipher/catalog/types"
	"slipher/compiler/expr"
	"slipher/compiler/plan"
	"slipher/runtime/program"
)

// mergeQuery is the plan that writes a table's live rows anew, each slice's where they are: a scan of all
// columns and the row's address, and an insert that keeps the addresses.
func mergeQuery(t *state.Table) *plan.Query {
	ref := &plan.TableRef{ID: uint64(t.ID), Schema: t.Schema, Name: t.Name, Version: t.Version.Number}
	seg := &plan.Segment{Source: plan.Source{Kind: program.SourceScan, Table: ref}}
	if t.Effective == state.DistAll { // stored once, on slice 0
		seg.Where = plan.OneSlice
	}
	src, sink := &seg.Source, &seg.Sink
	column := func(name string, typ types.Type, nullable bool, no int) *plan.Expr {
		src.Cols = append(src.Cols, plan.Column{Name: name, Type: typ, Nullable: nullable})
		src.ColNos = append(src.ColNos, no)
		return expr.Col(plan.Position(len(src.Cols)-1), typ, nullable)
	}
	*sink = plan.Sink{Kind: program.SinkInsert, RowIDs: true, LimitParam: -1, OffsetParam: -1}
	for i, c := range t.Columns {
		sink.Cols = append(sink.Cols, column(c.Name, c.Type, !c.NotNull, i))
	}
	sink.Cols = append(sink.Cols, column("rowid", types.TInt8, false, t.RowIDColumn()))
	seg.Steps = []plan.Step{&plan.Filter{Preds: []*plan.Expr{column("live", types.TBool, false, t.LiveColumn())}}}
	return &plan.Query{Segments: []*plan.Segment{seg}, Streams: [][]int{{0}}, Insert: &plan.InsertTarget{Table: ref},
		Delete: ref,
		Merge:  plan.Merge{LimitParam: -1, OffsetParam: -1}}
}

// only is t with no other objects than these.
func only(t *state.Table, refs []state.ObjectRef) *state.Table {
	own := *t
	own.Version.Objects = state.MakeObjects(refs...)
	own.Version.Rows = 0
	for i := range refs {
		own.Version.Rows += refs[i].Live()
	}
	return &own
}
