package plan

import (
	"encoding/json"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"
)

// ran is small's plan with its tree, and what happened: two nodes of two slices, of which the last has got nothing.
func ran() (*Query, *Ran) {
	q := small()
	q.Root = &Node{Prefix: "XN", Type: "Aggregate", Words: "HashAggregate", Strategy: "Hashed", Rows: 5, Width: 12,
		StartupCost: 12.5, TotalCost: 12.51, At: []Place{{3, 0}}, Segments: []int{1, 2, 3}, Exchanges: []int{0},
		Children: []*Node{{Prefix: "XN", Type: "Seq Scan", Schema: "public", Relation: "t", Alias: "x", Rows: 1000, Width: 4,
			TotalCost: 10, Details: []Detail{{Label: "Filter", Text: "(k > 7)"}}, At: []Place{{0, 1}}, Before: []Place{{0, 0}},
			Segments: []int{0}}}}
	lane := func(node string, slice int, rows ...int64) SliceRan { return SliceRan{node, slice, rows} }
	return q, &Ran{
		Leader: [3]int64{LeaderReturned: 4},
		Nodes:  []NodeRan{{"n1", 4096}, {"n2", 2048}},
		Segments: []SegmentRan{
			{Rows: []int64{1000, 600}, Slices: []SliceRan{lane("n1", 0, 400, 300), lane("n1", 1, 300, 200),
				lane("n2", 2, 300, 100), lane("n2", 3, 0, 0)}, Time: 2 * time.Millisecond, Work: 5 * time.Millisecond, Morsels: 4,
				Feeding: time.Millisecond, Ending: 500 * time.Microsecond, Fused: 3, Special: 4,
				Steps: []time.Duration{0, 1000 * time.Microsecond, 2500 * time.Microsecond}, Together: [][]int{{1, 2}},
				Memory:   1024,
				Compiled: 30 * time.Millisecond,
				Skips:    []SkipRan{{"zone map: k > 7", 2, 3000}, {"deleted", 0, 100}}},
			{Rows: []int64{8}, Slices: []SliceRan{lane("n1", -1, 5), lane("n2", -1, 3)}, Sent: 8, Bytes: 256,
				Time: time.Millisecond, Work: time.Millisecond, Morsels: 4,
				Steps: []time.Duration{600 * time.Microsecond, 400 * time.Microsecond}},
			{Rows: []int64{8}, Slices: []SliceRan{lane("n1", 0, 8), lane("n1", 1, 0)}, Time: 500 * time.Microsecond, Morsels: 2,
				Work: time.Millisecond, Feeding: 250 * time.Microsecond, Fused: 2,
				Steps: []time.Duration{500 * time.Microsecond, 250 * time.Microsecond}, Together: [][]int{{0, 1}}},
			{Rows: []int64{4}, Sent: 4, Bytes: 64, Morsels: 1, Turns: 2},
		},
		Planned: time.Millisecond, Generated: 2 * time.Millisecond, Took: 40 * time.Millisecond,
	}
}

