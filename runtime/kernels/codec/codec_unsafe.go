package codec

/*
#cgo CFLAGS: -O3 -Wall -Wno-psabi -DSLP_HEADERS=0x48e75aaa
#include "codec.h"
static uint64_t slp_decoder(int level, int class) {
	return (uint64_t)(uintptr_t)slp_codec_level(level)->by_class[class];
}
static void slp_decode_call(const void *c, int64_t row, int64_t n, void *values, uint8_t *nulls) {
	((const slp_cursor *)c)->decode(c, row, n, values, nulls);
}
*/
import "C"

import (
	"unsafe"

	"slipher/catalog/types"
	"slipher/runtime/abi"
	"slipher/runtime/offheap"
)

// Sizes of the format, as in codec.h.
const (
	SectionRows = 1024 // values in a section
	SectionSize = 32   // bytes of a section's entry
	Tail        = 64   // readable bytes behind every body
	NoCode      = 0xffff
	MaxStr      = 65535 // bytes of a string that a dictionary may have
)

// Mode is how a section is stored; see codec.h. On disk: never renumber.
type Mode uint8

const (
	Const Mode = iota
	For
	Delta
	RLE
	Raw
	Dict
	Str
	Delta16
	Long
)

// Modes is a set of modes an encoder may use.
type Modes int

// Set makes a set.
func Set(ms ...Mode) Modes {
	s := Modes(0)
	for _, m := range ms {
		s |= 1 << m
	}
	return s
}

// Section is the entry of a section, as slp_section.
type Section struct {
	Off      uint32 // payload in the body
	Nulls    uint16
	Mode     Mode
	Bits     uint8
	Ref      int64
	Min, Max int64 // order-preserving keys, Min > Max: no value
}

// Section is slp_section: an index that is not 0 does not compile.
var (
	_ = [1]struct{}{}[unsafe.Sizeof(Section{})-C.sizeof_slp_section]
	_ = [1]struct{}{}[unsafe.Sizeof(Section{})-SectionSize]
	_ = [1]struct{}{}[unsafe.Offsetof(Section{}.Off)-unsafe.Offsetof(C.slp_section{}.off)]
	_ = [1]struct{}{}[unsafe.Offsetof(Section{}.Nulls)-unsafe.Offsetof(C.slp_section{}.nulls)]
	_ = [1]struct{}{}[unsafe.Offsetof(Section{}.Mode)-unsafe.Offsetof(C.slp_section{}.mode)]
	_ = [1]struct{}{}[unsafe.Offsetof(Section{}.Bits)-unsafe.Offsetof(C.slp_section{}.bits)]
	_ = [1]struct{}{}[unsafe.Offsetof(Section{}.Ref)-unsafe.Offsetof(C.slp_section{}.ref)]
	_ = [1]struct{}{}[unsafe.Offsetof(Section{}.Min)-unsafe.Offsetof(C.slp_section{}.min)]
	_ = [1]struct{}{}[unsafe.Offsetof(Section{}.Max)-unsafe.Offsetof(C.slp_section{}.max)]
	_ = [1]struct{}{}[Tail-C.TAIL]
	_ = [1]struct{}{}[NoCode-C.NO_CODE]
	_ = [1]struct{}{}[Const-C.MODE_CONST]
	_ = [1]struct{}{}[For-C.MODE_FOR]
	_ = [1]struct{}{}[Delta-C.MODE_DELTA]
	_ = [1]struct{}{}[RLE-C.MODE_RLE]
	_ = [1]struct{}{}[Raw-C.MODE_RAW]
	_ = [1]struct{}{}[Dict-C.MODE_DICT]
	_ = [1]struct{}{}[Str-C.MODE_STR]
	_ = [1]struct{}{}[Long-C.MODE_LONG]
	_ = [1]struct{}{}[MaxStr-C.MAX_STR]
	_ = [1]struct{}{}[Delta16-C.MODE_DELTA16]
)

// Column is a column to encode: off-heap arrays of Rows elements, 16-byte aligned, borrowed for
// the call. Strings (Class Str) have Heap, Off and Len, other classes Values. Nulls
// (one byte a row, 1 = NULL) may be nowhere. Strings that are NULL have length 0. 16 bytes behind Values and Heap are
// readable.
type Column struct {
	Class  types.Phys
	Rows   int
	Values offheap.View
	Nulls  offheap.View
	Heap   offheap.View
	Off    offheap.View // uint64
	Len    offheap.View // uint32
}

