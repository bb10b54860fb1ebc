/* String arenas: bump allocation in chunks that are freed together. */
#ifndef SLP_ARENA_H
#define SLP_ARENA_H
#include <stddef.h>
#include <stdint.h>

/* Laid out as runtime/abi.ArenaSize says; all zero is a valid empty arena. */
typedef struct slp_arena {
	uint8_t *cur, *end;
	void *chunks;  /* newest first, linked by their first word */
	int64_t bytes; /* allocated from the system */
} slp_arena;

void *slp_arena_grow(slp_arena *a, size_t n);
void slp_arena_free(slp_arena *a);

/* n bytes, not aligned, not cleared. */
static inline void *slp_arena_alloc(slp_arena *a, size_t n) {
	if ((size_t)(a->end - a->cur) < n || !a->cur) return slp_arena_grow(a, n);
	void *p = a->cur;
	a->cur += n;
	return p;
}
#endif
