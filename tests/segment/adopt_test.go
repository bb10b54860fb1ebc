package segment

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"slipher/catalog/types"
	"slipher/compiler/plan"
	"slipher/runtime/mem"
	"slipher/runtime/page"
	"slipher/runtime/program"
)

// Rows that are sent to a segment which only keeps them become its table's entries as they are: in a join table (but
// for those whose key is NULL), a sort table, a saved one; also where two segments get the same page.
func TestAdopted(t *testing.T) {
	r := newRunner(t)
	const rows = 3000
	byName := []plan.SortKey{{Expr: col(2, types.TVarchar(40), false), Desc: true}, {Expr: col(0, types.TInt8, false)}}
	for kind, sink := range map[program.SinkKind]plan.Sink{
		program.SinkSave: {Payload: returns(numberCols).Cols},
		program.SinkHash: {Keys: []*plan.Expr{col(1, types.TInt4, true)}, Payload: returns(numberCols).Cols},
		program.SinkSort: {Order: byName, Payload: returns(numberCols).Cols},
	} {
		sink.Kind, sink.LimitParam, sink.OffsetParam = kind, -1, -1
		table := &plan.Table{Kind: kind, Payload: numberCols}
		if kind == program.SinkHash {
			table.Keys = numberCols[1:2]
		}
		send := returns(numberCols)
		send.Kind, send.Dist, send.Keys = program.SinkDist, program.DistHash, []*plan.Expr{col(0, types.TInt8, false)}
		q := &plan.Query{Tables: []*plan.Table{table}, Segments: []*plan.Segment{
			{Source: rowsOf("t", numberCols), Sink: send},
			{ID: 1, Source: plan.Source{Kind: program.SourceReceive, Cols: numberCols}, Sink: sink},
			{ID: 2, Source: plan.Source{Kind: program.SourceTable, Cols: numberCols}, Sink: returns(numberCols)}}}
		if !q.Segments[1].Adopts() {
			t.Fatalf("kind %d is not adopted", kind)
		}
		for name, o := range shapes() {
			acct := mem.NewAccount("test", 0)
			xq := r.open(q, o, acct)
			out := &fickle{}
			from, err := xq.NewInstance(0, -1, out, 3)
			if err != nil {
				t.Fatal(err)
			}
			for _, c := range chunks(t, acct, numberCols, numbers(rows)) {
				from.SetChunk(c)
				settle(t, from.Run)
			}
			settle(t, from.Finish)
			// Both instances get the pages of destination 0, one of them all others.
			for i := range 2 {
				in, err := xq.NewInstance(1, -1, nil, 0)
				if err != nil {
					t.Fatal(err)
				}
				for dest := range 3 {
					for _, b := range out.byDest[dest] {
						if dest > 0 && i > 0 {
							continue
						}
						if dest == 0 && i == 0 {
							b.Share()
						}
						if err := in.SetPage(b.(*page.Page)); err != nil {
							t.Fatal(err)
						}
						settle(t, in.Run)
					}
				}
				settle(t, in.Finish)
				in.Close()
			}
			if err := xq.SealTable(0); err != nil {
				t.Fatal(err)
			}
			twice := map[int64]bool{}
			got := map[string]int{}
			for _, p := range xq.Parts(0) {
				back := &collect{}
				to, err := xq.NewInstance(2, -1, back, 1)
				if err != nil {
					t.Fatal(err)
				}
				to.SetPart(p)
				settle(t, to.Run)
				settle(t, to.Finish)
				var order []string
				for _, b := range back.sent {
					for row := range b.Rows() {
						k := b.Datum(1, row)
						got[fmt.Sprint(b.Datum(0, row).Lo, k.Null, k.Lo, b.Datum(2, row).S)]++
						order = append(order, fmt.Sprintf("%s%09d", b.Datum(2, row).S, 1e9-1-b.Datum(0, row).Lo))
					}
					b.Free()
				}
				if kind == program.SinkSort && !slices.IsSortedFunc(order, func(a, b string) int { return strings.Compare(b, a) }) {
					t.Errorf("%s: a part is not in order", name)
				}
			}
			n := 0
			for _, row := range numbers(rows) {
				k := row[1]
				if kind == program.SinkHash && k.Null {
					continue
				}
				key := fmt.Sprint(row[0].Lo, k.Null, k.Lo, row[2].S)
				if got[key] == 2 {
					twice[row[0].Lo] = true
				} else if got[key] != 1 {
					t.Fatalf("kind %d, %s: %d times %s", kind, name, got[key], key)
				}
				n += got[key]
				delete(got, key)
			}
			if len(got) > 0 || len(twice) == 0 || len(twice) > n/3 {
				t.Errorf("kind %d, %s: %d rows, %d of them twice, and %d that there are not", kind, name, n, len(twice), len(got))
			}
			r.closed(xq, acct)
		}
	}
}
