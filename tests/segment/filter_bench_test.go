package segment

import (
	"fmt"
	"testing"

	"slipher/catalog/types"
	"slipher/compiler/expr"
	"slipher/compiler/plan"
	"slipher/runtime/exec"
	"slipher/runtime/mem"
	"slipher/runtime/program"
)

// Two comparisons of scanned columns, then a count: what a filter costs by how many rows it keeps.
func BenchmarkFilter(b *testing.B) {
	t := types.TDecimal(18, 0)
	cnt := plan.Agg{Fn: operations.Accumulator("count")}
	for _, keep := range []int64{2, 50, 98} {
		q := &plan.Query{Params: []plan.Param{{Type: t, Value: types.Int(keep)}, {Type: t, Value: types.Int(-1)}},
			Tables: []*plan.Table{{Kind: program.SinkAggr, Aggs: []plan.AggInfo{{Agg: cnt,
				Out: plan.Column{Type: types.TInt8}}}}},
			Segments: []*plan.Segment{{Source: plan.Source{Kind: program.SourceScan, Table: &plan.TableRef{ID: 1},
				ColNos: []int{0}, Cols: []plan.Column{{Name: "d", Type: t, Nullable: true}}},
				Steps: []plan.Step{&plan.Filter{Preds: []*plan.Expr{{Kind: expr.Or, Type: types.TBool, Nullable: true,
					Args: []*plan.Expr{
						call("lt", types.TBool, col(0, t, true), param(0, t)), call("eq", types.TBool, col(0, t, true), param(1, t))}}}}},
				Sink: plan.Sink{Kind: program.SinkAggr, Aggs: []plan.Agg{cnt}}}}}
		vals := make([]int64, 128<<10)
		for i := range vals {
			vals[i] = int64(uint32(i*2654435761)>>8) % 100
		}
		for _, tier := range []exec.Tier{exec.Primitives, exec.Fused} {
			b.Run(fmt.Sprintf("keep=%d%%/tier=%d", keep, tier), func(b *testing.B) {
				r := newRunner(b)
				acct := mem.NewAccount("bench", 0)
				xq := r.open(q, exec.Options{Tier: tier}, acct)
				defer xq.Close()
				rg := rowGroup(b, vals, 7)
				in, err := xq.NewInstance(0, -1, nil, 0)
				if err != nil {
					b.Fatal(err)
				}
				b.SetBytes(int64(8 * len(vals)))
				for b.Loop() {
					if err := in.SetScan(rg, 0, rg.Rows()); err != nil {
						b.Fatal(err)
					}
					if _, err := in.Run(); err != nil {
						b.Fatal(err)
					}
				}
				b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(len(vals)), "ns/row")
			})
		}
	}
}
