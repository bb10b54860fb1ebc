package offheap

import (
	"encoding/binary"

	"slipher/runtime/abi"
	"slipher/runtime/kernels/heap"
)

// Header is a string's header, as runtime/abi says.
type Header [2]uint64

// Str is the string whose header is at byte off of v. Its bytes are borrowed from the header or from what that points
// to.
func Str(v View, off int64) []byte {
	n := At[uint32](v, off)
	if n <= abi.StrInline {
		return v.Bytes(off+4, int(n))
	}
	return v.ViewAt(off+8, int(n)).Bytes(0, int(n))
}

// SetStr writes a header for s; the bytes of a long s go to the arena. If that is refused memory, the string is
// empty and the arena spoilt (heap.ArenaSpoilt).
func SetStr(v View, off int64, s []byte, arena View) {
	var h [abi.StrSize]byte
	binary.LittleEndian.PutUint32(h[:], uint32(len(s)))
	if len(s) <= abi.StrInline {
		copy(h[4:], s)
		Set(v, off, h)
		return
	}
	bytes := Of(heap.ArenaAlloc(arena.Pointer(), len(s)), len(s))
	if bytes.Nowhere() {
		Set(v, off, Header{})
		return
	}
	copy(h[4:8], s)
	copy(bytes.Bytes(0, len(s)), s)
	Set(v, off, h)
	v.SetView(off+8, bytes)
}
