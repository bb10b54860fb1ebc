package segment

import (
	"fmt"
	"sort"
	"strings"
	"testing"

	"slipher/catalog/sqlerr"
	"slipher/catalog/types"
	"slipher/codegen"
	"slipher/compiler/expr"
	"slipher/compiler/plan"
	"slipher/runtime/chunk"
	"slipher/runtime/exec"
	"slipher/runtime/mem"
	"slipher/runtime/program"
)

// fickle refuses everything once and keeps it by destination.
type fickle struct {
	byDest  map[int][]batch
	refused bool
}

func (f *fickle) Send(dest int, b chunk.Batch) bool {
	if f.refused = !f.refused; f.refused {
		return false
	}
	if f.byDest == nil {
		f.byDest = map[int][]batch{}
	}
	f.byDest[dest] = append(f.byDest[dest], b.(batch))
	return true
}

func (f *fickle) free() {
	for _, cs := range f.byDest {
		for _, c := range cs {
			c.Free()
		}
	}
}

// open starts a query of one segment on an account of limit bytes and feeds nothing yet.
func (r *runner) open(q *plan.Query, o exec.Options, acct *mem.Account) *exec.Query {
	r.t.Helper()
	codes, err := codegen.Compile(q, codegen.Options{Fns: fns})
	if err != nil {
		r.t.Fatal(err)
	}
	var segs []exec.Code
	for _, c := range codes {
		segs = append(segs, exec.Code{General: c.General.Program})
	}
	var params []exec.Param
	for _, p := range q.Params {
		params = append(params, exec.Param{Type: p.Type, Value: p.Value, List: p.List, IsList: p.IsList})
	}
	xq, err := r.e.NewQuery(segs, params, acct, o)
	if err != nil {
		r.t.Fatal(err)
	}
	if o.Tier == exec.Fused {
		for i, c := range codes {
			r.fuse(xq, i, c)
		}
	}
	return xq
}

// closed checks that a query leaves no memory behind.
func (r *runner) closed(xq *exec.Query, acct *mem.Account) {
	r.t.Helper()
	if err := xq.Close(); err != nil {
		r.t.Error(err)
	}
	if err := acct.Close(); err != nil {
		r.t.Error(err)
	}
}

// settle repeats a step of an instance until it is not blocked, and says how often it was.
func settle(t *testing.T, step func() (exec.RunState, error)) (blocked int) {
	t.Helper()
	for {
		st, err := step()
		if err != nil {
			t.Fatal(err)
		}
		if st == exec.Idle {
			return blocked
		}
		blocked++
	}
}

// Several destinations that refuse pages: every row arrives once, by hash (the
// same key always at one place) or dealt out evenly, in order.
func TestDistribution(t *testing.T) {
	r := newRunner(t)
	const dests, rows = 5, 9000
	for _, dist := range []program.DistKind{program.DistHash, program.DistRoundRobin, program.DistSingle} {
		sink := returns(numberCols)
		sink.Kind, sink.Dist, sink.Keys = program.SinkDist, dist, []*plan.Expr{col(1, types.TInt4, true)}
		q := &plan.Query{Segments: []*plan.Segment{{Source: rowsOf("t", numberCols), Sink: sink}}}
		for name, o := range shapes() {
			acct := mem.NewAccount("test", 0)
			xq := r.open(q, o, acct)
			out := &fickle{}
			in, err := xq.NewInstance(0, -1, out, dests)
			if err != nil {
				t.Fatal(err)
			}
			blocked := 0
			for _, c := range chunks(t, acct, numberCols, numbers(rows)) {
				in.SetChunk(c)
				blocked += settle(t, in.Run)
			}
			blocked += settle(t, in.Finish)
			seen := map[int64]bool{}
			where := map[string]int{}
			for d, cs := range out.byDest {
				last, n := int64(-1), 0
				for _, c := range cs {
					for i := 0; i < c.Rows(); i++ {
						v := c.Datum(0, i).Lo
						if seen[v] || v <= last {
							t.Fatalf("%s: row %d twice or out of order", name, v)
						}
						seen[v], last, n = true, v, n+1
						k := fmt.Sprint(c.Datum(1, i))
						if at, ok := where[k]; ok && at != d && dist == program.DistHash {
							t.Fatalf("%s: key %s at %d and %d", name, k, at, d)
						}
						where[k] = d
						if s := c.Datum(2, i).S; s != fmt.Sprintf("a rather long name %d", v%5) {
							t.Fatalf("%s: row %d has %q", name, v, s)
						}
					}
				}
				if dist == program.DistRoundRobin && n != rows/dests {
					t.Errorf("%s: %d rows at %d", name, n, d)
				}
			}
			if len(seen) != rows || blocked == 0 {
				t.Errorf("%s: %d rows of %d, blocked %d times", name, len(seen), rows, blocked)
			}
			out.free()
			r.closed(xq, acct)
		}
	}
}

