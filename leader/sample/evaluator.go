package sample

import (
	"slipher/catalog/fn"
	"slipher/catalog/sqlerr"
	"slipher/catalog/types"
	"slipher/codegen"
	"slipher/compiler/optimize"
	"slipher/compiler/plan"
	"slipher/runtime/chunk"
	"slipher/runtime/exec"
	"slipher/runtime/mem"
)

// Evaluator runs expressions over samples. Safe for concurrent use.
type Evaluator struct {
	Engine *exec.Engine
	Fns    *fn.Table
}

// most is the memory that one run may take: a sample's strings are cut, but what an expression makes of them is not.
const most = 64 << 20

// Run is optimize.Samples.Run: q is one segment that reads cols as rows and returns columns.
func (e *Evaluator) Run(q *plan.Query, cols []optimize.SampleColumn, rows int) (out [][]types.Datum, err error) {
	if len(q.Segments) != 1 {
		return nil, sqlerr.New(sqlerr.InternalError, "BUG: expressions over a sample in %d segments", len(q.Segments))
	}
	src := &q.Segments[0].Source
	segs, err := codegen.Compile(q, codegen.Options{Fns: e.Fns})
	if err != nil {
		return nil, err
	}
	code := segs[0].General.Program
	acct := mem.NewAccount("expressions over a sample", most)
	defer acct.Close()
	params := make([]exec.Param, len(q.Params))
	for i, p := range q.Params {
		params[i] = exec.Param{Type: p.Type, Value: p.Value, List: p.List, IsList: p.IsList}
	}
	run, err := e.Engine.NewQuery([]exec.Code{{General: code}}, params, acct, exec.Options{Tier: exec.Primitives})
	if err != nil {
		return nil, err
	}
	defer run.Close()
	t := &taken{out: make([][]types.Datum, len(q.Segments[0].Sink.Cols))}
	in, err := run.NewInstance(0, -1, t, 1)
	if err != nil {
		return nil, err
	}
	defer in.Close()
	layout := chunk.LayoutOf(code.Source.Cols)
	for at := 0; at < rows; at += layout.Rows {
		c, err := chunk.OfDatums(acct, layout, min(layout.Rows, rows-at), func(row, col int) types.Datum {
			values := cols[src.ColNos[col]].Values
			if at+row >= len(values) {
				return types.NullDatum
			}
			return values[at+row]
		})
		if err != nil {
			return nil, err
		}
		in.SetChunk(c)
		for st := exec.Yielded; st != exec.Idle; {
			if st, err = in.Run(); err != nil {
				return nil, err
			}
		}
	}
	for st := exec.Yielded; st != exec.Idle; {
		if st, err = in.Finish(); err != nil {
			return nil, err
		}
	}
	for _, col := range t.out {
		if len(col) != rows {
			return nil, sqlerr.New(sqlerr.InternalError, "BUG: %d values of %d rows of a sample", len(col), rows)
		}
	}
	return t.out, nil
}

// taken takes what is returned: exec.Output.
type taken struct{ out [][]types.Datum }

func (t *taken) Send(_ int, b chunk.Batch) bool {
	c := b.(*chunk.Chunk)
	for i := range t.out {
		for row := range c.Rows() {
			t.out[i] = append(t.out[i], c.Datum(i, row))
		}
	}
	c.Free()
	return true
}