// What happened stands beside what was expected, in each form.
func TestRan(t *testing.T) {
	q, r := ran()
	o := Plain
	o.Ran = r
	text := `XN HashAggregate  (cost=12.50..12.51 rows=5 width=12) (actual time=0.800..3.500 rows=4 loops=1)
  Turns: 2
  Moved by exchange 0 (dist hash): 8 rows, 256 bytes between processes
  ->  XN Seq Scan on t x  (cost=0.00..10.00 rows=1000 width=4) (actual time=0.000..0.800 rows=600 loops=1)
        Filter: (k > 7)
        Rows Removed by Filter: 400
        Rows Skipped (zone map: k > 7): 3000, 2 blocks of 2 whole row groups
        Rows Skipped (deleted): 100, 0 blocks of 0 whole row groups
        Time in Segment 0: of filter with a part of aggr (one loop of fused code)
Segments:
  0: scan t, filter, aggr  (rows=1000..600 skew=1.60 bytes=0 time=2.000 work=5.000 morsels=4 ` +
		`tier=primitives,fused(3),special memory=1024 together=filter+aggr compile=30.000)
  1: scan tbl, dist  (rows=8..8 sent=8 skew=1.25 bytes=256 time=1.000 work=1.000 morsels=4 tier=primitives memory=0)
  2: receive, aggr  (rows=8..8 skew=2.00 bytes=0 time=0.500 work=1.000 morsels=2 tier=fused memory=0 together=receive+aggr)
  3: scan tbl, return  (rows=4..4 sent=4 turns=2 bytes=64 time=0.000 work=0.000 morsels=1 tier=primitives memory=0)
Memory of n1: 4096 bytes
Memory of n2: 2048 bytes
Planning Time: 1.000 ms
Code Generation Time: 2.000 ms
Compile Time: 30.000 ms
Execution Time: 40.000 ms`
	if got := strings.Join(o.Text(q), "\n"); got != text {
		t.Errorf("got\n%s\nwant\n%s", got, text)
	}
	segments := strings.Join(o.Segments(q), "\n")
	for _, want := range []string{
		"    scan public.t (k:int4)  [rows=1000 slice 0: 400, slice 1: 300, slice 2: 300, slice 3: 0 skew=1.60 " +
			"time=0.400 skipped=3000 blocks=2 (zone map: k > 7) skipped=100 blocks=0 (deleted)]\n      zone k > $0\n",
		"    filter (k > $0)  [estimated=1000 (250 a slice) rows=600 slice 0: 300, slice 1: 200, slice 2: 100, slice 3: 0 skew=2.00 time=0.400]\n",
		"    aggr tbl=0 key (k) do count(*)  [time=1.200]\n",
		"    dist hash (k) x0 (k, n)  [sent=8 bytes=256 time=0.400]\n",
		"  segment 3 on every slice  [turns=2 time=0.000 work=0.000 morsels=1 tier=primitives memory=0]\n",
		"    scan tbl=1 (k:int4, n:int8)  [estimated=5 rows=4]\n",
	} {
		if !strings.Contains(segments, want) {
			t.Errorf("no %q in\n%s", want, segments)
		}
	}
	var back []struct {
		Plan struct {
			Rows, Moved int64
			PerNode     []int64 `json:"Rows Per Node"`
			Plans       []map[string]any
		}
		Segments []map[string]any
	}
	text = o.JSON(q)
	if err := json.Unmarshal([]byte(text), &back); err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	scan := back[0].Plan.Plans[0]
	for key, want := range map[string]any{"Plan Rows": 1000.0, "Actual Rows": 600.0, "Actual Total Time": 0.8,
		"Own Time":               0.8,
		"Rows Removed by Filter": 400.0, "Blocks Skipped": 2.0, "Rows Skipped": 3100.0, "Skew": 2.0,
		"Parent Relationship": "Outer", "Alias": "x", "Tier": "primitives,fused(3),special"} {
		if scan[key] != want {
			t.Errorf("%s is %v, want %v", key, scan[key], want)
		}
	}
	if each := []any{250.0, 250.0, 250.0, 250.0}; !reflect.DeepEqual(scan["Plan Rows Per Slice"], each) {
		t.Errorf("expected of a slice: %v", scan["Plan Rows Per Slice"])
	}
}

