#include "../include/account.h"
#include <stdlib.h>
#include <string.h>

#define LOAD(p) __atomic_load_n(p, __ATOMIC_RELAXED)
#define STORE(p, v) __atomic_store_n(p, v, __ATOMIC_RELAXED)
#define ADD(p, n) __atomic_add_fetch(p, n, __ATOMIC_RELAXED)

static void refuse(slp_account *a, slp_account *full, int64_t n) {
	STORE(&a->full, full);
	STORE(&a->wanted, n);
}

int slp_reserve(slp_account *a, int64_t n) {
	int64_t below = 0; /* bytes of the child by which x is asked, 0 if it is asked itself */
	int vital = 1;
	for (slp_account *x = a; x; x = x->parent) {
		int64_t used = ADD(&x->used, n), limit = LOAD(&x->limit), spare = LOAD(&x->spare);
		if (limit > 0 && !vital && below > spare / 4) limit -= spare;
		if (limit > 0 && used > limit) {
			refuse(a, x, n);
			for (slp_account *y = a;; y = y->parent) {
				ADD(&y->used, -n);
				if (y == x) return -1;
			}
		}
		if (used > LOAD(&x->peak)) STORE(&x->peak, used);
		below = used;
		vital = LOAD(&x->vital) != 0;
	}
	return 0;
}

void slp_count(slp_account *a, int64_t n) {
	for (; a; a = a->parent) {
		int64_t used = ADD(&a->used, n);
		if (used > LOAD(&a->peak)) STORE(&a->peak, used);
	}
}

void slp_lacking(slp_account *a, int64_t n) {
	slp_count(a, -n);
	if (a) refuse(a, NULL, n);
}

void *slp_take(slp_account *a, size_t n) {
	if (n < 1) n = 1;
	if (n > INT64_MAX / 2 || slp_reserve(a, n)) return NULL;
	void *p;
	if (!posix_memalign(&p, 64, n)) return p;
	slp_lacking(a, n);
	return NULL;
}

void *slp_take_cleared(slp_account *a, size_t n) {
	if (n < 1) n = 1;
	if (n > INT64_MAX / 2 || slp_reserve(a, n)) return NULL;
	void *p = calloc(n, 1);
	if (p) return p;
	slp_lacking(a, n);
	return NULL;
}

void *slp_retake(slp_account *a, void *p, size_t n, size_t to) {
	if (to > INT64_MAX / 2 || slp_reserve(a, (int64_t)(to - n))) return NULL;
#ifdef SLP_INVARIANTS /* whoever goes on with the old address shall notice */
	void *q = malloc(to);
	if (q && p) {
		memcpy(q, p, n < to ? n : to);
		memset(p, 0xA5, n);
		__asm__ volatile("" : : "r"(p) : "memory"); /* else free makes it a dead store */
		free(p);
	}
#else
	void *q = realloc(p, to);
#endif
	if (!q) slp_lacking(a, (int64_t)(to - n));
	return q;
}

void slp_give(slp_account *a, void *p, size_t n) {
	if (!p) return;
	free(p);
	slp_count(a, -(int64_t)(n < 1 ? 1 : n));
}
