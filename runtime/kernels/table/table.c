#include "table.h"
#include <stdlib.h>
#include <string.h>

#define ADDRESS ((1ull << 48) - 1)

enum { AHEAD = 16 };

/* The page of a table without pages: no entry fits. */
static const slp_page nowhere;

static int64_t left(const slp_table *t) {
	return t->npages ? (t->end - t->next) / t->esize + (t->npages - 1 - t->at) * t->per : 0;
}

/* Entries of pages[at]. */
static int64_t present(const slp_table *t) { return (t->next - slp_page_rows(t->pages[t->at])) / t->esize; }

static void open_page(slp_table *t, int64_t at) {
	if (at) t->strings += t->page->heap.cur - t->page->base;
	t->at = at;
	t->page = t->pages[at];
	t->next = slp_page_rows(t->page);
	t->end = t->next + (t->page->counted - SLP_PAGE_ROWS) / t->esize * t->esize;
}

/* Room for one more in pages. */
static int more_pages(slp_table *t) {
	if (t->npages < t->cappages) return 0;
	int64_t cap = t->cappages ? 2 * t->cappages : 4;
	slp_page **p = slp_take(t->account, cap * sizeof *p);
	if (!p) return -1;
	if (t->npages) memcpy(p, t->pages, t->npages * sizeof *p);
	slp_give(t->account, t->pages, t->cappages * sizeof *t->pages);
	t->pages = p;
	t->cappages = cap;
	return 0;
}

static int add_page(slp_table *t, int64_t entries) {
	if (more_pages(t)) return -1;
	/* As many bytes of strings as the last page has, if it has any. */
	int64_t expect = 4096;
	if (t->npages && present(t) > 0) {
		int64_t bytes = (t->page->heap.cur - t->page->base) / present(t) * t->per;
		bytes += bytes / 16;
		if (bytes > expect) expect = bytes < SLP_PAGE_HEAP_MAX ? bytes : SLP_PAGE_HEAP_MAX;
	}
	slp_page *p = slp_page_new(t->account, t->esize, entries, expect);
	if (!p) return -1;
	t->pages[t->npages++] = p;
	if (t->npages == 1) open_page(t, 0);
	return 0;
}

/* Room for n more entries in pages. Of the first page only those entries are counted that are near. */
static int add_room(slp_table *t, int64_t n) {
	if (t->page->heap.cur - t->page->base > SLP_PAGE_HEAP_MAX && present(t) > 0) {
		if (t->at + 1 == t->npages && add_page(t, t->per)) return -1;
		t->page->rows = present(t);
		open_page(t, t->at + 1);
	}
	while (left(t) < n) {
		int64_t counted = t->npages ? (t->end - slp_page_rows(t->page)) / t->esize : 0, more = 2 * counted;
		if (more < counted + n - left(t)) more = counted + n - left(t);
		if (more < t->start) more = t->start;
		if (more > t->per) more = t->per;
		if (!t->npages) {
			if (add_page(t, more)) return -1;
		} else if (t->npages == 1 && counted < t->per) {
			if (slp_page_count(t->page, more)) return -1;
			t->end = slp_page_rows(t->page) + more * t->esize;
		} else if (add_page(t, t->per)) {
			return -1;
		}
		if (slp_canceled(t)) return -1;
	}
	return 0;
}

uint8_t *slp_table_turn(slp_table *t) {
	t->page->rows = (t->end - slp_page_rows(t->page)) / t->esize;
	open_page(t, t->at + 1);
	return t->next;
}

uint8_t *slp_table_add(slp_table *t) {
	uint8_t *p = t->next == t->end ? slp_table_turn(t) : t->next;
	t->next = p + t->esize;
	return p;
}

void slp_table_end(slp_table *t) {
	while (t->npages > t->at + 1) slp_page_free(t->pages[--t->npages]);
	t->limit = 0;
}

static int new_dir(slp_table *t, int64_t slots) {
	uint64_t *d = slp_take_cleared(t->account, slots * 8);
	if (!d) return -1;
	uint64_t mask = slots - 1;
	for (uint64_t i = 0; t->dir && i <= t->mask; i++) {
		if (i % SLP_PIECE == 0 && slp_canceled(t)) {
			slp_give(t->account, d, slots * 8);
			return -1;
		}
		/* The hash is in the entry, which is far away. */
		if (i + AHEAD <= t->mask) __builtin_prefetch((void *)(t->dir[i + AHEAD] & ADDRESS));
		uint64_t e = t->dir[i];
		if (!e) continue;
		uint64_t h = *(uint64_t *)(e & ADDRESS), s = h & mask;
		while (d[s]) s = (s + 1) & mask;
		d[s] = e;
	}
	slp_give(t->account, t->dir, t->dirbytes);
	t->dir = d;
	t->mask = mask;
	t->dirbytes = slots * 8;
	return 0;
}