// Cancel ends a run at the next vector, also one that a probe repeats for ever so many matches.
func TestCancel(t *testing.T) {
	r := newRunner(t)
	q := &plan.Query{Segments: []*plan.Segment{{Source: rowsOf("t", numberCols), Sink: returns(numberCols)}}}
	for name, o := range shapes() {
		acct := mem.NewAccount("test", 0)
		xq := r.open(q, o, acct)
		out := &fickle{}
		in, err := xq.NewInstance(0, -1, out, 1)
		if err != nil {
			t.Fatal(err)
		}
		in.SetChunk(chunks(t, acct, numberCols, numbers(600))[0])
		xq.Cancel()
		if _, err := in.Run(); err == nil || sqlerr.From(err).Code != sqlerr.QueryCanceled {
			t.Errorf("%s: %v", name, err)
		}
		out.free()
		r.closed(xq, acct)
		xq.Cancel() // late, harmless
	}
}

// Every limit of memory between nothing and enough gives the answer or 53200, and leaves nothing behind.
func TestMemoryLimits(t *testing.T) {
	r := newRunner(t)
	cnt := plan.Agg{Fn: operations.Accumulator("count")}
	key := []plan.Column{{Name: "i", Type: types.TInt8}}
	groups := append(append([]plan.Column(nil), key...), plan.Column{Name: "n", Type: types.TInt8})
	q := &plan.Query{Tables: []*plan.Table{{Kind: program.SinkAggr, Keys: key,
		Aggs: []plan.AggInfo{{Agg: cnt, Out: groups[1]}}}},
		Segments: []*plan.Segment{
			{Source: rowsOf("t", numberCols), Sink: plan.Sink{Kind: program.SinkAggr,
				Keys: []*plan.Expr{col(0, types.TInt8, false)}, Aggs: []plan.Agg{cnt}}},
			{ID: 1, Source: plan.Source{Kind: program.SourceTable, Cols: groups}, Sink: returns(groups)}}}
	input := mem.NewAccount("input", 0)
	for _, tier := range []exec.Tier{exec.Primitives, exec.Fused} {
		answered := false
		for limit := int64(20 << 10); !answered; limit += limit / 5 {
			acct := mem.NewAccount("test", limit)
			n, err := r.groupsUnder(q, exec.Options{Tier: tier, TableStart: 8}, acct, input, numberCols, numbers(7000))
			switch {
			case err == nil && n == 7000:
				answered = true
			case err == nil:
				t.Fatalf("%d groups", n)
			case sqlerr.From(err).Code != sqlerr.OutOfMemory:
				t.Fatalf("limit %d: %v", limit, err)
			}
			if err := acct.Close(); err != nil {
				t.Fatalf("limit %d: %v", limit, err)
			}
		}
	}
	if err := input.Close(); err != nil {
		t.Error(err)
	}
}

// groupsUnder runs q of two segments and counts the rows returned.
func (r *runner) groupsUnder(q *plan.Query, o exec.Options, acct, input *mem.Account, cols []plan.Column,
	given [][]types.Datum) (rows int, err error) {
	codes, err := codegen.Compile(q, codegen.Options{Fns: fns})
	if err != nil {
		return 0, err
	}
	xq, err := r.e.NewQuery([]exec.Code{{General: codes[0].General.Program}, {General: codes[1].General.Program}}, nil,
		acct, o)
	if err != nil {
		return 0, err
	}
	defer xq.Close()
	if o.Tier == exec.Fused {
		r.fuse(xq, 0, codes[0])
		r.fuse(xq, 1, codes[1])
	}
	in, err := xq.NewInstance(0, -1, nil, 0)
	if err != nil {
		return 0, err
	}
	cs := chunks(r.t, input, cols, given)
	for i, c := range cs {
		in.SetChunk(c)
		if _, err := in.Run(); err != nil {
			for _, c := range cs[i+1:] {
				c.Free()
			}
			return 0, err
		}
	}
	if _, err := in.Finish(); err != nil {
		return 0, err
	}
	in.Close()
	out := &collect{}
	defer func() {
		for _, c := range out.sent {
			rows += c.Rows()
			c.Free()
		}
	}()
	ret, err := xq.NewInstance(1, -1, out, 1)
	if err != nil {
		return 0, err
	}
	for _, p := range xq.Parts(0) {
		ret.SetPart(p)
		if _, err := ret.Run(); err != nil {
			return 0, err
		}
	}
	_, err = ret.Finish()
	return 0, err
}

