package worker

import (
	"time"

	"slipher/codegen/artifact"
	"slipher/node/wire"
	"slipher/runtime/block"
	"slipher/runtime/chunk"
	"slipher/runtime/exec"
	"slipher/runtime/mem"
	"slipher/runtime/page"
	"slipher/runtime/program"
)

// Engine makes queries: runtime/exec behind engine_exec.go, fakes in tests.
type Engine interface {
	NewQuery(segs []Code, params []wire.Param, acct *mem.Account, o wire.Options) (Query, error)
}

// Code is a segment's programs. Special may be nil.
type Code struct{ Special, General *program.Segment }

// Query is a query's code and tables on this node.
type Query interface {
	// NewInstance makes the private state of one worker or slice (-1: none in particular); dests is the number of
	// destinations of its sink.
	NewInstance(seg, slice int, out Output, dests int) (Instance, error)
	// SealTable ends the filling of a table: all its instances have finished.
	SealTable(table int) error
	// JoinKeys are the values of a key of a join table that has been sealed: whether there may be one among those of a
	// stretch of rows.
	JoinKeys(table, key int) func(block.Range) bool
	// OwnSieve is what a join table that has been sealed has to say of its keys to those who sieve rows by them, for
	// AddSieve; so many nodes have a part of the table. SieveKeys are as JoinKeys, for all nodes that were added.
	OwnSieve(table, nodes int) ([]byte, error)
	AddSieve(table int, said []byte) error
	SieveKeys(table, key int) func(block.Range) bool
	// Parts are a table's parts.
	Parts(table int) []Part
	// SetFused installs loaded code; it is used from the next morsel on.
	SetFused(seg int, special bool, fn FusedFn)
	// StopSegment ends the input of all instances of a segment: nobody wants its rows.
	StopSegment(seg int)
	// Turn ends a turn of a loop: see exec.Query.
	Turn(work, next int, fresh, segs []int) (rows int)
	// Memory is the most bytes that a segment has had at a time.
	Memory(seg int) int64
	Cancel()
	Close() error
}

// Part is what one instance put into a table.
type Part interface {
	// From says which segment has filled it, and for which slice (-1: for none in particular).
	From() (seg, slice int)
}

// FusedFn is a loaded entry point.
type FusedFn = *exec.Fn

// Output takes an instance's rows. False: no credit, they stay with the instance.
type Output interface {
	Send(dest int, b chunk.Batch) bool
}

// RunState is how a run of an instance ended.
type RunState int

// The run states.
const (
	Idle    RunState = iota // the input is consumed
	Blocked                 // output was refused: run again when it would be taken
	Yielded                 // Yield was called: run again
)

// Instance is the state of one segment for one worker or slice. Not safe for concurrent use.
type Instance interface {
	SetScan(rg *block.RowGroup, from, to int) error
	SetChunk(c *chunk.Chunk)    // the instance frees it
	SetPage(p *page.Page) error // and this, after an error as well
	SetPart(p Part)
	SetValues()
	Run() (RunState, error)
	Finish() (RunState, error)
	// Yield makes a Run under way return soon. It may be called at any time.
	Yield()
	// Enough reports whether the instance wants no more input, although there may be some.
	Enough() bool
	// Fused is the fused code that the present input runs on, nil on primitives.
	Fused() FusedFn
	// Tiers counts inputs run on fused code and on the special variant so far.
	Tiers() (fused, special int64)
	// Spent is how long its code has taken so far, by step: exec.Instance's. Nil: nobody measures it.
	Spent() []time.Duration
	// Counts are rows of the input that was consumed last: what the source has yielded, then what was left behind each
	// step. They are valid until the next Run.
	Counts() []int64
	// Cut is exec.Instance's. Only between runs, of an instance that sorts.
	Cut() (uint64, error)
	// ErrorColumn is the output column whose expression failed last, -1 if not known.
	ErrorColumn() int
	Close()
}

// Artifacts opens signed envelopes.
type Artifacts interface {
	// Program checks the signature and gives the program within.
	Program(envelope []byte) (*program.Segment, error)
	// Load checks the signature and makes the code runnable until its Code is closed.
	Load(envelope []byte) (Loaded, error)
}

// Loaded is runnable code.
type Loaded struct {
	Fn      FusedFn
	Program string // hash of the program it was made from: no other may use it
}

// Breadcrumbs notes what each worker runs, so that an artifact that kills the
// process is not run by the next one: artifact.Guard.
type Breadcrumbs interface {
	Set(worker int, key artifact.Hash)
	Clear(worker int)
	Quarantined(key artifact.Hash) bool
}