slp_table *slp_table_new(slp_account *account, int64_t esize, bool directory, int64_t start, const uint8_t *init) {
	slp_table *t = slp_take_cleared(account, sizeof *t);
	if (!t) return 0;
	t->account = account;
	t->esize = esize;
	t->per = (SLP_PAGE_SIZE - SLP_PAGE_ROWS) / esize;
	t->page = (slp_page *)&nowhere;
	t->kind = directory;
	t->cut = UINT64_MAX;
	int64_t slots = 8;
	while (slots < start) slots *= 2;
	t->start = directory ? slots / 2 : slots;
	if (init) {
		t->init = slp_take(account, esize);
		if (!t->init) goto fail;
		memcpy(t->init, init, esize);
	}
	if (directory && new_dir(t, slots)) goto fail;
	return t;
fail:
	slp_table_free(t);
	return 0;
}

void slp_table_free(slp_table *t) {
	if (!t) return;
	slp_account *account = t->account;
	for (int64_t i = 0; i < t->npages; i++) slp_page_free(t->pages[i]);
	for (int64_t i = 0; i < t->nheaps; i++) slp_give(account, t->heaps[i].base, t->heaps[i].bytes);
	slp_give(account, t->heaps, t->nheaps * sizeof *t->heaps);
	slp_give(account, t->pages, t->cappages * sizeof *t->pages);
	slp_give(account, t->dir, t->dirbytes);
	slp_give(account, t->init, t->esize);
	slp_give(account, t, sizeof *t);
}

int slp_table_grow(slp_table *t, int64_t n) {
	if (t->kind && t->count + n > (int64_t)(t->mask + 1) / 2) {
		int64_t slots = t->mask + 1;
		while (t->count + n > slots / 2) slots *= 2;
		if (new_dir(t, slots)) return -1;
	}
	if (add_room(t, n)) return -1;
	t->limit = t->count + left(t);
	if (t->kind && t->limit > (int64_t)(t->mask + 1) / 2) t->limit = (t->mask + 1) / 2;
	return 0;
}

slp_page *slp_table_detach(slp_table *t) {
	if (!t->npages || (!t->at && !present(t))) return NULL;
	slp_page *p = t->pages[0];
	if (!t->at) p->rows = present(t);
	memmove(t->pages, t->pages + 1, --t->npages * sizeof *t->pages);
	t->count -= p->rows;
	if (t->at) {
		t->at--;
		t->strings -= p->heap.cur - p->base;
	} else if (t->npages) {
		open_page(t, 0);
	} else {
		t->next = t->end = NULL;
		t->page = (slp_page *)&nowhere;
	}
	t->start = t->per; /* there will be as many rows as there have been */
	t->limit = t->count + left(t);
	return p;
}

int slp_table_adopt(slp_table *t, slp_page *p) {
	if (more_pages(t)) return -1;
	int64_t bytes = p->counted + (p->base ? p->heap.end - p->base : 0);
	slp_count(p->heap.account, -bytes); /* first: else the query's peak would have them twice */
	slp_count(t->account, bytes);
	p->heap.account = t->account;
	if (t->npages) t->page->rows = present(t);
	t->pages[t->npages++] = p;
	open_page(t, t->npages - 1);
	t->next = t->end = t->next + (int64_t)p->rows * t->esize;
	t->limit = t->count += p->rows;
	return 0;
}

int64_t slp_table_page(const slp_table *t, int64_t i, uint8_t **base) {
	*base = slp_page_rows(t->pages[i]);
	return i < t->at ? t->pages[i]->rows : i == t->at ? present(t) : 0;
}

int slp_table_drop_rows(slp_table *t) {
	int64_t n = 0;
	for (int64_t i = 0; i < t->npages; i++) n += t->pages[i]->base != NULL;
	if (n) {
		t->heaps = slp_take(t->account, n * sizeof *t->heaps);
		if (!t->heaps) return -1;
	}
	for (int64_t i = 0; i < t->npages; i++) {
		int64_t bytes;
		uint8_t *base = slp_page_free_rows(t->pages[i], &bytes);
		if (base) t->heaps[t->nheaps++] = (struct slp_heap){base, bytes};
	}
	t->npages = t->limit = 0;
	t->next = t->end = NULL;
	t->page = (slp_page *)&nowhere;
	return 0;
}

