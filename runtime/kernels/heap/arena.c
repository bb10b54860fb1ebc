#include "../include/arena.h"
#include <stdlib.h>

enum { CHUNK = 64 << 10, HEAD = 16 };

void *slp_arena_grow(slp_arena *a, size_t n) {
	size_t size = n + HEAD > CHUNK ? n + HEAD : CHUNK;
	uint8_t *c = malloc(size);
	if (!c) abort(); /* the system is out of memory: nothing sensible is left to do */
	*(void **)c = a->chunks;
	a->chunks = c;
	a->bytes += size;
	uint8_t *p = c + HEAD;
	/* A large request leaves the current chunk in use. */
	if (size > CHUNK && a->cur) return p;
	a->cur = p + n;
	a->end = c + size;
	return p;
}

void slp_arena_free(slp_arena *a) {
	for (void *c = a->chunks, *next; c; c = next) {
		next = *(void **)c;
		free(c);
	}
	a->cur = a->end = 0;
	a->chunks = 0;
	a->bytes = 0;
}
