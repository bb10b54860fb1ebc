package block

import (
	"unsafe"

	"slipher/runtime/kernels/heap"
)

// buffer is a growing piece of off-heap memory, 64-byte aligned. The zero buffer is empty.
type buffer struct {
	ptr unsafe.Pointer
	cap int
}

// need makes room for n bytes; what was in it is lost.
func (b *buffer) need(n int) unsafe.Pointer {
	if n > b.cap || b.ptr == nil {
		b.free()
		n += n / 4
		b.ptr = heap.Alloc(max(n, 1))
		if b.ptr == nil {
			panic("out of memory") // as Go's own allocator does
		}
		b.cap = n
	}
	return b.ptr
}

func (b *buffer) free() {
	heap.Free(b.ptr)
	*b = buffer{}
}

// bytes are the first n bytes, which need has made room for.
func (b *buffer) bytes(n int) []byte { return unsafe.Slice((*byte)(b.ptr), n) }