// Slice is rows [from, to).
func (c *Column) Slice(from, to int) Column {
	s := *c
	s.Rows = to - from
	add := func(v *offheap.View, width int) {
		if !v.Nowhere() {
			*v = v.From(int64(from * width))
		}
	}
	add(&s.Values, c.Class.Width())
	add(&s.Nulls, 1)
	add(&s.Off, 8)
	add(&s.Len, 4)
	return s
}

// Stats are facts about a column's values. Rows are -1 if all values are NULL.
type Stats struct {
	Nulls          int
	MinRow, MaxRow int
	TrailingBlanks bool
	Bytes          int // of string bytes or values
}

// ColumnStats computes a column's statistics and the zone maps of its sections.
func ColumnStats(c *Column, secs []Section) Stats {
	var st C.slp_stats
	if c.Rows == 0 {
		return Stats{MinRow: -1, MaxRow: -1}
	}
	sec := (*C.slp_section)(unsafe.Pointer(&secs[0]))
	if c.Class == types.Str {
		C.slp_str_stats((*C.uint8_t)(c.Heap.Pointer()), (*C.uint64_t)(c.Off.Pointer()), (*C.uint32_t)(c.Len.Pointer()),
			(*C.uint8_t)(c.Nulls.Pointer()), C.int64_t(c.Rows), sec, &st)
	} else {
		isFloat := C.int(0)
		if c.Class.IsFloat() {
			isFloat = 1
		}
		C.slp_value_stats(c.Values.Pointer(), C.int(c.Class.Width()), isFloat, (*C.uint8_t)(c.Nulls.Pointer()),
			C.int64_t(c.Rows), sec, &st)
	}
	return Stats{Nulls: int(st.nulls), MinRow: int(st.min_row), MaxRow: int(st.max_row),
		TrailingBlanks: st.trailing_blanks != 0, Bytes: int(st.bytes)}
}

// EncodeValues encodes fixed-width values into out (off-heap) from offset at on and returns the
// offset behind; out has room for rows*width + 64 bytes a section. codes are dictionary indexes or nowhere.
func EncodeValues(c *Column, modes Modes, fixedBits int, codes offheap.View, secs []Section, out offheap.View,
	at int) int {
	return encode(c.Values, c.Class.Width(), c, modes, fixedBits, codes, secs, out, at)
}

// EncodeCodes encodes dictionary indexes (uint16) of a column of strings.
func EncodeCodes(c *Column, modes Modes, codes offheap.View, secs []Section, out offheap.View, at int) int {
	return encode(codes, -2, c, modes, 0, offheap.View{}, secs, out, at)
}

func encode(v offheap.View, width int, c *Column, modes Modes, fixed int, codes offheap.View, secs []Section,
	out offheap.View, at int) int {
	if c.Rows == 0 {
		return at
	}
	return int(C.slp_enc_values(v.Pointer(), C.int(width), C.int64_t(c.Rows), (*C.uint8_t)(c.Nulls.Pointer()),
		C.int(modes), C.int(fixed),
		(*C.uint16_t)(codes.Pointer()), (*C.slp_section)(unsafe.Pointer(&secs[0])), (*C.uint8_t)(out.Pointer()),
		C.int64_t(at)))
}

// EncodeStrs encodes strings as they are; room for their bytes and 2,112 bytes a section.
func EncodeStrs(c *Column, secs []Section, out offheap.View, at int) int {
	if c.Rows == 0 {
		return at
	}
	return int(C.slp_enc_strs((*C.uint8_t)(c.Heap.Pointer()), (*C.uint64_t)(c.Off.Pointer()),
		(*C.uint32_t)(c.Len.Pointer()), C.int64_t(c.Rows),
		(*C.slp_section)(unsafe.Pointer(&secs[0])), (*C.uint8_t)(out.Pointer()), C.int64_t(at)))
}

