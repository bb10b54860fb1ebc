package program

//go:generate go run github.com/tinylib/msgp -file program.go -o program_gen.go -io=false -tests=false

import (
	"slipher/catalog/types"
	"slipher/runtime/abi"
)

// Segment is one compiled segment: what codegen makes, artifacts carry and
// exec runs. The primitive tier walks Ins; the fused tier calls Entry in the
// artifact's object. Both work on the same state layout.
type Segment struct {
	ID        int           `msg:"id"`
	Hash      string        `msg:"hash"` // of the program text: part of the cache key
	StateSize int           `msg:"size"`
	Vector    int           `msg:"vec"` // the most rows its vectors have room for: a power of two
	Ins       insList       `msg:"ins"`
	Loops     loopList      `msg:"loops"`
	Source    Source        `msg:"src"`
	Sink      Sink          `msg:"sink"`
	Tables    tableSlotList `msg:"tabs"`
	Params    paramSlotList `msg:"params"`
	Consts    constSlotList `msg:"consts"`
	Hosts     hostCallList  `msg:"hosts"`
	Counters  []int64       `msg:"ctrs"`    // slots of addresses of the instance's running numbers, zero at first
	Tallies   []int64       `msg:"tallies"` // by step: where the rows behind it are counted, 0: as many as in front of it
	Ends      []int         `msg:"ends"`    // of the source and each step: Ins[:Ends[i]] are up to its end, the rest is the sink's
	Arenas    []int64       `msg:"arenas"`  // slots of arenas that live as long as the instance
	Guards    guardList     `msg:"guards"`
	Entry     string        `msg:"entry"` // symbol in the object
	Slots     slotList      `msg:"slots"` // names of state parts, for people and tests
}

// StepOf is which step an instruction is of: 0 is the source, one more than there are steps the sink.
func (s *Segment) StepOf(ins int) int {
	step := 0
	for step < len(s.Ends) && ins >= s.Ends[step] {
		step++
	}
	return step
}

// Together are the steps of each loop that has instructions of several: fused code does these at once.
func (s *Segment) Together() (out [][]int) {
	for _, l := range s.Loops {
		if l.First == l.Last || s.StepOf(l.First) == s.StepOf(l.Last-1) {
			continue
		}
		var steps []int
		for i := l.First; i < l.Last; i++ {
			if step := s.StepOf(i); len(steps) == 0 || steps[len(steps)-1] != step {
				steps = append(steps, step)
			}
		}
		out = append(out, steps)
	}
	return out
}

// Ins is one primitive call: Fn names a primitive of runtime/prim (or a
// kernel-backed one), Off its operands: state offsets or immediates, in the order its emitter asks for.
type Ins struct {
	Fn  string  `msg:"fn"`
	Off []int64 `msg:"off"`
	Col int     `msg:"c"` // 1 + the output column it is computed for, 0: none in particular
}

// Loop is a stretch of Ins that runs under one row domain.
type Loop struct {
	Name  string `msg:"name"`
	First int    `msg:"first"` // Ins[First:Last]
	Last  int    `msg:"last"`
	// Count is the state offset of the domain's row count: the loop is left out when it is 0.
	Count int64 `msg:"count"`
	// Again: this loop is a probe; when the loops behind it are through and the word at
	// this state offset is not 0, work goes on here. 0: no probe.
	Again int64 `msg:"again"`
	// Enough: this loop ends with a LIMIT; when the word at this state offset is not 0 and no probe
	// behind it has more, no further input matters. 0: no LIMIT.
	Enough int64 `msg:"enough"`
	// Tally: this loop ends a step that changes the number of rows; each time that it is through, the number at state
	// offset Yields is added to the word at this one. 0: it does not.
	Yields int64 `msg:"yields"`
	Tally  int64 `msg:"tally"`
}

// SourceKind is the kind of a source.
type SourceKind uint8

const (
	SourceScan     SourceKind = iota // blocks of a user table
	SourceReceive                    // pages of an exchange
	SourceTable                      // groups of an aggregate table, rows of a sort table or saved ones
	SourceRows                       // chunks handed in by the leader: catalog relations
	SourceValues                     // Values, evaluated
	SourceText                       // COPY: str columns split from text by the load kernel
	SourceLiterals                   // Literals
	SourceHeads                      // what the headers of a user table's row groups say, in the place of their rows
)

