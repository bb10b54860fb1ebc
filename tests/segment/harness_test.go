package segment

import (
	"context"
	"fmt"
	"os"
	"slices"
	"sort"
	"strings"
	"testing"

	"slipher/catalog/fn"
	"slipher/catalog/types"
	"slipher/codegen"
	"slipher/codegen/llvm"
	"slipher/codegen/target"
	"slipher/compiler/plan"
	"slipher/runtime/chunk"
	"slipher/runtime/exec"
	"slipher/runtime/loader"
	"slipher/runtime/mem"
	"slipher/runtime/prim"
	"slipher/runtime/program"
)

func TestMain(m *testing.M) {
	llvm.WorkIfAsked()
	os.Exit(m.Run())
}

var fns = fn.Default()

// batch is what an instance sends: a chunk, or a page for an exchange.
type batch interface {
	chunk.Batch
	Datum(col, row int) types.Datum
	HeapBytes() int64
}

// collect keeps what an instance sends.
type collect struct{ sent []batch }

func (c *collect) Send(_ int, b chunk.Batch) bool {
	c.sent = append(c.sent, b.(batch))
	return true
}

// runner runs plans whose segments follow one another without exchanges.
type runner struct {
	t    testing.TB
	e    *exec.Engine
	pool *llvm.Pool
	// counts are, by segment, the rows of the last run as its instances counted them: the source's, then each step's.
	counts [][]int64
}

func newRunner(t testing.TB) *runner {
	t.Helper()
	e, err := exec.NewEngine(fns)
	if err != nil {
		t.Fatal(err)
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	p := llvm.NewPool(1, self, llvm.Options{})
	t.Cleanup(p.Close)
	return &runner{t: t, e: e, pool: p}
}

// run executes q over rows (of the first segment's source and of others by Rows
// name) and returns the rows returned, one text a row, in order.
func (r *runner) run(q *plan.Query, inputs map[string][][]types.Datum, o exec.Options) ([]string, error) {
	r.t.Helper()
	codes, err := codegen.Compile(q, codegen.Options{Fns: fns})
	if err != nil {
		return nil, err
	}
	acct := mem.NewAccount("test", 0)
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
		return nil, err
	}
	defer func() {
		if err := xq.Close(); err != nil {
			r.t.Error(err)
		}
		if err := acct.Close(); err != nil {
			r.t.Error(err)
		}
	}()
	if o.Tier == exec.Fused {
		for i, c := range codes {
			r.fuse(xq, i, c)
		}
	}
	var out []string
	fillers := map[int]int{} // that have not run, by table
	for _, s := range q.Segments {
		if s.Sink.Kind.Fills() {
			fillers[s.Sink.TableID]++
		}
	}
	r.counts = nil
	for i, s := range q.Segments {
		rows, err := r.segment(xq, i, s, q, inputs, acct)
		out = append(out, rows...)
		if err != nil {
			return nil, err
		}
		if !s.Sink.Kind.Fills() {
			continue
		}
		if fillers[s.Sink.TableID]--; fillers[s.Sink.TableID] == 0 {
			if err := xq.SealTable(s.Sink.TableID); err != nil {
				return nil, err
			}
		}
	}
	return out, nil
}

func (r *runner) fuse(xq *exec.Query, i int, c *codegen.Code) { r.fuseVariant(xq, i, false, c.General) }

func (r *runner) fuseVariant(xq *exec.Query, i int, special bool, v *codegen.Variant) {
	r.t.Helper()
	level, err := prim.HostLevel()
	if err != nil {
		r.t.Fatal(err)
	}
	tg, err := target.ByLevel(string(level))
	if err != nil {
		r.t.Fatal(err)
	}
	ir := v.IR(tg)
	if ir != v.IR(tg) {
		r.t.Fatal("IR differs between two emissions")
	}
	res, err := r.pool.Compile(context.Background(), llvm.Job{IR: ir, CPU: tg, Verify: true})
	if err != nil {
		r.t.Fatalf("%v\n%s", err, ir)
	}
	code, err := loader.Load(res.Object, r.e.Symbols())
	if err != nil {
		r.t.Fatal(err)
	}
	entry, ok := code.Symbol(codegen.Entry)
	if !ok {
		r.t.Fatal("no entry point")
	}
	xq.SetFused(i, special, &exec.Fn{Entry: entry, Code: code})
}

