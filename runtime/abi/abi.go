package abi

// Version is part of every artifact; a node refuses another.
const Version = 5

// VectorRows is the largest number of rows in a vector, and of values in a
// section of a block. Tests run with smaller vectors; blocks keep sections of 1,024.
const VectorRows = 1024

// Status is what an entry point returns: the low 8 bits. HOST carries k in state.
type Status int32

const (
	Done       Status = 0 // the range is worked through
	OutputFull Status = 1 // take what is full, give room, call again
	InputEmpty Status = 2
	Grow       Status = 3 // StateWhat: index of the table slot to grow, then call again
	NeedBlock  Status = 4
	Spill      Status = 5
	Host       Status = 6 // StateWhat: index of the host call in the program
	Error      Status = 7 // StateErrCode, StateErrOp
	Stopped    Status = 8 // the stop word was set; called again, the code goes on where it was
	Enough     Status = 9 // a LIMIT is met: no further input matters
)

// NoMemory is what the callers of entry points make of an arena that is refused memory: the code did not return.
const NoMemory Status = 10

// Offsets of the fixed head of a segment's state; everything behind
// StateHeadSize is laid out by the program. All fields are 8 bytes.
const (
	StateResume   = 0  // loop to continue with, 0: start of the range
	StateCursor   = 8  // first row of the current vector
	StateStop     = 16 // address of the instance's stop word (int32; not 0: come back)
	StateErrCode  = 24 // catalog/fn.Code
	StateErrOp    = 32 // number of the operation that failed
	StateWhat     = 40 // Grow, Host
	StateVector   = 48 // rows per vector, 1..VectorRows
	StateArena    = 56 // address of the instance's Arena (strings made by expressions)
	StateNull     = 64 // address of a zeroed row: the payload of unmatched rows
	StateSeq      = 72 // round-robin counter
	StateRowsIn   = 80 // rows seen by the source
	StateMeter    = 88 // address of a slp_meter, which fused code tells of its steps; 0: nobody measures it
	StateHeadSize = 128
)

// ColCursorSize is the size of one scanned column's cursor in the state. Its
// first word is the decoder; the rest belongs to runtime/kernels/codec.
//
//	void decode(const ColCursor *c, int64_t row, int64_t n, void *values, uint8_t *nulls)
//
// decodes rows [row, row+n) of the row group (all in one section) into values
// (elements of the column's physical class; strings are headers that borrow the
// block's bytes) and nulls (1 = NULL; not written if the pointer is NULL). row is a multiple
// of the state's vector size from the section's start.
const ColCursorSize = 192

// StrSize is the size of a string header. Word 0: length (low 32 bits) and the
// first four bytes (high 32, little endian). Word 1: bytes 4..11 if the length
// is at most StrInline, else the address of all bytes. Unused bytes are zero.
const (
	StrSize   = 16
	StrInline = 12
)

// Chunk is a batch of rows in one off-heap buffer: what leaves a query and
// sinks fill. The head is followed by the columns in layout order, each
// [Cap values][Cap null bytes if the column may be NULL], 16-byte aligned, then by the
// string heap. A chunk on the wire has string words 1 as offsets into the heap.
const (
	ChunkRows     = 0  // i64
	ChunkCap      = 8  // i64
	ChunkArena    = 16 // an Arena: the string heap
	ChunkHeadSize = 64
)

// ChunkCapRows is the row capacity of a chunk, unless its rows are wide: two vectors, so that one always fits a chunk
// that is less than half full.
const ChunkCapRows = 2048

// Offsets in slp_table, an instance's part of a join, aggregate or sort table or of saved rows
// (runtime/kernels/table/table.h, asserted there), and in slp_join, a sealed join table.
const (
	TableDir   = 0  // directory of an aggregate table: address | hash tag << 48
	TableMask  = 8  // slots - 1
	TableNext  = 16 // next free entry
	TableEnd   = 24 // end of the page's entries
	TableCount = 32 // entries
	TableLimit = 40 // grow before there are more
	TablePage  = 48 // address of the head of the page of the next free entry
	TableInit  = 56 // address of a fresh group's bytes
	TableCut   = 64 // sort of which the first rows are wanted: rows whose key begins above are not among them

	JoinDir   = 0  // directory: end of the slot's entries | Bloom tag << 48; slot -1 exists
	JoinShift = 8  // slot = hash >> shift
	JoinCount = 16 // entries
)

// Offsets in the head of a sieve, a Bloom filter of the hashes of a join table's entries on all nodes
// (runtime/exec/sieve.go). Its words stand behind the head. A hash has four bits in one word: those that its lowest
// four groups of six bits number.
const (
	SieveWords    = 0 // address of the words
	SieveShift    = 8 // word = hash >> shift
	SieveHeadSize = 64
)

// Pages, where the entries of tables lie (runtime/kernels/include/page.h). A page is PageSize bytes, aligned to that.
// Its head lies at address>>PageShift&PageMask in it, its rows begin at PageRows. Strings that a header does not
// hold have in word 1 an offset from the address at PageBase of the head.
const (
	PageSize  = 262144
	PageShift = 12
	PageMask  = 4032 // 64 places of 64 bytes, by the page's number
	PageRows  = 4096
	PageHeap  = 0 // an Arena
	PageBase  = 32
	// PageHeapMax is what the strings of a page may take before the next one is begun.
	PageHeapMax = 8388608
)

// ArenaSize is the size of a kernels' slp_arena: cur, end, chunks, account.
const ArenaSize = 32

// Symbol is a C function's address, registered by the packages under
// runtime/kernels and resolved by runtime/loader and runtime/exec.
type Symbol struct {
	Name string
	Addr uintptr
}
