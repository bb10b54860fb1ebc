package heap

/*
#include "../include/arena.h"
static void *slp_arena_alloc_go(slp_arena *a, size_t n) { return slp_arena_alloc(a, n); }
*/
import "C"

import "unsafe"

// ArenaAlloc returns n bytes of the arena (abi.ArenaSize bytes at a).
func ArenaAlloc(a unsafe.Pointer, n int) unsafe.Pointer {
	return C.slp_arena_alloc_go((*C.slp_arena)(a), C.size_t(n))
}

// ArenaFree frees all of an arena's memory; it can be used again.
func ArenaFree(a unsafe.Pointer) {
	if *(*unsafe.Pointer)(unsafe.Add(a, 16)) != nil {
		C.slp_arena_free((*C.slp_arena)(a))
	}
}

// ArenaBytes is what an arena has taken from the system.
func ArenaBytes(a unsafe.Pointer) int64 { return *(*int64)(unsafe.Add(a, 24)) }
