package target

import "fmt"

// Target is one machine level. The zero Target is none.
type Target struct {
	Level      string // its name in keys, files and --target: "x86-64-v3"
	Triple     string // for the module text and LLVM's target machine
	DataLayout string // for the module text; LLVM needs it before the passes run
	CPU        string // LLVM's CPU name
	Features   string // LLVM's feature string, added to the CPU's own

	// AVX512 is set where 512-bit vectors and mask registers exist (x86-64-v4).
	AVX512 bool
	// CompressStore is set where llvm.masked.compressstore of 16-bit elements is
	// a handful of instructions (VBMI2); elsewhere it is about 200.
	CompressStore bool
}

const (
	x86Triple = "x86_64-unknown-linux-gnu"
	// x86Layout is what LLVM 19 states for x86Triple; a test of codegen/llvm compares.
	x86Layout = "e-m:e-p270:32:32-p271:32:32-p272:64:64-i64:64-i128:128-f80:128-n8:16:32:64-S128"
)

// The levels, weakest first. Golden files pin V3.
var (
	V3 = Target{Level: "x86-64-v3", Triple: x86Triple, DataLayout: x86Layout, CPU: "x86-64-v3"}
	V4 = Target{Level: "x86-64-v4", Triple: x86Triple, DataLayout: x86Layout, CPU: "x86-64-v4", AVX512: true}
	// V4VBMI2 is Ice Lake, Sapphire Rapids, Zen 4 and newer.
	V4VBMI2 = Target{Level: "x86-64-v4-vbmi2", Triple: x86Triple, DataLayout: x86Layout, CPU: "x86-64-v4",
		Features: "+avx512vbmi,+avx512vbmi2", AVX512: true, CompressStore: true}
)

// All lists the levels, weakest first. The slice is the caller's.
func All() []Target { return []Target{V3, V4, V4VBMI2} }

// ByLevel is the target of that name.
func ByLevel(level string) (Target, error) {
	for _, t := range All() {
		if t.Level == level {
			return t, nil
		}
	}
	return Target{}, fmt.Errorf("unknown target %q (x86-64-v3, x86-64-v4, x86-64-v4-vbmi2)", level)
}
