package segment

import (
	"context"
	"testing"

	"slipher/catalog/fn"
	"slipher/catalog/types"
	"slipher/codegen"
	"slipher/codegen/llvm"
	"slipher/codegen/subop"
	"slipher/codegen/target"
	"slipher/compiler/plan"
	"slipher/runtime/exec"
	"slipher/runtime/loader"
	"slipher/runtime/prim"
	"slipher/runtime/program"
)

// mutants is a library in which some primitives are replaced.
type mutants struct {
	exec.Library
	by map[string]uintptr
}

func (m mutants) Addr(name string) (uintptr, bool) {
	if a, ok := m.by[name]; ok {
		return a, true
	}
	return m.Library.Addr(name)
}

// Both tiers come from one emitter: with < mutated to <=, both give the same wrong answer.
func TestMutatedEmitterBreaksBothTiers(t *testing.T) {
	r := newRunner(t)
	q := &plan.Query{Params: []plan.Param{{Type: types.TInt8, Value: types.Int(10)}},
		Segments: []*plan.Segment{{Source: plan.Source{Kind: program.SourceRows, Rows: "t", Cols: numberCols},
			Steps: []plan.Step{&plan.Filter{Preds: []*plan.Expr{call("lt", types.TBool, col(0, types.TInt8, false),
				param(0, types.TInt8))}}},
			Sink: plan.Sink{Kind: program.SinkReturn, Cols: []*plan.Expr{col(0, types.TInt8, false)}}}}}
	rows := map[string][][]types.Datum{"t": numbers(100)}
	count := func(tier exec.Tier) int {
		got, err := r.run(q, rows, exec.Options{Tier: tier})
		if err != nil {
			t.Fatal(err)
		}
		return len(got)
	}
	if p, f := count(exec.Primitives), count(exec.Fused); p != 10 || f != 10 {
		t.Fatalf("before the mutation: %d and %d rows, want 10", p, f)
	}
	op := fns.Op("lt")
	saved := op.Emit
	defer func() { op.Emit = saved }()
	op.Emit = func(b fn.Builder, sh fn.Shape, a []fn.Value) fn.Value { return fns.Op("le").Emit(b, sh, a) }
	by := map[string]uintptr{}
	codes, err := codegen.Compile(q, codegen.Options{Fns: fns})
	if err != nil {
		t.Fatal(err)
	}
	for _, in := range codes[0].General.Program.Ins {
		by[in.Fn] = r.primitive(in.Fn)
	}
	r.e = r.e.WithLibrary(mutants{r.e.Library(), by})
	if p, f := count(exec.Primitives), count(exec.Fused); p != 11 || f != 11 {
		t.Fatalf("after the mutation: %d and %d rows, want 11 in both tiers", p, f)
	}
}

// primitive compiles one primitive from its emitter as it is now.
func (r *runner) primitive(name string) uintptr {
	r.t.Helper()
	level, err := prim.HostLevel()
	if err != nil {
		r.t.Fatal(err)
	}
	tg, err := target.ByLevel(string(level))
	if err != nil {
		r.t.Fatal(err)
	}
	ir, ok := subop.PrimitiveIR(fns, tg, name)
	if !ok {
		r.t.Fatalf("no primitive %s", name)
	}
	res, err := r.pool.Compile(context.Background(), llvm.Job{IR: ir, CPU: tg})
	if err != nil {
		r.t.Fatal(err)
	}
	code, err := loader.Load(res.Object, r.e.Symbols())
	if err != nil {
		r.t.Fatal(err)
	}
	addr, ok := code.Symbol(name)
	if !ok {
		r.t.Fatalf("no symbol %s", name)
	}
	return addr
}

// The library has every primitive that lowering can bind: each operation in
// each of its shapes and operand forms, dense and selected.
func TestEveryPrimitiveIsBuilt(t *testing.T) {
	r := newRunner(t)
	missing := 0
	for _, p := range subop.Primitives(fns) {
		if _, ok := r.e.Library().Addr(p.Name); !ok {
			missing++
			if missing < 10 {
				t.Errorf("no primitive %s", p.Name)
			}
		}
	}
	if missing > 0 {
		t.Errorf("%d primitives are missing", missing)
	}
}

// empty is a library without primitives.
type empty struct{}

func (empty) Addr(string) (uintptr, bool) { return 0, false }

// There is no second way to evaluate a program: without primitives a query fails.
func TestNothingFallsBackToGo(t *testing.T) {
	r := newRunner(t)
	r.e = r.e.WithLibrary(empty{})
	q := &plan.Query{Segments: []*plan.Segment{{Source: plan.Source{Kind: program.SourceRows, Rows: "t", Cols: numberCols},
		Sink: plan.Sink{Kind: program.SinkReturn, Cols: []*plan.Expr{col(0, types.TInt8, false)}}}}}
	if got, err := r.run(q, map[string][][]types.Datum{"t": numbers(3)}, exec.Options{}); err == nil {
		t.Fatalf("answered without primitives: %v", got)
	} else {
		t.Log(err)
	}
}
