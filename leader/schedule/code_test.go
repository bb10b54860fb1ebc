package schedule_test

import (
	"sort"
	"testing"

	"slipher/catalog/fn"
	"slipher/catalog/types"
	"slipher/codegen"
	"slipher/compiler/expr"
	"slipher/compiler/plan"
	"slipher/leader/schedule"
	"slipher/node/worker"
	"slipher/runtime/exec"
	"slipher/runtime/program"
)

// Generated code on every shape of the cluster: scan, filter, exchange by hash,
// partial and final aggregates, sort, merge.
func TestGeneratedCode(t *testing.T) {
	fns := fn.Default()
	e, err := exec.NewEngine(fns)
	if err != nil {
		t.Fatal(err) // without primitives it says what to run
	}
	col := func(n plan.Position) *plan.Expr { return expr.Col(n, types.TInt8, false) }
	cols := []plan.Column{{Name: "x", Type: types.TInt8}}
	par := &plan.Expr{Kind: expr.Parameter, Type: types.TInt8, Param: 0}
	ge := expr.CallOf(fns.Op("ge"), types.TBool, nil, col(0), par)
	count := plan.Agg{Fn: fns.Accumulator("count")}
	final := plan.Agg{Fn: fns.Accumulator("sumn"), Arg: col(1)}
	two := []plan.Column{{Name: "x", Type: types.TInt8}, {Name: "n", Type: types.TInt8}}
	table := func(id int, a plan.Agg) *plan.Table {
		return &plan.Table{ID: id, Kind: program.SinkAggr, Keys: cols, Aggs: []plan.AggInfo{{Agg: a, Out: two[1]}}}
	}
	q := &plan.Query{
		Params:  []plan.Param{{Type: types.TInt8, Value: types.Int(2990)}},
		Streams: [][]int{{0}, {1, 2}, {3}, {4}},
		Merge:   plan.Merge{Sorted: true, LimitParam: -1, OffsetParam: -1},
		Output:  []plan.OutputColumn{{Name: "x", Type: types.TInt8}, {Name: "n", Type: types.TInt8}},
		Tables: []*plan.Table{table(0, count), table(1, final),
			{ID: 2, Kind: program.SinkSort, Payload: two, EmitKey: true}},
		Segments: []*plan.Segment{
			{ID: 0, Stream: 0, Source: plan.Source{Kind: program.SourceScan, Table: &plan.TableRef{ID: 1}, Cols: cols,
				ColNos: []int{0}, Zone: []plan.ZonePred{{Op: ">="}}},
				Steps: []plan.Step{&plan.Filter{Preds: []*plan.Expr{ge}}},
				Sink:  plan.Sink{Kind: program.SinkAggr, TableID: 0, Keys: []*plan.Expr{col(0)}, Aggs: []plan.Agg{count}}},
			{ID: 1, Stream: 1, Source: plan.Source{Kind: program.SourceTable, TableID: 0, Cols: two},
				Sink: plan.Sink{Kind: program.SinkDist, Exchange: 0, Dist: program.DistHash, Keys: []*plan.Expr{col(0)},
					Cols: []*plan.Expr{col(0), col(1)}}},
			{ID: 2, Stream: 1, Source: plan.Source{Kind: program.SourceReceive, Exchange: 0, Cols: two},
				Sink: plan.Sink{Kind: program.SinkAggr, TableID: 1, Keys: []*plan.Expr{col(0)}, Aggs: []plan.Agg{final}}},
			{ID: 3, Stream: 2, Source: plan.Source{Kind: program.SourceTable, TableID: 1, Cols: two},
				Sink: plan.Sink{Kind: program.SinkSort, TableID: 2, Payload: []*plan.Expr{col(0), col(1)},
					Order: []plan.SortKey{{Expr: col(0), Desc: true}}, LimitParam: -1, OffsetParam: -1}},
			{ID: 4, Stream: 3, Source: plan.Source{Kind: program.SourceTable, TableID: 2,
				Cols: append(two, plan.Column{Name: "key", Type: types.TText})},
				Sink: plan.Sink{Kind: program.SinkReturn, Cols: []*plan.Expr{col(0), col(1),
					{Kind: expr.Column, Type: types.TText, Col: 2}}}},
		},
	}
	codes, err := codegen.Compile(q, codegen.Options{Fns: fns})
	if err != nil {
		t.Fatal(err)
	}
	var segs []schedule.Code
	for _, c := range codes {
		segs = append(segs, schedule.Code{General: c.General.Program})
	}
	for _, sh := range shapes {
		t.Run(sh.String(), func(t *testing.T) {
			c := newCluster(t, sh, worker.FromExec(e))
			c.load(3000)
			for _, vector := range []int{0, 1, 3} {
				env := c.env()
				env.Options.VectorRows, env.Options.TableStart = vector, 8
				params, err := schedule.Params(q, nil)
				if err != nil {
					t.Fatal(err)
				}
				rows, err := c.sv.Run(t.Context(), q, segs, params, env)
				if err != nil {
					t.Fatal(err)
				}
				var got []int64
				for rows.Next(t.Context()) {
					if n := rows.Chunk().Int(1, rows.Row()); n != slices {
						t.Errorf("count %d", n)
					}
					got = append(got, rows.Chunk().Int(0, rows.Row()))
				}
				if err := rows.Close(); err != nil {
					t.Fatal(err)
				}
				if len(got) != 10 || !sort.SliceIsSorted(got, func(i, j int) bool { return got[i] > got[j] }) {
					t.Errorf("vectors of %d: %v", vector, got)
				}
			}
		})
	}
}
