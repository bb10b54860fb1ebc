package segment

import (
	"fmt"
	"testing"
	"time"

	"slipher/catalog/types"
	"slipher/compiler/plan"
	"slipher/runtime/exec"
	"slipher/runtime/mem"
	"slipher/runtime/page"
	"slipher/runtime/program"
)

// What an exchange costs: rows leave in pages for so many destinations, or stay in a saved table, and are read by a
// segment that adds up all their columns.
func BenchmarkExchange(b *testing.B) {
	narrow := []plan.Column{{Name: "k", Type: types.TInt8}, {Name: "v", Type: types.TInt8}}
	wide := append([]plan.Column(nil), narrow...)
	for i := range 6 {
		wide = append(wide, plan.Column{Name: fmt.Sprint("d", i), Type: types.TDecimal(30, 2)},
			plan.Column{Name: fmt.Sprint("n", i), Type: types.TInt4, Nullable: true})
	}
	text := append(append([]plan.Column(nil), wide...), plan.Column{Name: "s", Type: types.TVarchar(80)},
		plan.Column{Name: "t", Type: types.TVarchar(80)})
	for _, tier := range []exec.Tier{exec.Primitives, exec.Fused} {
		for _, l := range []struct {
			name string
			cols []plan.Column
		}{{"narrow", narrow}, {"wide", wide}, {"text", text}} {
			for _, dests := range []int{0, 1, 4, 16, 64} {
				name := fmt.Sprintf("tier=%d/%s/saved", tier, l.name)
				if dests > 0 {
					name = fmt.Sprintf("tier=%d/%s/dests=%d", tier, l.name, dests)
				}
				b.Run(name, func(b *testing.B) { exchange(b, tier, l.cols, dests) })
			}
		}
	}
}

func exchange(b *testing.B, tier exec.Tier, cols []plan.Column, dests int) {
	r := newRunner(b)
	const rows = 200_000
	t0, save0 := saves(cols)
	t1, save1 := saves(cols)
	t1.ID, save1.TableID = 1, 1
	move, read := save1, plan.Source{Kind: program.SourceTable, TableID: 1, Cols: cols}
	if dests > 0 {
		move = returns(cols)
		move.Kind, move.Dist, move.Keys = program.SinkDist, program.DistHash, []*plan.Expr{col(0, types.TInt8, false)}
		read = plan.Source{Kind: program.SourceReceive, Cols: cols}
	}
	t2 := &plan.Table{ID: 2, Kind: program.SinkAggr}
	sum := plan.Sink{Kind: program.SinkAggr, TableID: 2}
	for i, c := range cols {
		a := plan.Agg{Fn: operations.Accumulator("sum"), Arg: col(i, c.Type, c.Nullable)}
		out := plan.Column{Name: c.Name, Type: types.TDecimal(38, 0), Nullable: true}
		if c.Type.Phys() == types.Str {
			a.Fn, out.Type = operations.Accumulator("max"), c.Type
		}
		sum.Aggs, t2.Aggs = append(sum.Aggs, a), append(t2.Aggs, plan.AggInfo{Agg: a, Out: out})
	}
	q := &plan.Query{Tables: []*plan.Table{t0, t1, t2}, Segments: []*plan.Segment{
		{Source: rowsOf("t", cols), Sink: save0},
		{ID: 1, Source: plan.Source{Kind: program.SourceTable, Cols: cols}, Sink: move},
		{ID: 2, Source: read, Sink: sum}}}
	var data [][]types.Datum
	for i := range rows {
		var row []types.Datum
		for c := range cols {
			switch {
			case cols[c].Type.Phys() == types.Str:
				row = append(row, types.String(fmt.Sprintf("a text of row number %d", i%9)))
			case cols[c].Type.Phys() == types.I128:
				row = append(row, types.Int128(0, int64(i)))
			default:
				row = append(row, types.Int(int64(i*7919%rows)))
			}
		}
		data = append(data, row)
	}
	write, readTime := time.Hour, time.Hour // the least
	for b.Loop() {
		w, rd := r.exchanged(q, data, tier, dests)
		write, readTime = min(write, w), min(readTime, rd)
	}
	b.ReportMetric(float64(write.Nanoseconds())/rows, "ns-written/row")
	b.ReportMetric(float64(readTime.Nanoseconds())/rows, "ns-read/row")
	b.ReportMetric(0, "ns/op")
}

// exchanged is how long rows of table 0 took to leave, and to be read.
func (r *runner) exchanged(q *plan.Query, data [][]types.Datum, tier exec.Tier, dests int) (write, read time.Duration) {
	r.t.Helper()
	acct := mem.NewAccount("test", 0)
	xq := r.open(q, exec.Options{Tier: tier}, acct)
	defer r.closed(xq, acct)
	run := func(seg int, out exec.Output, dests int, feed func(x *exec.Instance)) time.Duration {
		x, err := xq.NewInstance(seg, -1, out, dests)
		if err != nil {
			r.t.Fatal(err)
		}
		start := time.Now()
		feed(x)
		if _, err := x.Finish(); err != nil {
			r.t.Fatal(err)
		}
		took := time.Since(start)
		x.Close()
		return took
	}
	parts := func(table int) func(x *exec.Instance) {
		return func(x *exec.Instance) {
			for _, p := range xq.Parts(table) {
				x.SetPart(p)
				if _, err := x.Run(); err != nil {
					r.t.Fatal(err)
				}
			}
		}
	}
	run(0, nil, 0, func(x *exec.Instance) {
		for _, c := range chunks(r.t, acct, q.Segments[0].Source.Cols, data) {
			x.SetChunk(c)
			if _, err := x.Run(); err != nil {
				r.t.Fatal(err)
			}
		}
	})
	out := &collect{}
	write = run(1, out, dests, parts(0))
	if dests == 0 {
		return write, run(2, nil, 0, parts(1))
	}
	return write, run(2, nil, 0, func(x *exec.Instance) {
		for _, b := range out.sent {
			x.SetPage(b.(*page.Page))
			if _, err := x.Run(); err != nil {
				r.t.Fatal(err)
			}
		}
	})
}
