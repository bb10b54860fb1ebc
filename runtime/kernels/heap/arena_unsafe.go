package heap

/*
#include "../include/arena.h"
static void *slp_arena_alloc_go(slp_arena *a, size_t n) { return slp_arena_alloc(a, n); }
*/
import "C"

import "unsafe"

// SetArenaAccount makes the arena's memory count on an account. For empty arenas.
func SetArenaAccount(a unsafe.Pointer, account Account) { (*C.slp_arena)(a).account = account.a }

// ArenaAlloc returns n bytes of the arena (abi.ArenaSize bytes at a). nil: its account refuses them, and the arena is
// spoilt: it gives nothing more until it is freed.
func ArenaAlloc(a unsafe.Pointer, n int) unsafe.Pointer {
	return C.slp_arena_alloc_go((*C.slp_arena)(a), C.size_t(n))
}

// ArenaSpoilt reports whether the arena has refused memory.
func ArenaSpoilt(a unsafe.Pointer) bool { return C.slp_arena_spoilt((*C.slp_arena)(a)) != 0 }

// ArenaBytes is what an arena has taken from its account.
func ArenaBytes(a unsafe.Pointer) int64 {
	if ar := (*C.slp_arena)(a); ar.chunks != nil {
		return int64(C.slp_arena_bytes(ar))
	}
	return 0
}

// ArenaFree frees all of an arena's memory; it can be used again.
func ArenaFree(a unsafe.Pointer) {
	if ar := (*C.slp_arena)(a); ar.chunks != nil || ar.end != nil {
		C.slp_arena_free(ar)
	}
}
