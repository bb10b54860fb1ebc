package mem

import (
	"unsafe"

	"slipher/catalog/sqlerr"
	"slipher/runtime/kernels/heap"
)

// Exhausted is the error for n bytes that the system did not give: 53200.
func Exhausted(n int, what string) error {
	return sqlerr.New(sqlerr.OutOfMemory, "out of memory").WithDetail("Failed on request of %d bytes for %s.", n, what)
}

// Raw returns n bytes of no account, 64-byte aligned, not cleared: for caches and scratch
// memory that count by themselves what they hold. heap.Free gives them back. It fails with 53200.
func Raw(n int, what string) (unsafe.Pointer, error) {
	if p := heap.Alloc(n); p != nil {
		return p, nil
	}
	return nil, Exhausted(n, what)
}
