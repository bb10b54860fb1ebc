/* String arenas: bump allocation in chunks that are freed together. */
#ifndef SLP_ARENA_H
#define SLP_ARENA_H
#include "abi.h"
#include "account.h"
#include <setjmp.h>

/* All zero is a valid empty arena, of no account. The heap of a page is one as well (page.h). */
typedef struct slp_arena {
	uint8_t *cur, *end;
	void *chunks; /* newest first, linked by their first word; the second one is their size */
	slp_account *account;
} slp_arena;
_Static_assert(sizeof(slp_arena) == SLP_ARENA_SIZE, "slp_arena");

/* Within slp_guard's call a refusal of memory does not return: it ends the call. Else it returns NULL, and the
   arena is spoilt, and refuses everything, until it is freed. */
void *slp_arena_grow(slp_arena *a, size_t n);
/* What the arena has taken from its account. */
int64_t slp_arena_bytes(const slp_arena *a);
int slp_arena_spoilt(const slp_arena *a);
/* Frees the memory; the account stays. */
void slp_arena_free(slp_arena *a);

/* Where this thread's generated code goes when an arena gets no memory; NULL outside of it. */
extern __thread jmp_buf *slp_no_memory;

/* n bytes, not aligned, not cleared. */
static inline void *slp_arena_alloc(slp_arena *a, size_t n) {
	if ((size_t)(a->end - a->cur) < n || !a->cur) return slp_arena_grow(a, n);
	void *p = a->cur;
	a->cur += n;
	return p;
}
#endif
