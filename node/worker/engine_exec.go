package worker

import (
	"slipher/node/wire"
	"slipher/runtime/exec"
	"slipher/runtime/mem"
)

// FromExec makes the engine of runtime/exec a worker's.
func FromExec(e *exec.Engine) Engine { return execEngine{e} }

type execEngine struct{ e *exec.Engine }

func (e execEngine) NewQuery(segs []Code, params []wire.Param, acct *mem.Account, o wire.Options) (Query, error) {
	codes := make([]exec.Code, len(segs))
	for i, c := range segs {
		codes[i] = exec.Code{Special: c.Special, General: c.General}
	}
	ps := make([]exec.Param, len(params))
	for i, p := range params {
		ps[i] = exec.Param{Type: p.Type, Value: p.Value, List: p.List, IsList: p.IsList}
	}
	q, err := e.e.NewQuery(codes, ps, acct, exec.Options{VectorRows: o.VectorRows, TableStart: o.TableStart,
		Tier: exec.Tier(o.Tier), Measure: o.Measure})
	if err != nil {
		return nil, err
	}
	return execQuery{q}, nil
}

type execQuery struct{ *exec.Query }

func (q execQuery) NewInstance(seg, slice int, out Output, dests int) (Instance, error) {
	in, err := q.Query.NewInstance(seg, slice, out, dests)
	if err != nil {
		return nil, err
	}
	return execInstance{in}, nil
}

func (q execQuery) Parts(table int) []Part {
	parts := q.Query.Parts(table)
	out := make([]Part, len(parts))
	for i, p := range parts {
		out[i] = p
	}
	return out
}

func (q execQuery) SetFused(seg int, special bool, fn FusedFn) { q.Query.SetFused(seg, special, fn) }

type execInstance struct{ *exec.Instance }

func (in execInstance) SetPart(p Part) { in.Instance.SetPart(p.(*exec.Part)) }

func (in execInstance) Run() (RunState, error) {
	st, err := in.Instance.Run()
	return RunState(st), err
}

func (in execInstance) Finish() (RunState, error) {
	st, err := in.Instance.Finish()
	return RunState(st), err
}
