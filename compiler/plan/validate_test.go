package plan

import (
	"strings"
	"testing"

	"slipher/catalog/fn"
	"slipher/catalog/types"
	"slipher/compiler/expr"
	"slipher/runtime/program"
)

// small is a valid plan: scan, aggregate, exchange, final, return.
func small() *Query {
	key := func() *Expr { return &Expr{Kind: expr.Column, Type: types.TInt4, Col: 0} }
	count := func() *Expr { return &Expr{Kind: expr.Column, Type: types.TInt8, Col: 1} }
	cols := []Column{{Name: "k", Type: types.TInt4}, {Name: "n", Type: types.TInt8}}
	aggs := []AggInfo{{Agg: Agg{Fn: rowCount}, Out: cols[1]}}
	return &Query{
		Streams: [][]int{{0}, {1, 2}, {3}},
		Params:  []Param{{Type: types.TInt4, Value: types.Int(7)}},
		Output:  []OutputColumn{{Name: "k", Type: types.TInt4}, {Name: "n", Type: types.TInt8}},
		Merge:   Merge{LimitParam: -1, OffsetParam: -1},
		Tables: []*Table{
			{ID: 0, Kind: program.SinkAggr, Keys: cols[:1], Aggs: aggs},
			{ID: 1, Kind: program.SinkAggr, Keys: cols[:1], Aggs: aggs},
		},
		Segments: []*Segment{
			{ID: 0, Source: Source{Kind: program.SourceScan, Table: &TableRef{Schema: "public", Name: "t"}, Cols: cols[:1],
				ColNos: []int{3},
				Zone:   []ZonePred{{Col: 0, Op: ">", Param: 0}}},
				Steps: []Step{&Filter{Preds: []*Expr{{Kind: expr.Call, Type: types.TBool, Op: fn.Default().Op("gt"),
					Args: []*Expr{key(), {Kind: expr.Parameter, Type: types.TInt4}}}}}},
				Sink: Sink{Kind: program.SinkAggr, TableID: 0, Keys: []*Expr{key()}, Aggs: []Agg{{Fn: rowCount}}}},
			{ID: 1, Stream: 1, Source: Source{Kind: program.SourceTable, TableID: 0, Cols: cols},
				Sink: Sink{Kind: program.SinkDist, Keys: []*Expr{key()}, Cols: []*Expr{key(), count()}}},
			{ID: 2, Stream: 1, Source: Source{Kind: program.SourceReceive, Cols: cols},
				Sink: Sink{Kind: program.SinkAggr, TableID: 1, Keys: []*Expr{key()},
					Aggs: []Agg{{Fn: fn.Default().Accumulator("sumn"), Arg: count()}}}},
			{ID: 3, Stream: 2, Source: Source{Kind: program.SourceTable, TableID: 1, Cols: cols},
				Sink: Sink{Kind: program.SinkReturn, Cols: []*Expr{key(), count()}}},
		},
	}
}

// Proves that Validate accepts a sound plan and notices each kind of damage.
func TestValidate(t *testing.T) {
	if err := Validate(small()); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		want   string
		damage func(q *Query)
	}{
		{"column 5 of a layout", func(q *Query) { q.Segments[3].Sink.Cols[0].Col = 5 }},
		{"used as bigint", func(q *Query) { q.Segments[3].Sink.Cols[0].Type = types.TInt8 }},
		{"nullable=true", func(q *Query) {
			q.Segments[2].Source.Cols = []Column{{Name: "k", Type: types.TInt4, Nullable: true}, q.Segments[2].Source.Cols[1]}
		}},
		{"not filled in an earlier stream", func(q *Query) {
			q.Segments[0].Stream, q.Streams = 1,
				[][]int{{}, {0, 1, 2}, {3}}
		}},
		{"no receiver", func(q *Query) { q.Segments[2].Source.Exchange = 4 }},
		{"2 columns returned, 3 expected", func(q *Query) { q.Merge.Sorted = true }},
		{"parameter 0 of 0", func(q *Query) { q.Params = nil }},
		{"zone predicate", func(q *Query) { q.Segments[0].Source.Zone[0].Col = 1 }},
		{"a predicate of type integer", func(q *Query) { q.Segments[0].Steps[0].(*Filter).Preds[0].Type = types.TInt4 }},
		{"out of order", func(q *Query) { q.Streams = [][]int{{0}, {2, 1}, {3}} }},
		{"table 1 is not filled", func(q *Query) {
			q.Segments[2].Sink.TableID, q.Segments[2].Sink.Aggs = 0, q.Segments[0].Sink.Aggs
			q.Segments[1].Source.TableID = 1
		}},
		{"table 0 is not filled in an earlier stream", func(q *Query) { q.Segments[2].Sink.TableID = 0 }},
		{"fills table 0", func(q *Query) { q.Tables[0].Kind = program.SinkSort }},
		{"accumulator", func(q *Query) { q.Segments[0].Sink.Aggs[0].Fn = fn.Default().Accumulator("sum") }},
		{"with 0 keys", func(q *Query) { q.Segments[1].Sink.Keys = nil }},
		{"2 columns where 1 come in", func(q *Query) { q.Segments[1].Sink.Cols = q.Segments[1].Sink.Cols[:1] }},
	} {
		q := small()
		c.damage(q)
		if err := Validate(q); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("want %q, got %v", c.want, err)
		}
	}
}

// The text form of a plan.
func TestFormatSegments(t *testing.T) {
	want := `stream 0
  segment 0 on every slice
    scan public.t (k:int4)
      zone k > $0
    filter (k > $0)
    aggr tbl=0 key (k) do count(*)
stream 1
  segment 1 on every slice
    scan tbl=0 (k:int4, n:int8)
    dist hash (k) x0 (k, n)
  segment 2 on every slice
    receive x0 (k:int4, n:int8)
    aggr tbl=1 key (k) do sumn(n)
stream 2
  segment 3 on every slice
    scan tbl=1 (k:int4, n:int8)
    return (k, n)
parameters
  $0 int4 7
`
	if got := FormatSegments(small()); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

// EXPLAIN's layout, from the guide's rules: details two further in than their operator, children
// behind an arrow, notes last.
func TestExplain(t *testing.T) {
	q := &Query{Notes: []string{"----- note -----"}, Root: &Node{Prefix: "XN", Type: "Merge",
		Details:     []Detail{{Label: "Merge Key", Text: "k"}},
		StartupCost: 1e12 + 4213.1, TotalCost: 1e12 + 4214.35, Rows: 500, Width: 24,
		Children: []*Node{{Prefix: "XN", Type: "Hash Join", Dist: "DS_DIST_NONE", Rows: 500, Width: 24, Children: []*Node{
			{Prefix: "XN", Type: "Seq Scan", Relation: "a", Details: []Detail{{Label: "Filter", Text: "(x = 1)"}},
				TotalCost: 2.5, Rows: 1, Width: 4},
			{Prefix: "XN", Type: "Hash", Rows: 2, Width: 4}}}}}}
	want := `XN Merge  (cost=1000000004213.10..1000000004214.35 rows=500 width=24)
  Merge Key: k
  ->  XN Hash Join DS_DIST_NONE  (cost=0.00..0.00 rows=500 width=24)
        ->  XN Seq Scan on a  (cost=0.00..2.50 rows=1 width=4)
              Filter: (x = 1)
        ->  XN Hash  (cost=0.00..0.00 rows=2 width=4)
----- note -----`
	if got := strings.Join(Explain(q), "\n"); got != want {
		t.Errorf("got\n%s", got)
	}
}

var rowCount = fn.Default().Accumulator("count")
