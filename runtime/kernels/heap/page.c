#define _GNU_SOURCE
#include "../include/page.h"
#include "../include/cancel.h"
#include <pthread.h>
#include <stdlib.h>
#include <sys/mman.h>

/*
 * Pages come from regions: stretches of address space that are huge pages where the system has them. To fetch memory
 * from the system costs as much as to fill it, so that KEPT regions nobody uses stay.
 */
enum { PAGES = 16, KEPT = 16, HUGE = 2 << 20 };
#define REGION ((size_t)PAGES * SLP_PAGE_SIZE)
#define ALL ((1u << PAGES) - 1)

typedef struct region {
	uint8_t *base;
	uint32_t free;               /* a bit a page */
	struct region *next, **here; /* in the list of those with a free page */
} region;

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static region *open;  /* guarded by lock */
static int unused;    /* regions all of whose pages are free; guarded by lock */

static void enlist(region *r) {
	r->next = open;
	r->here = &open;
	if (open) open->here = &r->next;
	open = r;
}

static void delist(region *r) {
	*r->here = r->next;
	if (r->next) r->next->here = r->here;
}

static region *region_new(void) {
	region *r = malloc(sizeof *r);
	if (!r) return NULL;
	uint8_t *p = mmap(NULL, REGION + HUGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (p == MAP_FAILED) {
		free(r);
		return NULL;
	}
	size_t before = -(uint64_t)p % HUGE;
	if (before) munmap(p, before);
	r->base = p + before;
	munmap(r->base + REGION, HUGE - before);
	madvise(r->base, REGION, MADV_HUGEPAGE);
	r->free = ALL;
	return r;
}

static void region_free(region *r) {
	munmap(r->base, REGION);
	free(r);
}

static slp_page *take(void) {
	pthread_mutex_lock(&lock);
	region *r = open;
	if (r) {
		unused -= r->free == ALL;
	} else if ((r = region_new())) {
		enlist(r);
	} else {
		pthread_mutex_unlock(&lock);
		return NULL;
	}
	int i = __builtin_ctz(r->free);
	r->free &= r->free - 1;
	if (!r->free) delist(r);
	pthread_mutex_unlock(&lock);
	slp_page *p = slp_page_of(r->base + (size_t)i * SLP_PAGE_SIZE);
	p->region = r;
	return p;
}

static void give(slp_page *p) {
	region *r = p->region, *old = NULL;
#ifdef SLP_INVARIANTS
	memset(slp_page_rows(p), 0xA5, p->counted - SLP_PAGE_ROWS);
	__asm__ volatile("" : : "r"(p) : "memory");
#endif
	pthread_mutex_lock(&lock);
	if (!r->free) enlist(r);
	r->free |= 1u << ((SLP_PAGE_AT(p) - r->base) / SLP_PAGE_SIZE);
	if (r->free == ALL && ++unused > KEPT) {
		unused--;
		delist(r);
		old = r;
	}
	pthread_mutex_unlock(&lock);
	if (old) region_free(old);
}

void slp_pages_trim(void) {
	region *old = NULL;
	pthread_mutex_lock(&lock);
	for (region *r = open, *next; r; r = next) {
		next = r->next;
		if (r->free != ALL) continue;
		delist(r);
		unused--;
		r->next = old;
		old = r;
	}
	pthread_mutex_unlock(&lock);
	for (region *next; old; old = next) {
		next = old->next;
		region_free(old);
	}
}

slp_page *slp_page_new(slp_account *account, int64_t rowsize, int64_t rows, int64_t expect) {
	int64_t bytes = SLP_PAGE_ROWS + rows * rowsize;
	if (slp_reserve(account, bytes)) return NULL;
	slp_page *p = take();
	if (!p) {
		slp_lacking(account, bytes);
		return NULL;
	}
	void *region = p->region;
	*p = (slp_page){.heap = {.chunks = p, .account = account}, .rowsize = rowsize, .counted = bytes, .expect = expect,
		.region = region};
	return p;
}

int slp_page_count(slp_page *p, int64_t rows) {
	int64_t more = SLP_PAGE_ROWS + rows * p->rowsize - p->counted;
	if (slp_reserve(p->heap.account, more)) return -1;
	p->counted += more;
	return 0;
}

uint8_t *slp_page_free_rows(slp_page *p, int64_t *bytes) {
	uint8_t *heap = p->base;
	*bytes = p->heap.end - p->base;
	slp_count(p->heap.account, -(int64_t)p->counted);
	give(p);
	return heap;
}

void slp_page_free(slp_page *p) {
	if (!p) return;
	slp_account *account = p->heap.account;
	int64_t bytes;
	uint8_t *heap = slp_page_free_rows(p, &bytes);
	slp_give(account, heap, bytes);
}

/* A heap doubles while it is small. */
void *slp_page_grow(slp_page *p, size_t n) {
	size_t used = p->heap.cur - p->base, had = p->heap.end - p->base;
	size_t want = !had ? p->expect : had < 1 << 20 ? 2 * had : had + had / 4;
	if (want < used + n) want = used + n;
	uint8_t *base = slp_retake(p->heap.account, p->base, had, want);
	if (!base) return NULL;
	p->base = base;
	p->heap.cur = base + used + n;
	p->heap.end = base + want;
	return base + used;
}
