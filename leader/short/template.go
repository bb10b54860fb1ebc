package short

import (
	"sync"

	"slipher/catalog/fn"
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

// Template is the compiled VALUES of an INSERT. Safe for concurrent use.
type Template struct {
	engine *exec.Engine
	code   *program.Segment
	params []plan.Param
	dests  int
	rows   int

	mu   sync.Mutex
	idle []*runner // guarded by mu
	gone bool      // guarded by mu: Close was called
}

// maxIdle is how many runners a template keeps: as many statements run at once on a few cores.
const maxIdle = 4

// MaxRows is how many rows a run may make: their chunks never fill up.
const MaxRows = 1000

// NewTemplate compiles the plan of an INSERT … VALUES for a cluster of so many slices. nil without
// an error: the plan is another one.
func NewTemplate(engine *exec.Engine, fns *fn.Table, q *plan.Query, slices int) (*Template, error) {
	if q.Insert == nil || q.Delete != nil || len(q.Segments) != 2 {
		return nil, nil
	}
	from, to := q.Segments[0], q.Segments[1]
	if from.Source.Kind != program.SourceValues || len(from.Steps) > 0 || from.Sink.Kind != program.SinkDist ||
		to.Source.Kind != program.SourceReceive || len(to.Steps) > 0 || to.Sink.Kind != program.SinkInsert || to.Sink.RowIDs {
		return nil, nil
	}
	for i, c := range to.Sink.Cols { // as they come
		if c.Kind != expr.Column || int(c.Col) != i {
			return nil, nil
		}
	}
	for _, p := range q.Params {
		if p.IsList {
			return nil, nil
		}
	}
	// The rows go where they would be sent, as what they would be there: chunks for the slices' loaders.
	at := *from
	at.Sink = plan.Sink{Kind: program.SinkInsert, Cols: from.Sink.Cols, Dist: from.Sink.Dist, Keys: from.Sink.Keys}
	segs, err := codegen.Compile(&plan.Query{Params: q.Params, Segments: []*plan.Segment{&at}},
		codegen.Options{Fns: fns})
	if err != nil {
		return nil, err
	}
	t := &Template{engine: engine, code: segs[0].General.Program, params: q.Params, dests: slices,
		rows: len(from.Source.Values)}
	if from.Sink.Dist == program.DistSingle {
		t.dests = 1
	}
	return t, nil
}

// Rows is how many rows a list of arguments makes.
func (t *Template) Rows() int { return t.rows }

// Run computes the rows for each list of arguments (the client's $1, $2, …) and shows f those of each
// slice: they are the template's and gone when f returns. At most MaxRows may come of it.
func (t *Template) Run(args [][]types.Datum, f func(slice int, c *chunk.Chunk) error) error {
	r, err := t.runner()
	if err != nil {
		return err
	}
	for _, a := range args {
		if err := r.run(t.values(a)); err != nil {
			r.close()
			return err
		}
	}
	if err := r.in.Take(f); err != nil {
		r.close()
		return err
	}
	t.keep(r)
	return nil
}

// values are the query's parameters with the client's arguments.
func (t *Template) values(args []types.Datum) []exec.Param {
	out := make([]exec.Param, len(t.params))
	for i, p := range t.params {
		out[i] = exec.Param{Type: p.Type, Value: p.Value}
		if p.Client > 0 {
			out[i].Value = args[p.Client-1]
		}
	}
	return out
}

// Close frees what is kept. Runs under way end well.
func (t *Template) Close() {
	t.mu.Lock()
	idle := t.idle
	t.idle, t.gone = nil, true
	t.mu.Unlock()
	for _, r := range idle {
		r.close()
	}
}

// runner is an executor with one instance of the program.
type runner struct {
	acct *mem.Account
	q    *exec.Query
	in   *exec.Instance
}

func (t *Template) runner() (*runner, error) {
	t.mu.Lock()
	if n := len(t.idle); n > 0 {
		r := t.idle[n-1]
		t.idle = t.idle[:n-1]
		t.mu.Unlock()
		return r, nil
	}
	t.mu.Unlock()
	r := &runner{acct: mem.NewAccount("rows of small inserts", 0)}
	first := make([]exec.Param, len(t.params))
	for i, p := range t.params {
		first[i] = exec.Param{Type: p.Type, Value: types.NullDatum}
	}
	var err error
	if r.q, err = t.engine.NewQuery([]exec.Code{{General: t.code}}, first, r.acct, exec.Options{}); err != nil {
		return nil, err
	}
	if r.in, err = r.q.NewInstance(0, -1, full{}, t.dests); err != nil {
		r.close()
		return nil, err
	}
	return r, nil
}

func (t *Template) keep(r *runner) {
	t.mu.Lock()
	if !t.gone && len(t.idle) < maxIdle {
		t.idle = append(t.idle, r)
		r = nil
	}
	t.mu.Unlock()
	if r != nil {
		r.close()
	}
}

// full takes nothing: chunks stay with the instance.
type full struct{}

func (full) Send(int, chunk.Batch) bool { return false }

func (r *runner) run(params []exec.Param) error {
	if err := r.in.Reset(params); err != nil {
		return err
	}
	r.in.SetValues()
	st, err := r.in.Run()
	if err == nil && st == exec.Blocked {
		err = sqlerr.New(sqlerr.InternalError, "BUG: too many rows for an INSERT of a few")
	}
	return err
}

func (r *runner) close() {
	if r.in != nil {
		r.in.Close()
	}
	r.q.Close()
	r.acct.Close()
}
