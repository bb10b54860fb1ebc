package llvm

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/ebitengine/purego"

	"slipher/codegen/target"
	"slipher/runtime/loader"
)

// header is what every module states.
func header(t target.Target) string {
	return fmt.Sprintf("target datalayout = %q\ntarget triple = %q\n", t.DataLayout, t.Triple)
}

// sumModule adds the values of an array that are below a bound, calling a kernel at the end.
const sumModule = `
declare i64 @rt.note(i64)
define i64 @seg.sum(i64* %values, i64 %n, i64 %bound) nounwind {
entry:
  %none = icmp sle i64 %n, 0
  br i1 %none, label %done, label %L0.scan.loop
L0.scan.loop:
  %i = phi i64 [ 0, %entry ], [ %i.next, %L0.scan.next ]
  %sum = phi i64 [ 0, %entry ], [ %sum.next, %L0.scan.next ]
  %p = getelementptr i64, i64* %values, i64 %i
  %v = load i64, i64* %p
  %small = icmp slt i64 %v, %bound
  br i1 %small, label %L0.aggr.add, label %L0.scan.next
L0.aggr.add:
  %big = mul i64 %v, 3
  %w = add i64 %sum, %big
  br label %L0.scan.next
L0.scan.next:
  %sum.next = phi i64 [ %sum, %L0.scan.loop ], [ %w, %L0.aggr.add ]
  %i.next = add i64 %i, 1
  %more = icmp slt i64 %i.next, %n
  br i1 %more, label %L0.scan.loop, label %done
done:
  %total = phi i64 [ 0, %entry ], [ %sum.next, %L0.scan.next ]
  %r = call i64 @rt.note(i64 %total)
  ret i64 %r
}
`

// Compiled code gives the right answer when loaded and called, in every pass
// list and at the host's levels, and imports reach a far kernel.
func TestCompileLoadCall(t *testing.T) {
	p := testPool(t, 2, Options{})
	note := purego.NewCallback(func(v int64) int64 { return v + 1 })
	values := []int64{1, 50, 2, 60, 3, 70, 4}
	for _, passes := range []Passes{Short, Vector, O2, O3, O0} {
		r, err := p.Compile(t.Context(), Job{IR: header(target.V3) + sumModule, CPU: target.V3, Passes: passes, Verify: true})
		if err != nil {
			t.Fatalf("%s: %v", passes, err)
		}
		code, err := loader.Load(r.Object, map[string]uintptr{"rt.note": note})
		if err != nil {
			t.Fatalf("%s: %v", passes, err)
		}
		fn, ok := code.Symbol("seg.sum")
		if !ok {
			t.Fatalf("no symbol, have %v", code.Symbols())
		}
		got, _, _ := purego.SyscallN(fn, addressOfInts(values), uintptr(len(values)), 10)
		if got != 31 {
			t.Errorf("%s: got %d, want 31", passes, got)
		}
		if err := code.Close(); err != nil {
			t.Error(err)
		}
		if _, err := loader.Load(r.Object, nil); !errors.Is(err, loader.ErrUnknownSymbol) ||
			!strings.Contains(err.Error(), "rt.note") {
			t.Errorf("missing kernel: %v", err)
		}
	}
}

// The same job gives the same object, listing and optimised IR from any worker.
func TestCompileIsDeterministic(t *testing.T) {
	job := Job{IR: header(target.V4) + sumModule, CPU: target.V4, Passes: O2, WantAsm: true, WantOptIR: true}
	var first Result
	for i := range 3 {
		p := testPool(t, 1, Options{})
		r, err := p.Compile(t.Context(), job)
		if err != nil {
			t.Fatal(err)
		}
		if i > 0 && (!bytes.Equal(r.Object, first.Object) || r.Asm != first.Asm || r.OptIR != first.OptIR) {
			t.Fatal("results differ")
		}
		first = r
	}
	if !strings.Contains(first.OptIR, "@seg.sum") {
		t.Errorf("optimised IR: %s", first.OptIR)
	}
}

