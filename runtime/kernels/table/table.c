#include "table.h"
#include <stdlib.h>
#include <string.h>

#define ADDRESS ((1ull << 48) - 1)

static int add_slab(slp_table *t, int64_t entries) {
	if (t->nslabs == t->capslabs) {
		int64_t cap = t->capslabs ? 2 * t->capslabs : 4;
		struct slp_slab *p = slp_take(t->account, cap * sizeof *p);
		if (!p) return -1;
		if (t->nslabs) memcpy(p, t->slabs, t->nslabs * sizeof *p);
		slp_give(t->account, t->slabs, t->capslabs * sizeof *p);
		t->slabs = p;
		t->capslabs = cap;
	}
	void *p = slp_take(t->account, entries * t->esize);
	if (!p) return -1;
	if (t->nslabs) t->slabs[t->nslabs - 1].used = t->next - t->slabs[t->nslabs - 1].base;
	t->slabs[t->nslabs++] = (struct slp_slab){p, entries * t->esize, 0};
	t->next = p;
	t->end = t->next + entries * t->esize;
	return 0;
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
	t->limit = slots / 2;
	return 0;
}

slp_table *slp_table_new(slp_account *account, int64_t esize, bool directory, int64_t start, const uint8_t *init) {
	slp_table *t = slp_take_cleared(account, sizeof *t);
	if (!t) return 0;
	t->account = t->arena.account = account;
	t->esize = esize;
	t->kind = directory;
	t->limit = INT64_MAX / 2;
	t->cut = UINT64_MAX;
	int64_t slots = 8;
	while (slots < start) slots *= 2;
	if (init) {
		t->init = slp_take(account, esize);
		if (!t->init) goto fail;
		memcpy(t->init, init, esize);
	}
	if (directory && new_dir(t, slots)) goto fail;
	if (add_slab(t, directory ? slots / 2 : slots)) goto fail;
	return t;
fail:
	slp_table_free(t);
	return 0;
}

void slp_table_free(slp_table *t) {
	if (!t) return;
	slp_account *account = t->account;
	for (int64_t i = 0; i < t->nslabs; i++) slp_give(account, t->slabs[i].base, t->slabs[i].bytes);
	slp_arena_free(&t->arena);
	slp_give(account, t->slabs, t->capslabs * sizeof *t->slabs);
	slp_give(account, t->dir, t->dirbytes);
	slp_give(account, t->init, t->esize);
	slp_give(account, t, sizeof *t);
}

int slp_table_grow(slp_table *t, int64_t n) {
	if (t->kind && t->count + n > t->limit) {
		int64_t slots = t->mask + 1;
		while (t->count + n > slots / 2) slots *= 2;
		if (new_dir(t, slots)) return -1;
	}
	if (t->next + n * t->esize > t->end) {
		int64_t want = t->count > 1 << 20 ? 1 << 20 : t->count;
		if (add_slab(t, want > n ? want : n)) return -1;
	}
	return 0;
}

int64_t slp_table_slab(const slp_table *t, int64_t i, uint8_t **base) {
	*base = t->slabs[i].base;
	int64_t bytes = i == t->nslabs - 1 ? t->next - t->slabs[i].base : t->slabs[i].used;
	return bytes / t->esize;
}

slp_join *slp_join_seal(slp_account *account, slp_table **parts, int64_t nparts, int64_t esize) {
	slp_join *j = slp_take_cleared(account, sizeof *j);
	if (!j) return 0;
	j->account = account;
	int64_t n = 0;
	for (int64_t p = 0; p < nparts; p++) n += parts[p]->count;
	int bits = 3;
	while ((1ll << bits) < n) bits++;
	int64_t slots = 1ll << bits;
	j->count = n;
	j->shift = 64 - bits;
	j->dirbytes = (slots + 1) * 8;
	j->bytes = n ? n * esize : 64;
	j->alloc = slp_take_cleared(account, j->dirbytes);
	j->entries = j->alloc ? slp_take(account, j->bytes) : 0;
	if (!j->entries) {
		slp_join_free(j);
		return 0;
	}
	j->dir = j->alloc + 1;
	/* count per slot, prefix sums, then place: a slot's word runs from begin to end */
	for (int64_t p = 0; p < nparts; p++)
		for (int64_t s = 0; s < parts[p]->nslabs; s++) {
			uint8_t *e;
			for (int64_t k = slp_table_slab(parts[p], s, &e); k > 0; k--, e += esize) {
				if (k % SLP_PIECE == 0 && slp_canceled(parts[p])) goto canceled;
				j->dir[*(uint64_t *)e >> j->shift]++;
			}
		}
	uint64_t at = (uint64_t)j->entries;
	j->dir[-1] = at;
	for (int64_t s = 0; s < slots; s++) {
		if (s % SLP_PIECE == 0 && nparts && slp_canceled(parts[0])) goto canceled;
		uint64_t c = j->dir[s];
		j->dir[s] = at;
		at += c * esize;
	}
	for (int64_t p = 0; p < nparts; p++)
		for (int64_t s = 0; s < parts[p]->nslabs; s++) {
			uint8_t *e;
			for (int64_t k = slp_table_slab(parts[p], s, &e); k > 0; k--, e += esize) {
				if (k % SLP_PIECE == 0 && slp_canceled(parts[p])) goto canceled;
				uint64_t h = *(uint64_t *)e, *d = &j->dir[h >> j->shift];
				memcpy((void *)(*d & ADDRESS), e, esize);
				*d = (*d + esize) | 1ull << (48 + (h & 15));
			}
		}
	return j;
canceled:
	slp_join_free(j);
	return 0;
}

void slp_join_free(slp_join *j) {
	if (!j) return;
	slp_account *account = j->account;
	slp_give(account, j->alloc, j->dirbytes);
	slp_give(account, j->entries, j->bytes);
	slp_give(account, j, sizeof *j);
}
