package worker

import (
	"context"

	"slipher/catalog/state"
	"slipher/catalog/types"
	"slipher/node/wire"
	"slipher/runtime/block"
	"slipher/runtime/chunk"
	"slipher/runtime/mem"
	"slipher/runtime/program"
)

// Engine makes queries: runtime/exec behind exec.go, fakes in tests.
type Engine interface {
	NewQuery(segs []Code, params []wire.Param, acct *mem.Account, o wire.Options) (Query, error)
}

// Code is a segment's programs. Special may be nil.
type Code struct{ Special, General *program.Segment }

// Query is a query's code and tables on this node.
type Query interface {
	// NewInstance makes the private state of one worker or slice; dests is the number of
	// destinations of its sink.
	NewInstance(seg int, out Output, dests int) (Instance, error)
	// SealTable ends the filling of a table: all its instances have finished.
	SealTable(table int) error
	// Parts are a table's parts.
	Parts(table int) []Part
	// SetFused installs loaded code; it is used from the next morsel on.
	SetFused(seg int, special bool, fn FusedFn)
	Cancel()
	Close() error
}

// Part is what one instance put into a table; opaque here.
type Part any

// FusedFn is loaded fused code; opaque here.
type FusedFn any

// Output takes an instance's chunks. False: no credit, the chunk stays with the instance.
type Output interface {
	Send(dest int, c *chunk.Chunk) bool
}

// RunState is how a run of an instance ended.
type RunState int

// The run states.
const (
	Idle    RunState = iota // the input is consumed
	Blocked                 // output was refused: run again when it would be taken
)

// Instance is the state of one segment for one worker or slice. Not safe for concurrent use.
type Instance interface {
	SetScan(rg RowGroup, from, to int)
	SetChunk(c *chunk.Chunk) // the instance frees it
	SetPart(p Part)
	SetValues()
	Run() (RunState, error)
	Finish() (RunState, error)
	// Tiers counts runs on fused code and on the special variant so far.
	Tiers() (fused, special int64)
	Close()
}

// RowGroup is an opened row group whose needed blocks are in memory.
type RowGroup interface {
	Rows() int
	// SectionMayMatch asks the section's zone map: col is a column of the stored table.
	SectionMayMatch(col, section int, op string, v types.Datum) bool
	Release()
}

// Blocks reads objects of managed storage for scans.
type Blocks interface {
	Footer(ctx context.Context, ref state.ObjectRef) (*block.Footer, error)
	// MayMatch asks a block's zone map.
	MayMatch(m *block.BlockMeta, t types.Type, op string, v types.Datum) bool
	// Open fetches the columns of a row group.
	Open(ctx context.Context, ref state.ObjectRef, meta *block.RowGroupMeta, ts []types.Type, cols []int) (RowGroup, error)
}

// SliceWriter stores rows of one slice of one table.
type SliceWriter interface {
	// Write borrows c for the call.
	Write(ctx context.Context, c *chunk.Chunk) error
	Finish(ctx context.Context) ([]state.ObjectRef, error)
	// Abort ends without result and deletes what was written.
	Abort()
}

// Loads makes writers and splits COPY's text.
type Loads interface {
	NewWriter(spec *wire.Insert, slice state.SliceID, acct *mem.Account) (SliceWriter, error)
	// Split cuts a batch of whole records into chunks of at most rows rows each.
	Split(spec *wire.Text, b TextBatch, l *chunk.Layout, acct *mem.Account, rows int) ([]TextChunk, []wire.RecordError, error)
}

// TextBatch is a run of whole records of a file.
type TextBatch struct {
	File  string
	Line  int64 // of the first record
	Bytes []byte
}

// TextChunk is some of a batch's records, split into fields.
type TextChunk struct {
	Chunk *chunk.Chunk
	// Record describes a row for a report; column -1: not known.
	Record func(row, column int) wire.RecordError
}

// Artifacts opens signed envelopes.
type Artifacts interface {
	// Program checks the signature and gives the program within.
	Program(envelope []byte) (*program.Segment, error)
	// Load checks the signature and makes the code runnable. The function stays loaded
	// as long as the executor lives or forgets it.
	Load(envelope []byte) (FusedFn, error)
}