// What LLVM refuses comes back as an error with stage and text, and the worker lives on.
func TestCompileErrors(t *testing.T) {
	p := testPool(t, 1, Options{})
	cases := []struct{ name, ir, stage, text string }{
		{"syntax", "define i64 @f() {", "parse", "expecting more instructions"},
		{"types", header(target.V3) + "define i64 @f(i32 %a) {\n ret i64 %a\n}", "parse", "'%a' defined with type 'i32'"},
		{"verifier", header(target.V3) +
			"define void @f() {\na:\n br label %b\nb:\n %x = add i32 %y, 1\n %y = add i32 %x, 1\n ret void\n}", "verify",
			"dominate"},
		{"backend", header(target.V3) + "define void @f() {\n call void asm sideeffect \"nonsense\", \"\"()\n ret void\n}",
			"emit", "nonsense"},
	}
	for _, c := range cases {
		_, err := p.Compile(t.Context(), Job{IR: c.ir, CPU: target.V3, Verify: true})
		var ce *CompileError
		if !errors.As(err, &ce) || ce.Stage != c.stage || !strings.Contains(ce.Text, c.text) {
			t.Errorf("%s: %v", c.name, err)
		}
	}
	pids := p.PIDs()
	if _, err := p.Compile(t.Context(), Job{IR: header(target.V3) + sumModule, CPU: target.V3}); err != nil {
		t.Fatal(err)
	}
	if now := p.PIDs(); len(pids) != 1 || len(now) != 1 || pids[0] != now[0] {
		t.Errorf("worker was replaced: %v, %v", pids, now)
	}
	if _, err := p.Compile(t.Context(), Job{IR: "", CPU: target.V3, Passes: "many"}); err == nil ||
		!strings.Contains(err.Error(), "many") {
		t.Errorf("unknown pass list: %v", err)
	}
}

// A worker that is killed between jobs or in the middle of one costs a retry, no answer.
func TestKilledWorker(t *testing.T) {
	p := testPool(t, 1, Options{})
	job := Job{IR: header(target.V3) + sumModule, CPU: target.V3}
	if _, err := p.Compile(t.Context(), job); err != nil {
		t.Fatal(err)
	}
	kill := func() int {
		pids := p.PIDs()
		if len(pids) != 1 {
			t.Fatalf("workers %v", pids)
		}
		syscall.Kill(pids[0], syscall.SIGKILL)
		return pids[0]
	}
	kill()
	r, err := p.Compile(t.Context(), job)
	if err != nil || len(r.Object) == 0 || r.Attempts != 2 {
		t.Fatalf("after a kill: attempts %d, %v", r.Attempts, err)
	}

	// Long enough to be killed in the middle.
	long := Job{IR: header(target.V3) + manyFunctions(600), CPU: target.V3, Passes: O3}
	done := make(chan outcomeOf, 1)
	go func() {
		r, err := p.Compile(context.Background(), long)
		done <- outcomeOf{r, err}
	}()
	time.Sleep(150 * time.Millisecond)
	select {
	case o := <-done:
		t.Fatalf("the job was too short to be killed: %v", o.err)
	default:
	}
	killed := kill()
	o := <-done
	if o.err != nil || o.r.Attempts != 2 {
		t.Fatalf("killed in the middle: attempts %d, %v", o.r.Attempts, o.err)
	}
	if pids := p.PIDs(); len(pids) != 1 || pids[0] == killed {
		t.Errorf("workers %v, killed %d", pids, killed)
	}
}

type outcomeOf struct {
	r   Result
	err error
}

// A module that kills its workers fails with ErrWorkerDied after two of them; others are served.
func TestDeadlyModule(t *testing.T) {
	p := testPool(t, 1, Options{})
	// An intrinsic no instruction exists for: instruction selection aborts the process.
	deadly := header(target.V3) +
		"declare i64 @llvm.ptrauth.blend(i64, i64)\ndefine i64 @f(i64 %a) {\n %r = call i64 @llvm.ptrauth.blend(i64 %a, i64 " +
		"%a)\n ret i64 %r\n}\n"
	_, err := p.Compile(t.Context(), Job{IR: deadly, CPU: target.V3})
	if !errors.Is(err, ErrWorkerDied) {
		t.Fatalf("got %v", err)
	}
	t.Log(err)
	if _, err := p.Compile(t.Context(), Job{IR: header(target.V3) + sumModule, CPU: target.V3}); err != nil {
		t.Fatal(err)
	}
}

