package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ebitengine/purego"

	"slipher/codegen/llvm"
	"slipher/codegen/target"
	"slipher/runtime/loader"
	"slipher/runtime/prim"
)

func TestMain(m *testing.M) {
	llvm.WorkIfAsked()
	os.Exit(m.Run())
}

// handWritten is a library of parts functions, add0 … : a vector of 4 sums, or the constant k.
func handWritten(k int) func(t target.Target, parts int) []module {
	return func(t target.Target, parts int) []module {
		var list []module
		for i := range parts {
			list = append(list, module{fmt.Sprint("prim", i), fmt.Sprintf(`target datalayout = %q
target triple = %q
define i64 @add%d(i64 %%a) nounwind {
  %%r = add i64 %%a, %d
  ret i64 %%r
}
`, t.DataLayout, t.Triple, i, k+i)})
		}
		return list
	}
}

// Bundles are made once, used as they are while nothing changes, made anew when an
// emitter, the pass list or the levels change or one is missing; what they hold runs.
func TestGenerate(t *testing.T) {
	dir := t.TempDir()
	pool := llvm.NewPool(2, os.Args[0], llvm.Options{})
	defer pool.Close()
	if err := pool.Available(); err != nil {
		t.Fatal(err)
	}
	generate := func(k int, passes llvm.Passes, targets []target.Target) string {
		t.Helper()
		var report bytes.Buffer
		g := &generator{out: dir, targets: targets, passes: passes, parts: 3, pool: pool, modules: handWritten(k), report: &report}
		if err := g.generate(t.Context()); err != nil {
			t.Fatal(err)
		}
		return report.String()
	}
	fresh := func(report string) bool { return strings.Contains(report, "up to date") }
	if fresh(generate(1, llvm.O2, target.All())) {
		t.Error("nothing was made")
	}
	if !fresh(generate(1, llvm.O2, target.All())) {
		t.Error("made twice")
	}
	for _, level := range prim.Levels() {
		file, err := os.ReadFile(filepath.Join(dir, string(level)+prim.Suffix))
		if err != nil {
			t.Fatal(err)
		}
		b, err := prim.DecodeBundle(file)
		if err != nil || len(b.Objects) != 3 || b.Level != string(level) {
			t.Fatal(b, err)
		}
		code, err := loader.Load(b.Objects[2], nil)
		if err != nil {
			t.Fatal(err)
		}
		fn, _ := code.Symbol("add2")
		if got, _, _ := purego.SyscallN(fn, 39); got != 42 {
			t.Errorf("add2(39) = %d", got)
		}
		code.Close()
	}
	if fresh(generate(2, llvm.O2, target.All())) || fresh(generate(2, llvm.Short, target.All())) {
		t.Error("a change went unnoticed")
	}
	if fresh(generate(2, llvm.Short, target.All()[:1])) {
		t.Error("fewer levels went unnoticed")
	}
	if _, err := os.Stat(filepath.Join(dir, "x86-64-v4.zst")); err == nil {
		t.Error("a stale bundle is left")
	}
	os.Remove(filepath.Join(dir, "x86-64-v3.zst"))
	if fresh(generate(2, llvm.Short, target.All()[:1])) {
		t.Error("a missing bundle went unnoticed")
	}
}

// An emitter that writes wrong IR fails the build, naming level and module; no stamp is left.
func TestGenerateFails(t *testing.T) {
	dir := t.TempDir()
	pool := llvm.NewPool(1, os.Args[0], llvm.Options{})
	defer pool.Close()
	g := &generator{out: dir, targets: target.All()[:1], passes: llvm.O2, parts: 2, pool: pool, report: &bytes.Buffer{},
		modules: func(tg target.Target, parts int) []module {
			list := handWritten(1)(tg, parts)
			list[1].ir = strings.Replace(list[1].ir, "ret i64 %r", "ret i64 %nothing", 1)
			return list
		}}
	err := g.generate(t.Context())
	if err == nil || !strings.Contains(err.Error(), "x86-64-v3") || !strings.Contains(err.Error(), "prim1") {
		t.Errorf("got %v", err)
	}
	if _, err := os.Stat(filepath.Join(dir, stampFile)); err == nil {
		t.Error("there is a stamp")
	}
}

// The levels that code is generated for and those that are told by the CPU have the same names.
func TestLevelNames(t *testing.T) {
	levels := prim.Levels()
	all := target.All()
	if len(levels) != len(all) {
		t.Fatal(levels)
	}
	for i := range all {
		if all[i].Level != string(levels[i]) {
			t.Errorf("%s and %s", all[i].Level, levels[i])
		}
	}
}
