package heap

/*
#include <stdlib.h>
void slp_pages_trim(void);
#ifdef __GLIBC__
#include <malloc.h>
static void slp_trim(void) { malloc_trim(0); }
// malloc_trim leaves alone what is free at the end of a thread's arena, which the library keeps up to a threshold that
// grows to 64 MB as large pieces are freed, in each of eight arenas a core: hundreds of megabytes that no query uses.
static void slp_tune(int keep) {
	mallopt(M_MMAP_THRESHOLD, keep / 2); // larger pieces go back to the system when they are freed
	mallopt(M_TRIM_THRESHOLD, keep);
}
#else
static void slp_trim(void) {}
static void slp_tune(int keep) {}
#endif
*/
import "C"

import "unsafe"

// Tune makes the C library keep not more for a process that may use so many bytes than 16 arenas of 1/256 do: the
// less it keeps, the more often memory is fetched from the system again, which costs as much as using it.
func Tune(limit int64) { C.slp_tune(C.int(min(max(limit/256, 2<<20), 64<<20))) }

// Alloc returns n bytes outside the Go heap that are on no account, 64-byte aligned, not cleared; nil
// if the system has none. Free gives them back.
func Alloc(n int) unsafe.Pointer { return Account{}.Take(n) }

// AllocZero is Alloc with the bytes cleared.
func AllocZero(n int) unsafe.Pointer {
	p := Alloc(n)
	if p != nil {
		clear(unsafe.Slice((*byte)(p), n))
	}
	return p
}

// Free releases memory of Alloc and Realloc. Free(nil) does nothing.
func Free(p unsafe.Pointer) { C.free(p) }

// Realloc makes p, memory of Realloc or nil, on no account, n bytes large, keeping what is in it, 16-byte aligned; nil
// if the system has none: p stays. Large pieces move without copying.
func Realloc(p unsafe.Pointer, n int) unsafe.Pointer {
	return C.realloc(p, C.size_t(max(n, 1)))
}

// Trim gives freed memory back to the system: the C library keeps it otherwise,
// by thread. It costs milliseconds when there is much to give.
func Trim() {
	C.slp_pages_trim()
	C.slp_trim()
}
