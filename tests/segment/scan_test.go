package segment

import (
	"fmt"
	"testing"

	"slipher/catalog/types"
	"slipher/codegen"
	"slipher/codegen/lower"
	"slipher/compiler/plan"
	"slipher/runtime/block"
	"slipher/runtime/exec"
	"slipher/runtime/kernels/codec"
	"slipher/runtime/kernels/heap"
	"slipher/runtime/mem"
	"slipher/runtime/offheap"
	"slipher/runtime/program"
)

// rowGroup encodes one BIGINT column; nil values are NULL.
func rowGroup(t testing.TB, vals []int64, nullEvery int) *block.RowGroup {
	t.Helper()
	n := len(vals)
	vp, np := heap.AllocZero(8*n+64), heap.AllocZero(n+64)
	t.Cleanup(func() { heap.Free(vp); heap.Free(np) })
	values, nulls := offheap.Of(vp, 8*n+64), offheap.Of(np, n+64)
	copy(offheap.Slice[int64](values, 0, n), vals)
	for i := 0; nullEvery > 0 && i < n; i += nullEvery {
		offheap.Set[byte](nulls, int64(i), 1)
	}
	var e block.Encoder
	defer e.Close()
	m, data, err := e.Encode(&codec.Column{Class: types.I64, Rows: n, Values: values, Nulls: nulls}, types.TDecimal(18, 0),
		"")
	if err != nil {
		t.Fatal(err)
	}
	body := heap.Alloc(len(data) + 64)
	t.Cleanup(func() { heap.Free(body) })
	off := offheap.Of(body, len(data)+64).Bytes(0, len(data))
	copy(off, data)
	return block.Open(&block.RowGroupMeta{Rows: int32(n), Cols: []block.BlockMeta{m}}, []types.Type{types.TDecimal(18, 0)},
		func(int) ([]byte, error) { return off, nil })
}

// A specialised program claims that values are narrow and never NULL. Row
// groups for which that does not hold run the general variant: one sum, whatever runs.
func TestGuardsFail(t *testing.T) {
	r := newRunner(t)
	dec := types.TDecimal(18, 0)
	prod := call("mul_nc", types.TDecimal(37, 0), col(0, dec, true), col(0, dec, true))
	sum := plan.Agg{Fn: operations.Accumulator("sum"), Arg: prod}
	cnt := plan.Agg{Fn: operations.Accumulator("count"), Arg: col(0, dec, true)}
	d38 := types.TDecimal(38, 0)
	q := &plan.Query{
		Tables: []*plan.Table{{Kind: program.SinkAggr, Aggs: []plan.AggInfo{{Agg: sum,
			Out: plan.Column{Type: d38, Nullable: true}}, {Agg: cnt, Out: plan.Column{Type: types.TInt8}}}}},
		Segments: []*plan.Segment{
			{Source: plan.Source{Kind: program.SourceScan, Table: &plan.TableRef{ID: 1}, ColNos: []int{0},
				Cols: []plan.Column{{Name: "d", Type: dec, Nullable: true}}},
				Sink: plan.Sink{Kind: program.SinkAggr, Aggs: []plan.Agg{sum, cnt}}},
			{ID: 1, Source: plan.Source{Kind: program.SourceTable,
				Cols: []plan.Column{{Type: d38, Nullable: true}, {Type: types.TInt8}}},
				Sink: plan.Sink{Kind: program.SinkReturn, Cols: []*plan.Expr{col(0, d38, true), col(1, types.TInt8, false)}}}}}
	narrow, wide, nulls := make([]int64, 5000), make([]int64, 3000), make([]int64, 2500)
	for i := range narrow {
		narrow[i] = int64(i%100 - 50)
	}
	for i := range wide {
		wide[i] = int64(i+1) * 100_000_000_000_000
	}
	for i := range nulls {
		nulls[i] = int64(i % 10)
	}
	codes, err := codegen.Compile(q, codegen.Options{Fns: fns,
		Facts: func(*plan.TableRef, int) lower.Facts { return lower.Facts{NoNulls: true, Bits: 7} }})
	if err != nil {
		t.Fatal(err)
	}
	if codes[0].Special == nil {
		t.Fatal("no special variant")
	}
	for name, o := range shapes() {
		got, special := r.scanSum(q, codes, o, rowGroup(t, narrow, 0), rowGroup(t, wide, 0), rowGroup(t, nulls, 7))
		// sum of squares of -50..49 fifty times, 10^28 * sum of squares up to 3000, and of 0..9 but for every seventh row
		if want := "90045005000000000000000000000004228535|10142"; got != want {
			t.Errorf("%s: got %s, want %s", name, got, want)
		}
		if special != 1 {
			t.Errorf("%s: %d inputs ran the special variant, want 1", name, special)
		}
	}
}

func (r *runner) scanSum(q *plan.Query, codes []*codegen.Code, o exec.Options, groups ...*block.RowGroup) (string,
	int64) {
	r.t.Helper()
	acct := mem.NewAccount("test", 0)
	var segs []exec.Code
	for _, c := range codes {
		x := exec.Code{General: c.General.Program}
		if c.Special != nil {
			x.Special = c.Special.Program
		}
		segs = append(segs, x)
	}
	xq, err := r.e.NewQuery(segs, nil, acct, o)
	if err != nil {
		r.t.Fatal(err)
	}
	defer xq.Close()
	if o.Tier == exec.Fused {
		for i, c := range codes {
			r.fuse(xq, i, c)
			if c.Special != nil {
				r.fuseVariant(xq, i, true, c.Special)
			}
		}
	}
	in, err := xq.NewInstance(0, -1, nil, 0)
	if err != nil {
		r.t.Fatal(err)
	}
	for _, g := range groups {
		if err := in.SetScan(g, 0, g.Rows()); err != nil {
			r.t.Fatal(err)
		}
		if _, err := in.Run(); err != nil {
			r.t.Fatal(err)
		}
	}
	if _, err := in.Finish(); err != nil {
		r.t.Fatal(err)
	}
	out := &collect{}
	ret, err := xq.NewInstance(1, -1, out, 1)
	if err != nil {
		r.t.Fatal(err)
	}
	for _, p := range xq.Parts(0) {
		ret.SetPart(p)
		if _, err := ret.Run(); err != nil {
			r.t.Fatal(err)
		}
	}
	if _, err := ret.Finish(); err != nil {
		r.t.Fatal(err)
	}
	_, special := in.Tiers()
	return row(out.sent, q.Segments[1].Sink.Cols), special
}

// row is the single row of cs; the chunks are freed.
func row(cs []batch, cols []*plan.Expr) string {
	s := ""
	for _, c := range cs {
		for i, e := range cols {
			if i > 0 {
				s += "|"
			}
			s += fmt.Sprint(types.FormatText(e.Type, c.Datum(i, 0)))
		}
		c.Free()
	}
	return s
}