// Label is the source's step name.
func (k SourceKind) Label() string {
	return [...]string{"scan", "receive", "scan tbl", "rows", "values", "text", "values", "scan heads"}[k]
}

// Stored reports whether the source reads a user table.
func (k SourceKind) Stored() bool { return k == SourceScan || k == SourceHeads }

// SinkKind is the kind of a sink. Those up to SinkSave fill a table of the query.
type SinkKind uint8

const (
	SinkHash   SinkKind = iota // build a join table
	SinkAggr                   // aggregate
	SinkSort                   // sorted run
	SinkSave                   // rows as they come, kept to be read
	SinkDist                   // exchange to other slices
	SinkReturn                 // rows for the client, to the leader
	SinkInsert                 // rows for a table's slice: sorted, encoded, stored
	SinkDelete                 // row addresses (one BIGINT column) of rows to delete
	SinkEnd                    // nothing: rows have left marks in a join table
)

// Label is the sink's step name.
func (k SinkKind) Label() string { return sinkNames[k].label }

// Operator is the name, in EXPLAIN's words, of what takes a segment's memory.
func (k SinkKind) Operator() string {
	if int(k) >= len(sinkNames) {
		return "an operator"
	}
	return sinkNames[k].operator
}

// Fills reports whether the sink fills a table of the query.
func (k SinkKind) Fills() bool { return k <= SinkSave }

var sinkNames = [...]struct{ label, operator string }{
	SinkHash:   {"hash", "Hash"},
	SinkAggr:   {"aggr", "HashAggregate"},
	SinkSort:   {"sort", "Sort"},
	SinkSave:   {"save", "Save"},
	SinkDist:   {"dist", "Network"},
	SinkReturn: {"return", "Return"},
	SinkInsert: {"insert", "Insert"},
	SinkDelete: {"delete", "Delete"},
	SinkEnd:    {"end", "Hash Join"},
}

// DistKind is where an exchange sends a row.
type DistKind uint8

const (
	DistHash       DistKind = iota // slice = DistHash(keys) mod slices
	DistBroadcast                  // every node
	DistSingle                     // slice 0
	DistRoundRobin                 // EVEN tables
	DistLocal                      // the node where the row is
)

// Source says how exec feeds the state.
type Source struct {
	Kind  SourceKind    `msg:"kind"`
	Cols  sourceColList `msg:"cols"`
	Count int64         `msg:"count"` // state offset of the source domain's row count
	// state offset of the input's address: a chunk, the first entry of a page, the order of a sorted run, the state itself
	// (VALUES)
	Base     int64 `msg:"base"`
	Table    int   `msg:"table"` // SourceTable: table id of the query
	Exchange int   `msg:"exch"`
	Rows     int   `msg:"rows"` // SourceValues: number of rows
	// SourceReceive: layout of the rows of pages
	Shape TableShape `msg:"shape"`
	// Adopts, of a SourceReceive: pages become those of the table that the segment fills, without a look at their rows.
	Adopts bool  `msg:"adopts"`
	Total  int64 `msg:"total"` // SourceTable of a sort: state offset of the part's number of rows, 0: nobody asks
}

// SourceCol is a column the source provides.
type SourceCol struct {
	ColNo int  `msg:"colno"` // SourceScan, SourceHeads: column number in the stored table
	Head  Head `msg:"head"`  // SourceHeads: what it is of that column
	// SourceScan: state offset of its ColCursor, 0: the program does not read it
	Cursor   int64      `msg:"cursor"`
	Type     types.Type `msg:"type"`
	Nullable bool       `msg:"null"`
	Values   int64      `msg:"val"` // chunk sources: byte offset of the values in the chunk
	Nulls    int64      `msg:"nul"` // and of the null bytes, 0 if not nullable
}

// Holds is what the column's values are.
func (c SourceCol) Holds() (types.Type, bool) { return c.Type, c.Nullable }

// Head is what the header of a row group says, exactly.
type Head uint8

const (
	HeadRows   Head = iota // how many rows it has
	HeadValues             // how many values of a column that are not NULL
	HeadMin                // the least of them, NULL if there are none
	HeadMax                // the greatest
)

