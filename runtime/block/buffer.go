package block

import (
	"slipher/runtime/mem"
	"slipher/runtime/offheap"
)

// buffer is a growing piece of off-heap memory, 64-byte aligned. The zero buffer is empty.
type buffer struct {
	view offheap.View
	cap  int
}

// need makes room for n bytes; what was in it is lost. It fails with 53200.
func (b *buffer) need(n int) error {
	if n <= b.cap && !b.view.Nowhere() {
		return nil
	}
	b.free()
	n += n / 4
	v, err := mem.Raw(max(n, 1), "encoding a block")
	if err == nil {
		b.view, b.cap = v, n
	}
	return err
}

func (b *buffer) free() {
	mem.FreeRaw(b.view)
	*b = buffer{}
}

// bytes are the first n bytes, which need has made room for.
func (b *buffer) bytes(n int) []byte { return b.view.Bytes(0, n) }