// What never began has no rows, and says so; an operator's rows may be several segments', or the leader's.
func TestRanPlaces(t *testing.T) {
	q, r := ran()
	r.Segments[3] = SegmentRan{}
	o := Shown{Ran: r}
	if got := o.Text(q)[0]; got != "XN HashAggregate (never executed)" {
		t.Error(got)
	}
	if got := strings.Join(o.Segments(q), "\n"); !strings.Contains(got, "segment 3 on every slice  [never began]") {
		t.Error(got)
	}
	if rows, ok := r.Rows([]Place{{0, 1}, {1, 0}, {3, 0}, {AtLeader, LeaderReturned}}); rows != 612 || !ok {
		t.Errorf("%d rows, %v", rows, ok)
	}
	if rows, ok := r.Rows(nil); rows != 0 || ok {
		t.Errorf("%d rows nowhere, %v", rows, ok)
	}
	// What is expected of a slice: its share, or all where each node does the same; of rows in different places nobody
	// knows.
	o.Costs = true
	x := &explained{Shown: o, q: q}
	lanes := r.Slices([]Place{{0, 1}})
	for _, c := range []struct {
		at    []Place
		where Where
		each  int64
		of    string
	}{
		{[]Place{{0, 1}}, EverySlice, 251, "slice"}, {[]Place{{0, 1}}, EveryNode, 1001, "slice"},
		{[]Place{{0, 1}, {1, 0}}, EveryNode, 0, ""}, {[]Place{{0, 1}, {1, 0}}, EverySlice, 251, "slice"},
		{[]Place{{AtLeader, 0}}, EverySlice, 0, ""}, {nil, EverySlice, 0, ""},
	} {
		q.Segments[0].Where = c.where
		if each, of := x.each(c.at, 1001, lanes); each != c.each || of != c.of {
			t.Errorf("%v of %v: %d a %s", c.at, c.where, each, of)
		}
	}
	q.Segments[0].Where = EverySlice
	if each, of := x.each([]Place{{1, 0}}, 7, r.Slices([]Place{{1, 0}})); each != 4 || of != "node" {
		t.Errorf("%d a %s", each, of)
	}
	if lanes := r.Slices([]Place{{0, 1}, {2, 0}}); Skew(lanes) != 308.0*4/608 {
		t.Errorf("skew %v of %v", Skew(lanes), lanes)
	}
	if Skew(nil) != 0 || Skew([]SliceRan{{Rows: []int64{0}}, {Rows: []int64{0}}}) != 0 {
		t.Error("nothing is skewed")
	}
}

// Segments in JSON: steps with what was expected and what there was, at the same places as in text.
func TestSegmentsJSON(t *testing.T) {
	q, r := ran()
	o := Plain
	o.Ran = r
	var back []struct {
		Segments []struct {
			Segment, Stream int
			Began           bool
			Together        []string
			Steps           []map[string]any
		}
		Parameters []map[string]any
		Execution  float64 `json:"Execution Time"`
	}
	if err := json.Unmarshal([]byte(o.SegmentsJSON(q)), &back); err != nil {
		t.Fatalf("%v\n%s", err, o.SegmentsJSON(q))
	}
	p := back[0]
	if len(p.Segments) != 4 || len(p.Parameters) != 1 || p.Execution != 40 ||
		!slices.Equal(p.Segments[0].Together, []string{"filter+aggr"}) ||
		!p.Segments[3].Began || p.Segments[3].Stream != 2 {
		t.Errorf("%+v", p)
	}
	for step, want := range []map[string]any{
		{"Step": "scan", "Text": "scan public.t (k:int4)", "Actual Rows": 1000.0, "Rows Skipped": 3100.0, "Time": 0.4},
		{"Step": "filter", "Text": "filter (k > $0)", "Plan Rows": 1000.0, "Actual Rows": 600.0, "Skew": 2.0, "Time": 0.4},
		{"Step": "aggr", "Actual Rows": nil, "Time": 1.2},
	} {
		for key, v := range want {
			if got := p.Segments[0].Steps[step][key]; got != v {
				t.Errorf("step %d: %s is %v, want %v", step, key, got, v)
			}
		}
	}
	if got := p.Segments[1].Steps[1]; got["Rows Sent"] != 8.0 || got["Bytes Moved"] != 256.0 {
		t.Errorf("%v", got)
	}
	o.Ran = nil
	if text := o.SegmentsJSON(q); strings.Contains(text, "Actual") || !strings.Contains(text, `"Plan Rows": 1000`) ||
		!json.Valid([]byte(text)) {
		t.Error(text)
	}
}