// Literal rows, more than a vector of them, with NULLs, then LIMIT and OFFSET in one instance.
func TestValuesLimit(t *testing.T) {
	r := newRunner(t)
	cols := []plan.Column{{Name: "i", Type: types.TInt4}, {Name: "s", Type: types.TVarchar(40), Nullable: true},
		{Name: "d", Type: types.TDecimal(38, 1)}}
	lit := func(t types.Type, d types.Datum) *plan.Expr {
		return &plan.Expr{Kind: expr.Constant, Type: t, Nullable: d.Null, Const: d}
	}
	src := plan.Source{Kind: program.SourceValues, Cols: cols}
	var all []string
	for i := 0; i < 1500; i++ {
		s, text := types.String(fmt.Sprintf("row number %d", i/2)), fmt.Sprintf("row number %d", i/2)
		if i%3 == 0 {
			s, text = types.NullDatum, "NULL"
		}
		src.Values = append(src.Values, []*plan.Expr{call("add", types.TInt4, lit(types.TInt4, types.Int(int64(i))),
			lit(types.TInt4, types.Int(1))), lit(cols[1].Type, s), lit(cols[2].Type, types.Int(5))})
		all = append(all, fmt.Sprintf("%d|%s|0.5|NULL", i+1, text))
	}
	sink := returns(cols)
	sink.Cols = append(sink.Cols, lit(cols[1].Type, types.NullDatum)) // the literal of the cells, here in all rows
	for _, lim := range [][2]int64{{-1, 0}, {0, 0}, {7, 0}, {5, 1020}, {2000, 1490}, {1, 1500}, {1 << 62, 1 << 62}} {
		q := &plan.Query{Params: []plan.Param{{Type: types.TInt8, Value: types.Int(lim[0])},
			{Type: types.TInt8, Value: types.Int(lim[1])}},
			Segments: []*plan.Segment{{Source: src, Steps: []plan.Step{&plan.Limit{Count: 0, Offset: 1}}, Sink: sink}}}
		if lim[0] < 0 {
			q.Segments[0].Steps = []plan.Step{&plan.Limit{Count: -1, Offset: -1}}
		}
		from := min(lim[1], int64(len(all)))
		to := int64(len(all))
		if lim[0] >= 0 {
			to = min(from+lim[0], to)
		}
		for _, o := range []exec.Options{{VectorRows: 3, Tier: exec.Primitives}, {Tier: exec.Primitives},
			{VectorRows: 3, Tier: exec.Fused}} {
			if o.Tier == exec.Fused && lim[0] != 5 {
				continue
			}
			if o.Tier == exec.Fused {
				// Every cell is a loop: thousands take LLVM minutes.
				q.Segments[0].Source.Values, from, to = src.Values[:40], 30, 35
				q.Params[1].Value = types.Int(30)
			}
			got, err := r.run(q, nil, o)
			if err != nil || strings.Join(got, "\n") != strings.Join(all[from:to], "\n") {
				t.Errorf("limit %v, %v: %d rows, want %d (%v)", lim, o, len(got), to-from, err)
			}
		}
	}
}

// Sorted order of every class, both directions, NULLs at both ends, with and without a limit.
func TestSortClasses(t *testing.T) {
	r := newRunner(t)
	for name, typ := range keyTypes {
		cols := []plan.Column{{Name: "k", Type: typ, Nullable: true}, {Name: "i", Type: types.TInt4}}
		var rows [][]types.Datum
		for i := 0; i < 2500; i++ {
			rows = append(rows, []types.Datum{keyValue(typ, i*5%8), types.Int(int64(i))})
		}
		for mode := 0; mode < 8; mode++ {
			desc, first, limited := mode&1 > 0, mode&2 > 0, mode&4 > 0
			sink := plan.Sink{Kind: program.SinkSort, LimitParam: -1, OffsetParam: -1,
				Payload: []*plan.Expr{col(0, typ, true), col(1, types.TInt4, false)},
				Order: []plan.SortKey{{Expr: col(0, typ, true), Desc: desc, NullsFirst: first},
					{Expr: col(1, types.TInt4, false), Desc: true}}}
			n := len(rows)
			if limited {
				sink.LimitParam, n = 0, 450
			}
			q := &plan.Query{Params: []plan.Param{{Type: types.TInt8, Value: types.Int(int64(n))}},
				Tables: []*plan.Table{{Kind: program.SinkSort, Payload: cols}}, Segments: []*plan.Segment{
					{Source: rowsOf("t", cols), Sink: sink}, {ID: 1, Source: plan.Source{Kind: program.SourceTable, Cols: cols},
						Sink: returns(cols)}}}
			sorted := append([][]types.Datum(nil), rows...)
			rank := func(d types.Datum) int {
				for i := 0; i < 7; i++ {
					if !d.Null && keyValue(typ, i) == d {
						if desc {
							return -i
						}
						return i
					}
				}
				if first {
					return -100
				}
				return 100
			}
			sort.SliceStable(sorted, func(i, j int) bool {
				a, b := sorted[i], sorted[j]
				if x, y := rank(a[0]), rank(b[0]); x != y {
					return x < y
				}
				return a[1].Lo > b[1].Lo
			})
			var want []string
			for _, row := range sorted[:n] {
				k := "NULL"
				if !row[0].Null {
					k = types.FormatText(typ, row[0])
				}
				want = append(want, fmt.Sprintf("%s|%d", k, row[1].Lo))
			}
			for _, o := range []exec.Options{{VectorRows: 1024, TableStart: 8, Tier: exec.Primitives},
				{VectorRows: 3, TableStart: 8, Tier: exec.Fused}} {
				got, err := r.run(q, map[string][][]types.Datum{"t": rows}, o)
				if err != nil || strings.Join(got, "\n") != strings.Join(want, "\n") {
					t.Errorf("%s desc=%v nulls first=%v limited=%v, %v: %v\ngot  %.200q\nwant %.200q", name, desc, first, limited, o,
						err, got, want)
				}
			}
		}
	}
}
