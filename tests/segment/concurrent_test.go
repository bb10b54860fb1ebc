package segment

import (
	"fmt"
	"sort"
	"sync"
	"testing"

	"slipher/catalog/types"
	"slipher/codegen"
	"slipher/compiler/plan"
	"slipher/runtime/exec"
	"slipher/runtime/mem"
)

// Workers build a join table together, fused code arriving meanwhile, then probe
// it together; an instance is closed while its part lives on. For the race detector.
func TestWorkersTogether(t *testing.T) {
	r := newRunner(t)
	const workers = 4
	cols := []plan.Column{{Name: "k", Type: types.TInt8}, {Name: "s", Type: types.TVarchar(60)}}
	tab, build := builds(cols)
	outs := append(append([]plan.Column(nil), cols...), cols[1])
	q := &plan.Query{Tables: []*plan.Table{tab}, Segments: []*plan.Segment{
		{Source: rowsOf("r", cols), Sink: build},
		{ID: 1, Source: rowsOf("l", cols), Steps: []plan.Step{&plan.HashJoin{Keys: []*plan.Expr{col(0, types.TInt8, false)}}},
			Sink: returns(outs)}}}
	codes, err := codegen.Compile(q, codegen.Options{Fns: fns})
	if err != nil {
		t.Fatal(err)
	}
	acct := mem.NewAccount("test", 0)
	xq := r.open(q, exec.Options{TableStart: 8, VectorRows: 64}, acct)
	input := func(w int) (rows [][]types.Datum) {
		for i := 0; i < 3000; i++ {
			rows = append(rows, []types.Datum{types.Int(int64(i*workers + w)),
				types.String(fmt.Sprintf("worker %d's row number %d", w, i))})
		}
		return rows
	}
	var mu sync.Mutex
	var got []string
	phase := func(seg int) {
		var wg sync.WaitGroup
		for w := range workers {
			wg.Add(1)
			go func() {
				defer wg.Done()
				out := &collect{}
				in, err := xq.NewInstance(seg, -1, out, 1)
				if err != nil {
					t.Error(err)
					return
				}
				for _, c := range chunks(t, acct, cols, input((w+seg)%workers)) {
					in.SetChunk(c)
					if _, err := in.Run(); err != nil {
						t.Error(err)
					}
				}
				if _, err := in.Finish(); err != nil {
					t.Error(err)
				}
				in.Close()
				mu.Lock()
				defer mu.Unlock()
				for _, c := range out.sent {
					for i := range c.Rows() {
						got = append(got, fmt.Sprintf("%d %s %s", c.Datum(0, i).Lo, c.Datum(1, i).S, c.Datum(2, i).S))
					}
					c.Free()
				}
			}()
		}
		r.fuse(xq, seg, codes[seg])
		wg.Wait()
	}
	phase(0)
	if err := xq.SealTable(0); err != nil {
		t.Fatal(err)
	}
	phase(1)
	var want []string
	for w := range workers {
		for _, row := range input(w) {
			want = append(want, fmt.Sprintf("%d %s %s", row[0].Lo, row[1].S, row[1].S))
		}
	}
	sort.Strings(got)
	sort.Strings(want)
	if len(got) != len(want) {
		t.Fatalf("%d pairs, want %d", len(got), len(want))
	}
	for i := range got {
		if got[i] != want[i] {
			t.Fatalf("pair %q, want %q", got[i], want[i])
		}
	}
	r.closed(xq, acct)
}
