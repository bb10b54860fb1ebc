#include "table.h"
#include <stdlib.h>
#include <string.h>

/* The first eight key bytes decide most comparisons without touching the entry. */
typedef struct item {
	uint64_t prefix; /* big endian, zero padded */
	uint8_t *entry;
} item;

static uint64_t prefix_of(const uint8_t *entry, int64_t off) {
	slp_str s = slp_row_str(entry, off);
	uint64_t v = 0;
	memcpy(&v, slp_bytes(&s), slp_len(s) < 8 ? slp_len(s) : 8);
	return __builtin_bswap64(v);
}

/* Whether b must stand before a. Long keys are not read for an order that nobody wants any more. */
static bool before(const slp_table *t, int64_t off, const item *b, const item *a) {
	if (a->prefix != b->prefix) return b->prefix < a->prefix;
	if (slp_canceled(t)) return false;
	slp_str x = slp_row_str(a->entry, off), y = slp_row_str(b->entry, off);
	return slp_compare(&y, &x) < 0;
}

/* A stable merge sort, in pieces that can be canceled; tmp holds n / 2 items. (qsort of the C library merges as
   well, calls a function for each comparison, and cannot be stopped.) */
static void sort_items(const slp_table *t, int64_t off, item *v, item *tmp, int64_t n) {
	if (n <= 12) {
		for (int64_t i = 1; i < n; i++) {
			item x = v[i];
			int64_t k = i;
			for (; k > 0 && before(t, off, &x, &v[k - 1]); k--) v[k] = v[k - 1];
			v[k] = x;
		}
		return;
	}
	if (n >= SLP_PIECE && slp_canceled(t)) return;
	int64_t m = n / 2;
	sort_items(t, off, v, tmp, m);
	sort_items(t, off, v + m, tmp, n - m);
	if (!before(t, off, &v[m], &v[m - 1])) return;
	memcpy(tmp, v, m * sizeof *v);
	int64_t i = 0, j = m, k = 0;
	while (i < m && j < n) {
		if (k % SLP_PIECE == 0 && slp_canceled(t)) return;
		bool right = before(t, off, &v[j], &tmp[i]);
		v[k++] = right ? v[j] : tmp[i];
		j += right;
		i += !right;
	}
	memcpy(v + k, tmp + i, (m - i) * sizeof *v);
}

static int64_t sorting(const slp_table *t) { return t->count * sizeof(item); }

/* NULL: out of memory or canceled. */
static item *sorted(slp_table *t, int64_t keyoff, int64_t *n) {
	item *v = slp_take(t->account, sorting(t));
	if (!v) return 0;
	int64_t k = 0;
	for (int64_t s = 0; s < t->npages; s++) {
		uint8_t *e;
		for (int64_t c = slp_table_page(t, s, &e); c > 0; c--, e += t->esize) {
			if (c % SLP_PIECE == 0 && slp_canceled(t)) goto failed;
			v[k++] = (item){prefix_of(e, keyoff), e};
		}
	}
	item *tmp = slp_take(t->account, (k / 2 + 1) * sizeof *tmp);
	if (!tmp) goto failed;
	sort_items(t, keyoff, v, tmp, k);
	slp_give(t->account, tmp, (k / 2 + 1) * sizeof *tmp);
	if (slp_canceled(t)) goto failed;
	*n = k;
	return v;
failed:
	slp_give(t->account, v, sorting(t));
	return 0;
}

uint8_t **slp_sort(slp_table *t, int64_t keyoff, int64_t keep, int64_t *n) {
	item *v = sorted(t, keyoff, n);
	if (!v) return 0;
	if (keep > 0 && *n > keep) *n = keep;
	uint8_t **out = (uint8_t **)v; /* entry i moves to a lower address than item i */
	for (int64_t i = 0; i < *n; i++) out[i] = v[i].entry; /* a gigabyte a second and more: no piece is needed */
	return out;
}

void slp_sort_free(slp_table *t, uint8_t **order) { slp_give(t->account, order, sorting(t)); }

/* Copies an entry into t, with its strings. -1: out of memory. */
static int copy_entry(slp_table *t, const uint8_t *from, const int64_t *strs, int64_t nstrs) {
	if (slp_table_grow(t, 1)) return -1;
	uint8_t *to = memcpy(slp_table_add(t), from, t->esize);
	t->count++;
	slp_page *p = slp_page_of(to);
	for (int64_t k = 0; k < nstrs; k++) {
		slp_str s = slp_row_str(from, strs[k]);
		if (slp_len(s) <= SLP_STR_INLINE) continue;
		uint8_t *at = slp_arena_alloc(&p->heap, slp_len(s));
		if (!at) return -1;
		((slp_str *)(to + strs[k]))->w1 = (uint8_t *)memcpy(at, (void *)s.w1, slp_len(s)) - p->base;
	}
	return 0;
}

int slp_sort_trim(slp_table *t, int64_t keyoff, int64_t keep, const int64_t *strs, int64_t nstrs) {
	int64_t n;
	if (t->count <= keep) return 0;
	item *v = sorted(t, keyoff, &n);
	if (!v) return -1;
	slp_table *kept = slp_table_new(t->account, t->esize, false, 2 * keep, NULL);
	int bad = !kept;
	for (int64_t i = 0; !bad && i < keep; i++) bad = copy_entry(kept, v[i].entry, strs, nstrs);
	uint64_t cut = keep ? v[keep - 1].prefix : t->cut;
	slp_give(t->account, v, sorting(t));
	if (bad) {
		slp_table_free(kept);
		return -1;
	}
	kept->cut = cut;
	kept->start = t->start;
	kept->cancel = t->cancel;
	slp_table old = *t; /* t stays where generated code knows it to be */
	*t = *kept;
	*kept = old;
	slp_table_free(kept);
	return 0;
}