func (r *runner) segment(xq *exec.Query, i int, s *plan.Segment, q *plan.Query, inputs map[string][][]types.Datum,
	acct *mem.Account) ([]string, error) {
	dests := 0
	if !s.Sink.Kind.Fills() {
		dests = 1
	}
	out := &collect{}
	in, err := xq.NewInstance(i, -1, out, dests)
	if err != nil {
		return nil, err
	}
	defer func() {
		for _, c := range out.sent {
			c.Free()
		}
	}()
	counts := make([]int64, 1+len(s.Steps))
	r.counts = append(r.counts, counts)
	run := func() error {
		st, err := in.Run()
		if err == nil && st != exec.Idle {
			r.t.Fatal("blocked without reason")
		}
		for k, n := range in.Counts() {
			counts[k] += n
		}
		return err
	}
	switch s.Source.Kind {
	case program.SourceRows:
		for _, c := range chunks(r.t, acct, s.Source.Cols, inputs[s.Source.Rows]) {
			in.SetChunk(c)
			if err := run(); err != nil {
				return nil, err
			}
		}
	case program.SourceTable:
		for _, p := range xq.Parts(s.Source.TableID) {
			in.SetPart(p)
			if err := run(); err != nil {
				return nil, err
			}
		}
	case program.SourceValues:
		in.SetValues()
		if err := run(); err != nil {
			return nil, err
		}
	}
	if _, err := in.Finish(); err != nil {
		return nil, err
	}
	var rows []string
	for _, c := range out.sent {
		for row := 0; row < c.Rows(); row++ {
			var cells []string
			for col, e := range s.Sink.Cols {
				d := c.Datum(col, row)
				if d.Null {
					cells = append(cells, "NULL")
					continue
				}
				cells = append(cells, types.FormatText(e.Type, d))
			}
			rows = append(rows, strings.Join(cells, "|"))
		}
	}
	if n := counts[len(s.Steps)]; s.Sink.Kind == program.SinkReturn && n != int64(len(rows)) {
		r.t.Errorf("%d rows sent, and counted %v", len(rows), counts)
	}
	return rows, nil
}

// chunks spreads rows over chunks of uneven sizes.
func chunks(t testing.TB, acct *mem.Account, cols []plan.Column, rows [][]types.Datum) []*chunk.Chunk {
	l := chunk.LayoutOf(cols)
	var out []*chunk.Chunk
	for size := 700; len(rows) > 0; size = size%2000 + 333 {
		n := min(size, len(rows), l.Rows)
		c, err := chunk.New(acct, l)
		if err != nil {
			t.Fatal(err)
		}
		for r, row := range rows[:n] {
			for i, d := range row {
				c.SetDatum(i, r, d)
			}
		}
		c.SetRows(n)
		out = append(out, c)
		rows = rows[n:]
	}
	return out
}

// shapes are the ways every case is run.
func shapes() map[string]exec.Options {
	m := map[string]exec.Options{}
	for _, tier := range []exec.Tier{exec.Primitives, exec.Fused} {
		for _, v := range []int{1, 3, 1024} {
			m[fmt.Sprintf("tier=%d/vector=%d", tier, v)] = exec.Options{VectorRows: v, TableStart: 8, Tier: tier}
		}
	}
	return m
}

// check runs q in every shape and compares the rows as a set (or in order).
func (r *runner) check(q *plan.Query, inputs map[string][][]types.Datum, want []string, ordered bool) {
	r.t.Helper()
	if !ordered {
		sort.Strings(want)
	}
	limited := slices.ContainsFunc(q.Segments, func(s *plan.Segment) bool {
		return slices.ContainsFunc(s.Steps, func(st plan.Step) bool { _, is := st.(*plan.Limit); return is })
	})
	counted, by := "", ""
	for name, o := range shapes() {
		got, err := r.run(q, inputs, o)
		if err != nil {
			r.t.Errorf("%s: %v", name, err)
			continue
		}
		switch counts := fmt.Sprint(r.counts); {
		case limited: // how far is read depends on the vectors' size
		case by == "":
			counted, by = counts, name
		case counts != counted:
			r.t.Errorf("%s counts %s, %s %s", name, counts, by, counted)
		}
		if !ordered {
			sort.Strings(got)
		}
		if strings.Join(got, "\n") != strings.Join(want, "\n") {
			r.t.Errorf("%s:\ngot  %d rows %.400q\nwant %d rows %.400q", name, len(got), got, len(want), want)
		}
	}
}
