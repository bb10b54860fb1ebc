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
// emitter or the pass list changes or one is missing; what they hold runs.
func TestGenerate(t *testing.T) {
	dir := t.TempDir()
	generate := generateIn(t, dir)
	made := func(report string) int { return strings.Count(report, "modules,") }
	if n := made(generate(1, llvm.O2, target.All())); n != 3 {
		t.Errorf("%d levels were made", n)
	}
	if made(generate(1, llvm.O2, target.All())) != 0 {
		t.Error("made twice")
	}
	for _, level := range prim.Levels() {
		if got := add2of39(t, filepath.Join(dir, string(level)+prim.Suffix), level); got != 42 {
			t.Errorf("add2(39) = %d", got)
		}
	}
	if made(generate(2, llvm.O2, target.All())) != 3 || made(generate(2, llvm.Short, target.All())) != 3 {
		t.Error("a change went unnoticed")
	}
	os.Remove(filepath.Join(dir, "x86-64-v3.zst"))
	if made(generate(2, llvm.Short, target.All())) != 1 {
		t.Error("a missing bundle went unnoticed")
	}
}

// A level may be made alone and others later; those that were not asked for stay
// while they are fresh and go when they are stale.
func TestGenerateSomeLevels(t *testing.T) {
	dir := t.TempDir()
	generate := generateIn(t, dir)
	there := func() (list []string) {
		for _, level := range prim.Levels() {
			if exists(filepath.Join(dir, string(level)+prim.Suffix)) {
				list = append(list, string(level))
			}
		}
		return list
	}
	all := target.All()
	for _, step := range []struct {
		k       int
		targets []target.Target
		want    string
	}{
		{1, all[:1], "[x86-64-v3]"},
		{1, all[1:2], "[x86-64-v3 x86-64-v4]"},
		{2, all[2:], "[x86-64-v4-vbmi2]"},
		{2, all, "[x86-64-v3 x86-64-v4 x86-64-v4-vbmi2]"},
	} {
		generate(step.k, llvm.O2, step.targets)
		if got := fmt.Sprint(there()); got != step.want {
			t.Errorf("after %d levels of library %d: %s, want %s", len(step.targets), step.k, got, step.want)
		}
	}
}

// generateIn makes a hand-written library in dir and returns the report.
func generateIn(t *testing.T, dir string) func(k int, passes llvm.Passes, targets []target.Target) string {
	pool := llvm.NewPool(2, os.Args[0], llvm.Options{})
	t.Cleanup(pool.Close)
	if err := pool.Available(); err != nil {
		t.Fatal(err)
	}
	return func(k int, passes llvm.Passes, targets []target.Target) string {
		t.Helper()
		var report bytes.Buffer
		g := &generator{out: dir, targets: targets, passes: passes, parts: 3, pool: pool, modules: handWritten(k),
			report: &report}
		if err := g.generate(t.Context()); err != nil {
			t.Fatal(err)
		}
		return report.String()
	}
}

// add2of39 calls function add2 of a bundle.
func add2of39(t *testing.T, path string, level prim.Level) uintptr {
	t.Helper()
	file, err := os.ReadFile(path)
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
	defer code.Close()
	fn, _ := code.Symbol("add2")
	got, _, _ := purego.SyscallN(fn, 39)
	return got
}

// The flag names levels, all of them or this machine's.
func TestLevelsFlag(t *testing.T) {
	if list, err := targets(""); err != nil || len(list) != len(target.All()) {
		t.Error(list, err)
	}
	host, err := prim.HostLevel()
	if err != nil {
		t.Fatal(err)
	}
	if list, err := targets("host, x86-64-v3"); err != nil || len(list) != 2 || list[0].Level != string(host) ||
		list[1].Level != "x86-64-v3" {
		t.Error(list, err)
	}
	if _, err := targets("x86-64-v9"); err == nil {
		t.Error("an unknown level")
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
	if exists(filepath.Join(dir, "x86-64-v3"+stampSuffix)) {
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
