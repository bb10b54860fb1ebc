package mem

import (
	"slipher/catalog/sqlerr"
	"slipher/runtime/kernels/heap"
	"slipher/runtime/offheap"
)

// Exhausted is the error for n bytes that the system did not give: 53200.
func Exhausted(n int, what string) error {
	return sqlerr.New(sqlerr.OutOfMemory, "out of memory").WithDetail("Failed on request of %d bytes for %s.", n, what)
}

// Raw returns n bytes of no account, 64-byte aligned, not cleared: for caches and scratch
// memory that count by themselves what they hold. FreeRaw gives them back. It fails with 53200.
func Raw(n int, what string) (offheap.View, error) {
	if v := offheap.Of(heap.Alloc(n), n); !v.Nowhere() {
		return v, nil
	}
	return offheap.View{}, Exhausted(n, what)
}

// FreeRaw frees what Raw gave; nowhere is nothing.
func FreeRaw(v offheap.View) { heap.Free(v.Pointer()) }