// BuildDict gives each distinct value of c a code below max <= NoCode; codes (uint16) and first
// (uint32, the first row of each code) have room for c.Rows elements. Values beyond max, and strings longer than
// MaxStr, get NoCode. For strings with sample > 0 it gives up with -1 if there are any, or little repetition in the
// first sample rows.
func BuildDict(c *Column, max, sample int, codes, first offheap.View) int {
	if c.Class == types.Str {
		return int(C.slp_str_dict((*C.uint8_t)(c.Heap.Pointer()), (*C.uint64_t)(c.Off.Pointer()),
			(*C.uint32_t)(c.Len.Pointer()), (*C.uint8_t)(c.Nulls.Pointer()),
			C.int64_t(c.Rows), C.int64_t(max), C.int(sample), (*C.uint16_t)(codes.Pointer()), (*C.uint32_t)(first.Pointer())))
	}
	return int(C.slp_value_dict(c.Values.Pointer(), C.int(c.Class.Width()), (*C.uint8_t)(c.Nulls.Pointer()),
		C.int64_t(c.Rows), C.int64_t(max),
		(*C.uint16_t)(codes.Pointer()), (*C.uint32_t)(first.Pointer())))
}

// NullBits sets the bitmap of the column's NULLs; bits is cleared memory of (Rows+7)/8 bytes.
func NullBits(c *Column, bits []byte) {
	C.slp_null_bits((*C.uint8_t)(c.Nulls.Pointer()), C.int64_t(c.Rows), (*C.uint8_t)(unsafe.SliceData(bits)))
}

// Check validates section entries against a body of size bytes behind which Tail more are readable.
// It returns the dictionary elements decoders may touch, and the first bad section or -1.
func Check(class types.Phys, rows int, secs, body offheap.View, size int) (dictNeed, bad int) {
	width := class.Width()
	if class == types.Str {
		width = 0
	}
	var need C.int64_t
	b := C.slp_check((*C.slp_section)(secs.Pointer()), C.int64_t(rows), C.int(width), (*C.uint8_t)(body.Pointer()),
		C.int64_t(size), &need)
	return int(need), int(b)
}

// StrHeaders makes the headers of n dictionary strings whose lengths (uint16) are at lens and whose
// bytes are at bytes; the headers borrow them. False: the lengths exceed size.
func StrHeaders(lens, bytes offheap.View, n, size int, out offheap.View) bool {
	return C.slp_str_headers((*C.uint16_t)(lens.Pointer()), (*C.uint8_t)(bytes.Pointer()), C.int64_t(n), C.int64_t(size),
		(*C.slp_str)(out.Pointer())) == 0
}

// Bytes are section entries as they are stored: as they lie in memory, all fields little endian.
func Bytes(secs []Section) []byte {
	return unsafe.Slice((*byte)(unsafe.Pointer(unsafe.SliceData(secs))), len(secs)*SectionSize)
}

// Cursor is a column cursor as generated code sees it (slp_cursor).
type Cursor struct {
	Decode   uint64
	Body     unsafe.Pointer
	Secs     unsafe.Pointer
	NullBits unsafe.Pointer // nil: no NULLs
	Dict     unsafe.Pointer
	Rows     int64
	_        [abi.ColCursorSize - 48]byte
}

// NewCursor is a cursor over a block's parts; nullBits and dict may be nowhere.
func NewCursor(decoder uint64, rows int, secs, body, nullBits, dict offheap.View) Cursor {
	return Cursor{Decode: decoder, Body: body.Pointer(), Secs: secs.Pointer(), NullBits: nullBits.Pointer(),
		Dict: dict.Pointer(), Rows: int64(rows)}
}

// Levels of CPUs decoders are built for, x86-64-v4 the highest.
const (
	LevelBase = 1
	LevelV3   = 3
	LevelV4   = 4
)

// Decoder is the address of the class's decode function for this CPU.
func Decoder(class types.Phys) uint64 { return decoders[class] }

var decoders = func() (t [types.Str + 1]uint64) {
	for p := types.I8; p <= types.Str; p++ {
		t[p] = DecoderAt(p, LevelV4)
	}
	return t
}()

// DecoderAt is Decoder for a CPU of at most a level: for tests.
func DecoderAt(class types.Phys, level int) uint64 {
	n := 5
	if class != types.Str {
		n = map[int]int{1: 0, 2: 1, 4: 2, 8: 3, 16: 4}[class.Width()]
	}
	return uint64(C.slp_decoder(C.int(level), C.int(n)))
}

// Decode calls a cursor's decoder: for tests and tools, generated code calls it itself.
// values and nulls (may be nowhere) have room for n elements.
func Decode(cursor offheap.View, row, n int, values, nulls offheap.View) {
	C.slp_decode_call(cursor.Pointer(), C.int64_t(row), C.int64_t(n), values.Pointer(), (*C.uint8_t)(nulls.Pointer()))
}