/* Slots of a partition, as bits: their directory, 128 KB, stays in a core's cache while entries are placed. */
enum { PARTITION_BITS = 14 };

static size_t atbytes(const slp_seal *s) { return (size_t)(s->nparts << s->bits) * 8 + 8; }

/* The partition of a hash: its upper bits, as a slot's number is. */
static int64_t partition_of(const slp_seal *s, uint64_t hash) {
	return s->bits ? (int64_t)(hash >> (64 - s->bits)) : 0;
}

slp_seal *slp_seal_begin(slp_account *account, slp_table **parts, int64_t nparts, int64_t esize, const int64_t *strs,
	int64_t nstrs) {
	slp_seal *s = slp_take_cleared(account, sizeof *s);
	if (!s) return 0;
	*s = (slp_seal){.parts = parts, .nparts = nparts, .esize = esize, .strs = strs, .nstrs = nstrs, .account = account};
	slp_join *j = s->join = slp_take_cleared(account, sizeof *j);
	if (!j) goto refused;
	j->account = account;
	for (int64_t p = 0; p < nparts; p++) j->count += parts[p]->count;
	int bits = 3;
	while ((1ll << bits) < j->count) bits++;
	s->bits = bits > PARTITION_BITS ? bits - PARTITION_BITS : 0;
	if (s->bits > 10) s->bits = 10;
	j->shift = 64 - bits;
	s->slots = 1ll << bits;
	j->dirbytes = (s->slots + 1) * 8;
	j->bytes = j->count ? j->count * esize : 64;
	j->alloc = slp_take_cleared(account, j->dirbytes);
	j->entries = j->alloc ? slp_take(account, j->bytes) : 0;
	s->refs = j->entries ? slp_take(account, (j->count + 1) * sizeof *s->refs) : 0;
	s->at = s->refs ? slp_take_cleared(account, atbytes(s)) : 0;
	if (!s->at) goto refused;
	j->dir = j->alloc + 1;
	j->dir[-1] = (uint64_t)j->entries;
	return s;
refused:
	slp_seal_end(s, false);
	return 0;
}

/* Whether a walk over a part's entries counts them by partition or refers to them. */
enum walk { COUNT, SCATTER };

/* Walks over a part's entries; what is always the same for a caller is decided when it is compiled. */
static inline __attribute__((always_inline)) int walk(slp_seal *s, int64_t part, enum walk what) {
	slp_table *t = s->parts[part];
	int64_t *at = s->at + (part << s->bits);
	for (int64_t i = 0; i < t->npages; i++) {
		uint8_t *e;
		for (int64_t k = slp_table_page(t, i, &e); k > 0; k--, e += s->esize) {
			if (k % SLP_PIECE == 0 && slp_canceled(t)) return -1;
			uint64_t h = *(uint64_t *)e;
			int64_t *n = &at[partition_of(s, h)];
			if (what == SCATTER) s->refs[*n] = (slp_ref){h, e};
			(*n)++;
		}
	}
	return 0;
}

int slp_seal_count(slp_seal *s, int64_t part) { return walk(s, part, COUNT); }

void slp_seal_divide(slp_seal *s) {
	int64_t at = 0;
	for (int64_t q = 0; q < 1ll << s->bits; q++)
		for (int64_t p = 0; p < s->nparts; p++) {
			int64_t *n = &s->at[(p << s->bits) + q], count = *n;
			*n = at;
			at += count;
		}
}

int slp_seal_scatter(slp_seal *s, int64_t part) { return walk(s, part, SCATTER); }

