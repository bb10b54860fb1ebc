package llvm

import "fmt"

// Passes names a list of optimisation passes with its code generation level.
type Passes string

// The pass lists. Measured per IR instruction: Short 5 µs, O2 27 µs, emission 20 µs (O0 2.4 µs).
const (
	// Short is the list of the fused tier: group and probe loops gain nothing from more.
	Short Passes = "short"
	// Vector is Short and loop vectorisation: the primitive library. Its loops run as fast as with
	// O2 and O3, which take 1.5 and 2 times as long over the 4,700 functions.
	Vector Passes = "vector"
	// O2 is LLVM's own, without interleaving and unrolling: hot vectorisable loops.
	O2 Passes = "O2"
	// O3 is all LLVM has: to compare with.
	O3 Passes = "O3"
	// O0 is for tests: FastISel, no passes.
	O0 Passes = "O0"
)

// passList is one row of passLists.
type passList struct {
	passes Passes
	text   string // for LLVMRunPasses; empty: none
	level  uint32 // LLVMCodeGenOptLevel
	unroll bool
}

// instcombine must not verify its fixpoint: if it misses it, LLVM aborts the process.
const cleanup = "sroa,early-cse,instcombine<no-verify-fixpoint>,simplifycfg,loop-mssa(licm),gvn,simplifycfg"

// Emitters may use small always-inline functions; inlining them comes first.
var passLists = []passList{
	{passes: O0, text: "always-inline", level: 0},
	{passes: Short, text: "always-inline,globaldce,function(" + cleanup + ")", level: 2},
	{passes: Vector, text: "always-inline,globaldce,function(" + cleanup + ",loop(loop-rotate),loop-vectorize," +
		"instcombine<no-verify-fixpoint>,simplifycfg,loop-mssa(licm),early-cse)", level: 2},
	{passes: O2, text: "default<O2>", level: 2},
	{passes: O3, text: "default<O3>", level: 3, unroll: true},
}

func (p Passes) list() (*passList, error) {
	for i := range passLists {
		if passLists[i].passes == p {
			return &passLists[i], nil
		}
	}
	return nil, fmt.Errorf("unknown pass list %q", string(p))
}

// commandLine are LLVM's global options, set once a worker. jump-is-expensive
// keeps `br (and a, b)` one branch: without it branchy filters take 28 instead of 17 ms.
var commandLine = []string{"slipher", "-jump-is-expensive"}

// PassKey is the part of an artifact's key that pass list, options and library version make up.
func PassKey(p Passes) string {
	l, err := p.list()
	if err != nil {
		return string(p)
	}
	return fmt.Sprintf("llvm %s %v %s codegen=%d unroll=%t", Version, commandLine[1:], l.text, l.level, l.unroll)
}
