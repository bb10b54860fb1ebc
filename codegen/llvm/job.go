package llvm

import (
	"errors"
	"fmt"
	"time"

	"slipher/codegen/target"
)

// Job is one module to compile.
type Job struct {
	IR     string // text; states triple and data layout of CPU
	CPU    target.Target
	Passes Passes // empty: Short
	// Priority orders waiting jobs: higher first, equal ones as they came.
	Priority int

	WantOptIR bool // the IR after the passes
	WantAsm   bool // a listing of the object, blocks labelled with IR names
	Verify    bool // run LLVM's verifier first (tests, `slipher compile`)
}

// Result is a compiled module.
type Result struct {
	Object []byte // ELF, relocatable
	OptIR  string
	Asm    string

	// Where the time went. Wait is all but the
	// worker's own work: the queue, starting a worker, the pipe, listing.
	Wait, Parse, Passes, Emit time.Duration
	// Attempts is 2 if a worker died over the job and another one did it.
	Attempts int
}

// Total is the compile time proper: parsing, passes, emission.
func (r Result) Total() time.Duration { return r.Parse + r.Passes + r.Emit }

// CompileError is LLVM's refusal of a module: our bug, never the user's.
type CompileError struct {
	Stage string // "parse", "verify", "passes", "emit", …
	Text  string
}

func (e *CompileError) Error() string { return fmt.Sprintf("llvm %s: %s", e.Stage, e.Text) }

// Errors of Pool.
var (
	ErrClosed     = errors.New("compile pool is closed")
	ErrWorkerDied = errors.New("compile worker died")
	ErrSlow       = errors.New("the compile worker takes too long")
)