// Without the library every job fails with ErrNoLLVM and no process is started.
func TestNoLibrary(t *testing.T) {
	notLLVM := filepath.Join(t.TempDir(), "lib.so")
	if err := os.WriteFile(notLLVM, []byte("no library"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, setting := range []string{"off", "/nowhere/libLLVM.so", notLLVM} {
		p := NewPool(1, os.Args[0], Options{Library: setting})
		_, err := p.Compile(t.Context(), Job{IR: sumModule, CPU: target.V3})
		if !errors.Is(err, ErrNoLLVM) {
			t.Errorf("%s: %v", setting, err)
		}
		p.Close()
		if len(p.PIDs()) != 0 {
			t.Errorf("%s: workers are running", setting)
		}
	}
	t.Setenv(LibraryVariable, "off")
	if _, err := FindLibrary(""); !errors.Is(err, ErrNoLLVM) {
		t.Error(err)
	}
}

// A cancelled caller is let go at once, a closed pool fails its jobs and leaves no process.
func TestCancelAndClose(t *testing.T) {
	p := testPool(t, 1, Options{})
	long := Job{IR: header(target.V3) + manyFunctions(600), CPU: target.V3, Passes: O3}
	ctx, cancel := context.WithCancel(t.Context())
	time.AfterFunc(100*time.Millisecond, cancel)
	start := time.Now()
	if _, err := p.Compile(ctx, long); !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
	if d := time.Since(start); d > time.Second {
		t.Errorf("cancelling took %v", d)
	}
	if _, err := p.Compile(t.Context(), Job{IR: header(target.V3) + sumModule, CPU: target.V3}); err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	errs := make([]error, 3)
	for i := range errs {
		wg.Go(func() { _, errs[i] = p.Compile(context.Background(), long) })
	}
	time.Sleep(100 * time.Millisecond)
	pids := p.PIDs()
	p.Close()
	wg.Wait()
	for _, err := range errs {
		if !errors.Is(err, ErrClosed) {
			t.Errorf("closed pool: %v", err)
		}
	}
	for _, pid := range pids {
		if syscall.Kill(pid, 0) == nil {
			t.Errorf("worker %d lives", pid)
		}
	}
	if _, err := p.Compile(t.Context(), long); !errors.Is(err, ErrClosed) {
		t.Error(err)
	}
}

// A worker is replaced after its number of jobs; a job that takes too long is ended.
func TestRecycleAndTimeout(t *testing.T) {
	p := testPool(t, 1, Options{MaxJobs: 2})
	job := Job{IR: header(target.V3) + sumModule, CPU: target.V3}
	seen := map[int]bool{}
	for range 6 {
		if _, err := p.Compile(t.Context(), job); err != nil {
			t.Fatal(err)
		}
		for _, id := range p.PIDs() {
			seen[id] = true
		}
	}
	if len(seen) < 2 {
		t.Errorf("one worker did everything: %v", seen)
	}
	grown := testPool(t, 1, Options{MaxGrowth: 1})
	for range 3 {
		if _, err := grown.Compile(t.Context(), job); err != nil {
			t.Fatal(err)
		}
	}
	deadline := time.Now().Add(10 * time.Second)
	for len(grown.PIDs()) > 0 { // the last worker is dropped after the answer
		if time.Now().After(deadline) {
			t.Fatalf("%d workers that have grown live on", len(grown.PIDs()))
		}
		time.Sleep(time.Millisecond)
	}
	q := testPool(t, 1, Options{Timeout: 100 * time.Millisecond})
	if _, err := q.Compile(t.Context(), Job{IR: header(target.V3) + manyFunctions(600), CPU: target.V3,
		Passes: O3}); !errors.Is(err, ErrSlow) {
		t.Error(err)
	}
}

// More urgent jobs overtake, equal ones do not.
func TestQueueOrder(t *testing.T) {
	p := testPool(t, 1, Options{})
	var mu sync.Mutex
	var order []int
	var wg sync.WaitGroup
	submit := func(id, priority int, ir string) {
		wg.Go(func() {
			if _, err := p.Compile(context.Background(), Job{IR: header(target.V3) + ir, CPU: target.V3, Priority: priority,
				Passes: O3}); err != nil {
				t.Error(err)
			}
			mu.Lock()
			order = append(order, id)
			mu.Unlock()
		})
		time.Sleep(20 * time.Millisecond)
	}
	submit(0, 0, manyFunctions(300))
	time.Sleep(50 * time.Millisecond)
	medium := manyFunctions(10) // so that the order of arrival is the order of completion
	submit(1, 0, medium)
	submit(2, 0, medium)
	submit(3, 5, medium)
	wg.Wait()
	if fmt.Sprint(order) != "[0 3 1 2]" {
		t.Errorf("order %v", order)
	}
}

func manyFunctions(n int) string {
	var b strings.Builder
	b.WriteString("declare i64 @rt.note(i64)\n")
	body := strings.Replace(sumModule, "declare i64 @rt.note(i64)\n", "", 1)
	for i := range n {
		b.WriteString(strings.ReplaceAll(body, "@seg.sum", fmt.Sprintf("@seg.sum%d", i)))
	}
	return b.String()
}