// Sink says what exec does with OUTPUT_FULL and at the end.
type Sink struct {
	Kind     SinkKind     `msg:"kind"`
	Table    int          `msg:"table"`
	Group    int64        `msg:"group"` // SinkAggr without keys: slot of the one group's address
	Exchange int          `msg:"exch"`
	Dist     DistKind     `msg:"dist"`
	Cols     chunkColList `msg:"cols"`  // SinkReturn, SinkInsert, SinkDelete: layout of chunks
	Shape    TableShape   `msg:"shape"` // SinkDist: layout of the rows of pages
	// state offset of the pointer to the array of addresses of what rows go into, one a destination: chunks, of SinkDist
	// tables
	Dests       int64 `msg:"dests"`
	NDests      int64 `msg:"ndests"` // state offset of the number of destinations
	LimitParam  int   `msg:"limit"`  // SinkSort: -1 none
	Top         Top   `msg:"top"`    // SinkSort with a limit
	OffsetParam int   `msg:"offset"`
	// RowIDs, of a SinkInsert: the last of Cols is the address of the row replaced, not a column of the table.
	RowIDs bool `msg:"rowids"`
}

// Top says of a sort of which only the first rows are wanted how its keys begin, if that is a column of integers of the
// source: rows that come behind what is wanted need not be read.
type Top struct {
	Is  bool `msg:"is"`
	Col int  `msg:"col"` // of the source
	// A key begins with a byte, one for values and one for NULL, and a value's seven upper bytes in order.
	ValueByte uint8 `msg:"value"`
	NullByte  uint8 `msg:"null"`
	Desc      bool  `msg:"desc"`
}

// Prefix is the first eight bytes of the key of a value of class p.
func (t *Top) Prefix(p types.Phys, v int64) uint64 {
	bits := 8 * p.Width()
	w := uint64(v)<<(64-bits) ^ 1<<63
	if t.Desc {
		w ^= ^uint64(0) << (64 - bits)
	}
	return w>>8 | uint64(t.ValueByte)<<56
}

// ChunkCol is one column of a chunk.
type ChunkCol struct {
	Type     types.Type `msg:"type"`
	Nullable bool       `msg:"null"`
	Values   int64      `msg:"val"` // byte offset in the chunk
	Nulls    int64      `msg:"nul"` // 0 if not nullable
}

// Holds is what the column's values are.
func (c ChunkCol) Holds() (types.Type, bool) { return c.Type, c.Nullable }

// Column is a column in whatever form: it says of which type its values are, and whether any may be NULL.
type Column interface {
	Holds() (t types.Type, nullable bool)
}

// ChunkCols are such columns as those of a chunk, without places in it: LayoutChunk gives them.
func ChunkCols[C Column](cols []C) []ChunkCol {
	out := make([]ChunkCol, len(cols))
	for i, c := range cols {
		out[i].Type, out[i].Nullable = c.Holds()
	}
	return out
}

// TableSlot is the state offset at which a table's address stands.
type TableSlot struct {
	Table  int        `msg:"table"`
	Slot   int64      `msg:"slot"`
	Shape  TableShape `msg:"shape"`
	Writes bool       `msg:"writes"`
	// Kept: the table remembers rows for a step; its parts stay from one turn of a loop to the next, one a slice.
	Kept bool `msg:"kept"`
	// Sieve: it is not the table that stands there, but the filter of its keys on all nodes.
	Sieve bool `msg:"sieve"`
}

// TableShape describes entries of a hash, aggregate or sort table, of saved rows, or rows of an exchange.
// Entry: [hash i64][8 unused][packed key: 16-byte fields, 8-byte words, null words][payload or
// accumulators, each aligned to its width][null bytes]; of a saved row
// only the payload and its null bytes; codegen/lower/shape.go lays it out.
type TableShape struct {
	Kind      SinkKind `msg:"kind"`
	EntrySize int      `msg:"esize"`
	KeyOff    int      `msg:"koff"`
	KeySize   int      `msg:"ksize"`
	Keyed     bool     `msg:"keyed"` // SinkAggr: has group keys; else there is one group from the start
	// NoneBytes are entry offsets of bytes that are 1 in a fresh group: "no input yet".
	NoneBytes  []int     `msg:"none"`
	Fields     fieldList `msg:"fields"`
	SortKeyOff int       `msg:"skoff"` // SinkSort: entry offset of the normalised key (a Str)
}

