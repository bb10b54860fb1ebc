/*
 * Pages: where rows of tables lie. A page is SLP_PAGE_SIZE bytes, aligned to that, of rows of one size, and a heap of
 * its own for their strings: a row's string of more than SLP_STR_INLINE bytes has in its second word not an address but
 * where its bytes begin in the heap of the row's page. So rows and heap can be written, sent and put elsewhere
 * as they are.
 */
#ifndef SLP_PAGE_H
#define SLP_PAGE_H
#include "arena.h"
#include "str.h"

/*
 * The head of a page. Heads of all pages at the same place of theirs would compete for the same lines of the caches:
 * so a page's head is at one of 64 places, by the page's address.
 */
typedef struct slp_page {
	slp_arena heap; /* chunks is the arena's own address: its memory is one piece, which moves when it grows */
	uint8_t *base;  /* of the heap */
	uint32_t rows;  /* of a page that is full, or given away */
	uint32_t rowsize;
	uint32_t counted; /* bytes that the heap's account counts for the rows */
	uint32_t expect;  /* bytes with which the heap begins */
	void *region;     /* page.c's */
} slp_page;
_Static_assert(sizeof(slp_page) == 64, "slp_page");
SLP_AT(slp_page, base, SLP_PAGE_BASE);

#define SLP_PAGE_AT(at) ((uint8_t *)((uint64_t)(at) & ~(uint64_t)(SLP_PAGE_SIZE - 1)))

/* The head of the page in which a row lies. */
static inline slp_page *slp_page_of(const void *row) {
	return (slp_page *)(SLP_PAGE_AT(row) + ((uint64_t)row >> SLP_PAGE_SHIFT & SLP_PAGE_MASK));
}

static inline uint8_t *slp_page_rows(const slp_page *p) { return SLP_PAGE_AT(p) + SLP_PAGE_ROWS; }

/* A page of rows of rowsize bytes, for so many of which the account counts; NULL: refused. */
slp_page *slp_page_new(slp_account *account, int64_t rowsize, int64_t rows, int64_t expect);
/* Counts for so many rows, which are more than before; -1: refused. */
int slp_page_count(slp_page *p, int64_t rows);
void slp_page_free(slp_page *p);
/* Frees the page, but not its heap: that is the caller's, of *bytes counted on the account. NULL: there is none. */
uint8_t *slp_page_free_rows(slp_page *p, int64_t *bytes);
/* slp_arena_grow of a page's heap. */
void *slp_page_grow(slp_page *p, size_t n);
/* Gives to the system what is free. */
void slp_pages_trim(void);

/* Where strings' offsets count from, and 0 for an arena whose strings have addresses. */
static inline uint64_t slp_arena_base(const slp_arena *a) {
	return a->chunks == (const void *)a ? (uint64_t)((const slp_page *)a)->base : 0;
}

/* The string at a place of a row, with an address. */
static inline slp_str slp_row_str(const uint8_t *row, int64_t off) {
	slp_str s = *(const slp_str *)(row + off);
	if (slp_len(s) > SLP_STR_INLINE) s.w1 += (uint64_t)slp_page_of(row)->base;
	return s;
}
#endif
