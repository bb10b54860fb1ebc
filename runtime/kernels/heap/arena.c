#include "../include/page.h"
#include "../include/cancel.h"
#include <stdlib.h>

__thread const volatile int32_t *slp_cancel_word;

enum { CHUNK = 64 << 10, HEAD = 16 };

__thread jmp_buf *slp_no_memory;

/* cur is NULL and end is not: no arena looks so otherwise. */
int slp_arena_spoilt(const slp_arena *a) { return !a->cur && a->end; }

void *slp_arena_grow(slp_arena *a, size_t n) {
	/* A vector of long strings takes a chunk for each: a place to stop in the middle of it, as if memory were out. */
	if (slp_no_memory && slp_unwanted()) longjmp(*slp_no_memory, 1);
	if (a->chunks == a) {
		void *p = slp_page_grow((slp_page *)a, n);
		if (!p && slp_no_memory) longjmp(*slp_no_memory, 1);
		return p;
	}
	size_t size = n + HEAD > CHUNK ? n + HEAD : CHUNK;
	uint8_t *c = slp_arena_spoilt(a) ? NULL : slp_take(a->account, size);
	if (!c) {
		/* Generated code owns nothing: what it has made lies in tables and arenas, which are freed with the query. */
		if (slp_no_memory) longjmp(*slp_no_memory, 1);
		a->cur = NULL;
		a->end = (uint8_t *)1;
		return NULL;
	}
	((void **)c)[0] = a->chunks;
	((size_t *)c)[1] = size;
	a->chunks = c;
	uint8_t *p = c + HEAD;
	/* A large request leaves the current chunk in use. */
	if (size > CHUNK && a->cur) return p;
	a->cur = p + n;
	a->end = c + size;
	return p;
}

int64_t slp_arena_bytes(const slp_arena *a) {
	int64_t n = 0;
	for (void *c = a->chunks; c; c = *(void **)c) n += ((size_t *)c)[1];
	return n;
}

void slp_arena_free(slp_arena *a) {
	for (void *c = a->chunks, *next; c; c = next) {
		next = *(void **)c;
		slp_give(a->account, c, ((size_t *)c)[1]);
	}
	a->cur = a->end = 0;
	a->chunks = 0;
}
