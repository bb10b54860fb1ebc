package block

import (
	"unsafe"

	"slipher/runtime/kernels/heap"
	"slipher/runtime/mem"
)

// buffer is a growing piece of off-heap memory, 64-byte aligned. The zero buffer is empty.
type buffer struct {
	ptr unsafe.Pointer
	cap int
}

// need makes room for n bytes; what was in it is lost. It fails with 53200.
func (b *buffer) need(n int) error {
	if n <= b.cap && b.ptr != nil {
		return nil
	}
	b.free()
	n += n / 4
	p, err := mem.Raw(max(n, 1), "encoding a block")
	if err == nil {
		b.ptr, b.cap = p, n
	}
	return err
}

func (b *buffer) free() {
	heap.Free(b.ptr)
	*b = buffer{}
}

// bytes are the first n bytes, which need has made room for.
func (b *buffer) bytes(n int) []byte { return unsafe.Slice((*byte)(b.ptr), n) }
