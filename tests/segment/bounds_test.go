package segment

import (
	"fmt"
	"strings"
	"testing"

	"slipher/catalog/sqlerr"
	"slipher/catalog/types"
	"slipher/compiler/plan"
	"slipher/runtime/chunk"
	"slipher/runtime/exec"
	"slipher/runtime/mem"
	"slipher/runtime/program"
)

// sieve looks at what is sent and frees it.
type sieve struct {
	look        func(c batch)
	rows, bytes int64
	most        int64 // bytes of strings of a batch
}

func (s *sieve) Send(_ int, sent chunk.Batch) bool {
	c := sent.(batch)
	if s.look != nil {
		s.look(c)
	}
	s.rows += int64(c.Rows())
	s.bytes += c.HeapBytes()
	s.most = max(s.most, c.HeapBytes())
	c.Free()
	return true
}

// Strings of 65,535 bytes, of a join table, leave in pages that are bounded by bytes:
// neither a page nor an instance holds hundreds of megabytes.
func TestLongStringsLeave(t *testing.T) {
	r := newRunner(t)
	const rows = 6000
	long := strings.Repeat("0123456789abcde", 4369)
	right := []plan.Column{{Name: "k", Type: types.TInt4}, {Name: "p", Type: types.TVarchar(65535)}}
	left := []plan.Column{{Name: "k", Type: types.TInt4}}
	tab, build := builds(right)
	send := returns([]plan.Column{left[0], right[1]})
	send.Kind, send.Dist, send.Keys = program.SinkDist, program.DistHash, []*plan.Expr{col(0, types.TInt4, false)}
	q := &plan.Query{Tables: []*plan.Table{tab}, Segments: []*plan.Segment{
		{Source: rowsOf("r", right), Sink: build},
		{ID: 1, Source: rowsOf("l", left), Steps: []plan.Step{&plan.HashJoin{Keys: []*plan.Expr{col(0, types.TInt4, false)}}},
			Sink: send}}}
	var probe [][]types.Datum
	for range rows {
		probe = append(probe, []types.Datum{types.Int(7)})
	}
	for _, tier := range []exec.Tier{exec.Primitives, exec.Fused} {
		acct := mem.NewAccount("test", 0)
		xq := r.open(q, exec.Options{Tier: tier}, acct)
		feed(t, xq, 0, nil, 0, chunks(t, acct, right, [][]types.Datum{{types.Int(7), types.String(long)}}))
		if err := xq.SealTable(0); err != nil {
			t.Fatal(err)
		}
		out := &sieve{look: func(c batch) {
			for _, i := range []int{0, c.Rows() - 1} {
				if got := c.Datum(1, i); got.S != long {
					t.Errorf("a string of %d bytes", len(got.S))
				}
			}
		}}
		feed(t, xq, 1, out, 3, chunks(t, acct, left, probe))
		if out.rows != rows || out.bytes < rows*65535 {
			t.Errorf("tier %d: %d rows, %d bytes", tier, out.rows, out.bytes)
		}
		if most, peak := out.most>>20, acct.Peak()>>20; most > 16 || peak > 40 {
			t.Errorf("tier %d: a page of %d MB, %d MB in all", tier, most, peak)
		}
		r.closed(xq, acct)
	}
}

// feed runs a segment of xq over chunks to its end.
func feed(t *testing.T, xq *exec.Query, seg int, out exec.Output, dests int, in []*chunk.Chunk) {
	t.Helper()
	x, err := xq.NewInstance(seg, -1, out, dests)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range in {
		x.SetChunk(c)
		if _, err := x.Run(); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := x.Finish(); err != nil {
		t.Fatal(err)
	}
	x.Close()
}

// Rows of 1,600 columns go through a table and an exchange: vectors and chunks have fewer rows, so that neither an
// instance nor a chunk has more than a few megabytes.
func TestWideRows(t *testing.T) {
	r := newRunner(t)
	const width, rows = 1600, 500
	var cols []plan.Column
	for i := range width {
		c := plan.Column{Name: fmt.Sprint("c", i), Type: types.TInt8, Nullable: i%3 == 0}
		if i%2 == 1 {
			c.Type = types.TVarchar(20)
		}
		cols = append(cols, c)
	}
	tab, save := saves(cols)
	send := returns(cols)
	send.Kind, send.Dist, send.Keys = program.SinkDist, program.DistRoundRobin, nil
	q := &plan.Query{Tables: []*plan.Table{tab}, Segments: []*plan.Segment{
		{Source: rowsOf("t", cols), Sink: save},
		{ID: 1, Source: plan.Source{Kind: program.SourceTable, Cols: cols}, Sink: send}}}
	l := chunk.LayoutOf(program.ChunkCols(cols))
	if l.Size > 8<<20 {
		t.Errorf("a chunk of %d bytes", l.Size)
	}
	value := func(row, c int) types.Datum {
		switch {
		case cols[c].Nullable && row%7 == 0:
			return types.NullDatum
		case c%2 == 1:
			return types.String(fmt.Sprintf("row %d of column %d", row, c)[:min(16, 8+c%9)])
		}
		return types.Int(int64(row*width + c))
	}
	acct := mem.NewAccount("test", 0)
	xq := r.open(q, exec.Options{Tier: exec.Primitives}, acct)
	before := acct.Peak()
	var in []*chunk.Chunk
	for at := 0; at < rows; at += l.Rows {
		c, err := chunk.OfDatums(acct, l, min(l.Rows, rows-at), func(r, c int) types.Datum { return value(at+r, c) })
		if err != nil {
			t.Fatal(err)
		}
		in = append(in, c)
	}
	inputs := acct.Used() - before
	feed(t, xq, 0, nil, 0, in)
	if err := xq.SealTable(0); err != nil {
		t.Fatal(err)
	}
	next := 0
	out := &sieve{look: func(c batch) {
		for row := range c.Rows() {
			for i := range cols {
				if got, want := c.Datum(i, row), value(next, i); got.Null != want.Null || got.S != want.S || got.Lo != want.Lo {
					t.Fatalf("row %d, column %d is %v, want %v", next, i, got, want)
				}
			}
			next++
		}
	}}
	x, err := xq.NewInstance(1, -1, out, 1)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range xq.Parts(0) {
		x.SetPart(p)
		if _, err := x.Run(); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := x.Finish(); err != nil {
		t.Fatal(err)
	}
	if out.rows != rows {
		t.Errorf("%d rows", out.rows)
	}
	if peak := (acct.Peak() - inputs) >> 20; peak > 60 {
		t.Errorf("%d MB", peak)
	}
	r.closed(xq, acct)
}

// A row that no page holds is refused, by its size.
func TestRowTooBig(t *testing.T) {
	r := newRunner(t)
	cols := make([]plan.Column, 17_000)
	for i := range cols {
		cols[i] = plan.Column{Name: "s", Type: types.TVarchar(5)}
	}
	tab, save := saves(cols)
	q := &plan.Query{Tables: []*plan.Table{tab}, Segments: []*plan.Segment{{Source: rowsOf("t", cols), Sink: save}}}
	_, err := r.run(q, nil, exec.Options{})
	if e := sqlerr.From(err); err == nil || e.Code != sqlerr.ProgramLimitExceeded ||
		e.Message != "row is too big: size 272000, maximum size 258048" {
		t.Errorf("%v", err)
	}
}