int slp_seal_place(slp_seal *s, int64_t q) {
	slp_join *j = s->join;
	/* behind the scatter a partition of the last part ends where its next one begins */
	int64_t from = 0, to = 0;
	if (s->nparts) {
		const int64_t *ends = s->at + ((s->nparts - 1) << s->bits);
		from = q ? ends[q - 1] : 0;
		to = ends[q];
	}
	const slp_ref *refs = s->refs;
	for (int64_t i = from; i < to; i++) j->dir[refs[i].hash >> j->shift]++;
	uint64_t at = (uint64_t)j->entries + from * s->esize;
	int64_t slots = s->slots >> s->bits;
	for (int64_t d = q * slots; d < (q + 1) * slots; d++) {
		uint64_t c = j->dir[d];
		j->dir[d] = at;
		at += c * s->esize;
	}
	for (int64_t i = from; i < to; i++) {
		if (i % SLP_PIECE == 0 && slp_canceled(s->parts[0])) return -1;
		if (i + AHEAD < to) __builtin_prefetch(refs[i + AHEAD].entry);
		uint64_t h = refs[i].hash, *d = &j->dir[h >> j->shift];
		uint8_t *e = refs[i].entry, *own = memcpy((void *)(*d & ADDRESS), e, s->esize);
		for (int64_t k = 0; k < s->nstrs; k++) *(slp_str *)(own + s->strs[k]) = slp_row_str(e, s->strs[k]);
		*d = (*d + s->esize) | 1ull << (48 + (h & 15));
	}
	return 0;
}

slp_join *slp_seal_end(slp_seal *s, bool whole) {
	slp_join *j = s->join;
	if (s->at) slp_give(s->account, s->at, atbytes(s));
	if (s->refs) slp_give(s->account, s->refs, (j->count + 1) * sizeof *s->refs);
	slp_give(s->account, s, sizeof *s);
	if (whole) return j;
	slp_join_free(j);
	return 0;
}

void slp_join_words(const slp_join *j, int64_t esize, int64_t off, int64_t *lo, int64_t *hi, int64_t *out) {
	int64_t least = INT64_MAX, most = INT64_MIN;
	const uint8_t *e = j->entries + off;
	for (int64_t i = 0; i < j->count; i++, e += esize) {
		int64_t v = *(const int64_t *)e;
		least = v < least ? v : least;
		most = v > most ? v : most;
		if (out) out[i] = v;
	}
	*lo = least;
	*hi = most;
}

/* The part of a string that counts where a few bytes of each are looked at. */
typedef struct piece {
	const uint8_t *p;
	int64_t n;
} piece;

static inline piece trimmed(const uint8_t *p, int64_t n) {
	while (n && p[n - 1] == ' ') n--;
	return (piece){p, n};
}

static inline piece piece_of(const slp_str *s, int64_t keep) {
	piece x = trimmed(slp_bytes(s), slp_len(*s));
	if (x.n > keep) x.n = keep;
	return x;
}

static inline bool before(piece a, piece b) {
	int c = memcmp(a.p, b.p, a.n < b.n ? a.n : b.n);
	return c < 0 || (!c && a.n < b.n);
}

static inline void put_piece(uint8_t *out, piece x) {
	out[0] = x.n;
	memcpy(out + 1, x.p, x.n);
}

void slp_join_texts(const slp_join *j, int64_t esize, int64_t off, int64_t keep, uint8_t *out) {
	const uint8_t *e = j->entries + off;
	for (int64_t i = 0; i < j->count; i++, e += esize, out += 1 + keep) put_piece(out, piece_of((const slp_str *)e, keep));
}

void slp_join_ends(const slp_join *j, int64_t esize, int64_t off, int64_t keep, bool heads, uint8_t *out) {
	const uint8_t *e = j->entries + off;
	piece least = {0, 0}, most = {e, 0}, head = most; /* of no bytes, and so before all */
	for (int64_t i = 0; i < j->count; i++, e += esize) {
		const slp_str *s = (const slp_str *)e;
		piece x;
		if (heads && slp_len(*s) > SLP_STR_INLINE) {
			piece h = {e + 4, 4};
			if (before(head, h)) head = h;
			x = trimmed(h.p, h.n);
		} else {
			x = piece_of(s, keep);
			if (before(most, x)) most = x;
		}
		if (!least.p || before(x, least)) least = x;
	}
	put_piece(out, least);
	put_piece(out + 1 + keep, most);
	put_piece(out + 2 * (1 + keep), head);
}

void slp_join_sieve(const slp_join *j, int64_t esize, uint64_t *words, int64_t shift) {
	const uint8_t *e = j->entries;
	for (int64_t i = 0; i < j->count; i++, e += esize) {
		uint64_t h = *(const uint64_t *)e;
		words[h >> shift] |= 1ull << (h & 63) | 1ull << (h >> 6 & 63) | 1ull << (h >> 12 & 63) | 1ull << (h >> 18 & 63);
	}
}

void slp_join_free(slp_join *j) {
	if (!j) return;
	slp_account *account = j->account;
	slp_give(account, j->alloc, j->dirbytes);
	slp_give(account, j->entries, j->bytes);
	slp_give(account, j, sizeof *j);
}