// Strings are the entry offsets of the strings: of a sort table its key and the payload, which lies behind it. (The
// plan's keys are only in the sort key.)
func (t *TableShape) Strings() []int64 {
	var offs []int64
	if t.Kind == SinkSort {
		offs = append(offs, int64(t.SortKeyOff))
	}
	for _, f := range t.Fields {
		if f.Type.Phys() == types.Str && f.Off > t.SortKeyOff {
			offs = append(offs, int64(f.Off))
		}
	}
	return offs
}

// Field names a part of an entry, for people and for chunk building.
type Field struct {
	Name    string     `msg:"name"`
	Off     int        `msg:"off"`
	Type    types.Type `msg:"type"`
	NullOff int        `msg:"nulloff"` // entry offset of its null byte, -1 never NULL
}

// ParamSlot is where parameter Param of the query stands in the state.
type ParamSlot struct {
	Param  int        `msg:"param"`
	Slot   int64      `msg:"slot"` // 16 bytes; lists: address of a list header
	Null   int64      `msg:"null"` // state offset of its null byte, 0 none
	Phys   types.Phys `msg:"phys"`
	IsList bool       `msg:"list"`
	Trim   bool       `msg:"trim"`  // the value without trailing blanks
	Limit  bool       `msg:"limit"` // a LIMIT: NULL stands for the largest number
}

// ConstSlot is a program constant for the primitive tier.
type ConstSlot struct {
	Slot int64       `msg:"slot"`
	Phys types.Phys  `msg:"phys"`
	V    types.Datum `msg:"v"`
}

// HostCall is a suboperator run in Go on a whole vector.
type HostCall struct {
	Op      string       `msg:"op"`
	In      []int64      `msg:"in"` // state offsets of value vectors
	InP     []types.Phys `msg:"inp"`
	Nulls   []int64      `msg:"nulls"` // null vectors, 0 none
	Mask    int64        `msg:"mask"`
	Out     int64        `msg:"out"`
	OutP    types.Phys   `msg:"outp"`
	OutNull int64        `msg:"outnull"`
	Count   int64        `msg:"count"`
	Sel     int64        `msg:"sel"` // 0: dense
	Ins     int          `msg:"ins"` // its instruction
}

// Guard is a fact about a scanned column that specialised code relies on; nodes
// check it against each row group's block headers and run the general variant
// where it does not hold.
type Guard struct {
	Col      int   `msg:"col"` // index into Source.Cols
	NoNulls  bool  `msg:"nonulls"`
	Bits     uint8 `msg:"bits"` // |v| < 2^Bits; 0: no claim
	NoBlanks bool  `msg:"noblanks"`
}

// Slot names a part of the state.
type Slot struct {
	Name string `msg:"name"`
	Off  int64  `msg:"off"`
	Size int64  `msg:"size"`
}

// A chunk's rows are bounded by bytes as well: wide ones, of more than a kilobyte, are fewer.
const (
	chunkBytes = 2 << 20
	// LeastVector is the least Vector of a program, whose chunks have room for two of them.
	LeastVector = 64
)

// ChunkRows is the row capacity of a chunk of these columns: a power of two.
func ChunkRows(cols []ChunkCol) int {
	width := 0
	for _, c := range cols {
		width += c.Type.Phys().Width()
		if c.Nullable {
			width++
		}
	}
	return RowsAtOnce(width)
}

// RowsAtOnce is how many rows of so many bytes go on together: a power of two.
func RowsAtOnce(width int) int {
	rows := abi.ChunkCapRows
	for rows > 2*LeastVector && rows*width > chunkBytes {
		rows /= 2
	}
	return rows
}

// LayoutChunk places columns one behind the other in a chunk, 16-byte aligned,
// and returns the chunk's size. Types and nullability are given.
func LayoutChunk(cols []ChunkCol) int64 {
	off, rows := int64(abi.ChunkHeadSize), int64(ChunkRows(cols))
	for i := range cols {
		c := &cols[i]
		c.Values, c.Nulls = off, 0
		off += int64(c.Type.Phys().Width()) * rows
		if c.Nullable {
			c.Nulls = off
			off += rows
		}
	}
	return off
}
