#include "str.h"
#include "table.h"
#include <stdlib.h>
#include <string.h>

/* The first eight key bytes decide most comparisons without touching the entry. */
typedef struct item {
	uint64_t prefix; /* big endian, zero padded */
	uint8_t *entry;
} item;

static __thread int64_t key_off;

static uint64_t prefix_of(const uint8_t *entry, int64_t off) {
	slp_str s = *(const slp_str *)(entry + off);
	uint64_t v = 0;
	memcpy(&v, slp_bytes(&s), slp_len(s) < 8 ? slp_len(s) : 8);
	return __builtin_bswap64(v);
}

static int compare(const void *x, const void *y) {
	const item *a = x, *b = y;
	if (a->prefix != b->prefix) return a->prefix < b->prefix ? -1 : 1;
	slp_str s = *(const slp_str *)(a->entry + key_off), t = *(const slp_str *)(b->entry + key_off);
	return slp_compare(&s, &t);
}

static item *sorted(slp_table *t, int64_t keyoff, int64_t *n) {
	item *v = malloc((t->count ? t->count : 1) * sizeof *v);
	if (!v) return 0;
	int64_t k = 0;
	for (int64_t s = 0; s < t->nslabs; s++) {
		uint8_t *e;
		for (int64_t c = slp_table_slab(t, s, &e); c > 0; c--, e += t->esize) v[k++] = (item){prefix_of(e, keyoff), e};
	}
	key_off = keyoff;
	qsort(v, k, sizeof *v, compare);
	*n = k;
	return v;
}

uint8_t **slp_sort(slp_table *t, int64_t keyoff, int64_t keep, int64_t *n) {
	item *v = sorted(t, keyoff, n);
	if (!v) return 0;
	if (keep > 0 && *n > keep) *n = keep;
	uint8_t **out = (uint8_t **)v; /* entry i moves to a lower address than item i */
	for (int64_t i = 0; i < *n; i++) out[i] = v[i].entry;
	return out;
}

int slp_sort_trim(slp_table *t, int64_t keyoff, int64_t keep) {
	int64_t n;
	if (t->count <= keep) return 0;
	item *v = sorted(t, keyoff, &n);
	if (!v) return -1;
	uint8_t *kept = malloc(keep * t->esize ? keep * t->esize : 1);
	if (!kept) { free(v); return -1; }
	for (int64_t i = 0; i < keep; i++) memcpy(kept + i * t->esize, v[i].entry, t->esize);
	if (keep) t->cut = v[keep - 1].prefix;
	free(v);
	/* strings stay in the arena: dropped rows' bytes go when the table goes */
	for (int64_t i = 1; i < t->nslabs; i++) free(t->slabs[i].base);
	int64_t cap = 2 * keep > 1024 ? 2 * keep : 1024;
	void *p;
	if (posix_memalign(&p, 64, cap * t->esize)) { free(kept); return -1; }
	free(t->slabs[0].base);
	t->nslabs = 1;
	t->slabs[0] = (struct slp_slab){p, cap * t->esize};
	memcpy(p, kept, keep * t->esize);
	free(kept);
	t->next = (uint8_t *)p + keep * t->esize;
	t->end = (uint8_t *)p + cap * t->esize;
	t->count = keep;
	return 0;
}
