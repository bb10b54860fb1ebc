package llvm

import (
	"fmt"
	"strings"
	"testing"

	"slipher/codegen/target"
)

// The data layouts that modules state are LLVM's own.
func TestTargetLayouts(t *testing.T) {
	path, err := FindLibrary("")
	if err != nil {
		t.Fatal(err)
	}
	k, err := newCompiler(path)
	if err != nil {
		t.Fatal(err)
	}
	for _, tg := range target.All() {
		got, err := k.layout(machineKey{tg.Triple, tg.CPU, tg.Features, 2})
		if err != nil {
			t.Fatal(err)
		}
		if got != tg.DataLayout {
			t.Errorf("%s: layout %q, LLVM says %q", tg.Level, tg.DataLayout, got)
		}
	}
}

// A listing names functions, IR blocks and imported kernels, and holds no address.
func TestListing(t *testing.T) {
	p := testPool(t, 1, Options{})
	for _, passes := range []Passes{Short, O2, O0} {
		r, err := p.Compile(t.Context(), Job{IR: header(target.V3) + sumModule, CPU: target.V3, Passes: passes,
			WantAsm: true})
		if err != nil {
			t.Fatal(err)
		}
		if testing.Verbose() {
			fmt.Println(r.Asm)
		}
		for _, want := range []string{"seg.sum:\n", "L0.scan.loop:\n", "rt.note", "done:\n", "\tcmp\t", "L0."} {
			if passes == O2 && want == "L0.scan.loop:\n" {
				continue // vectorised: other blocks
			}
			if !strings.Contains(r.Asm, want) {
				t.Errorf("%s: no %q in\n%s", passes, want, r.Asm)
			}
		}
		if strings.Contains(r.Asm, "0x") || strings.Contains(r.Asm, "\t?") {
			t.Errorf("%s: addresses in\n%s", passes, r.Asm)
		}
		again, err := p.Disassemble(t.Context(), r.Object, target.V3)
		if err != nil || !strings.Contains(again, "seg.sum:\n") || !strings.Contains(again, "rt.note") ||
			strings.Contains(again, "\t?") {
			t.Errorf("disassembled: %v\n%s", err, again)
		}
	}
}

// Constants and tables are noted by section; every function of a module is listed.
func TestListingNotes(t *testing.T) {
	p := testPool(t, 1, Options{})
	r, err := p.Compile(t.Context(), Job{IR: warmModule(target.V4), CPU: target.V4, Passes: O2, WantAsm: true})
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"checked:\n", "\nvector:\n", "# .LCPI", "kernel\n", "take:\n", "store:\n"} {
		if !strings.Contains(r.Asm, want) {
			t.Errorf("no %q in\n%s", want, r.Asm)
		}
	}
}
