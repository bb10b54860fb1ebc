/*
 * Rows of a group that are kept: the state of an accumulator ("gather_rows") is a string of rows, each of them the
 * lengths of its sort key and of its value, four bytes each, the key and the value. Little endian; arenas do not align.
 */
#include "../include/page.h"
#include "../include/codes.h"

enum { STATE_START = 64, STATE_LIMIT = 1 << 30 };
enum { DESCENDING = 1, NULLS_FIRST = 2, IS_NULL = 4 }; /* flags of order_key */

/*
 * The state with x behind it. A state's bytes are its table's and have room up to the next power of two, so that what
 * is copied and left behind in the arena is no more than the state itself.
 */
static uint64_t room(uint64_t n) {
	uint64_t r = STATE_START;
	while (r < n) r *= 2;
	return r;
}

int32_t slp_append(slp_str *out, slp_arena *a, uint64_t s0, uint64_t s1, uint64_t x0, uint64_t x1) {
	slp_str s = {s0, s1}, x = {x0, x1};
	uint64_t had = slp_len(s), n = had + slp_len(x);
	*out = s;
	if (n > STATE_LIMIT) return SLP_OUT_OF_MEMORY;
	uint8_t small[12], *p = (uint8_t *)s1;
	if (n <= sizeof small) {
		p = small;
		memcpy(p, slp_bytes(&s), had);
	} else if (had <= sizeof small || n > room(had)) {
		uint64_t from = s1 - slp_arena_base(a); /* where it is may move */
		p = slp_arena_alloc(a, room(n));
		if (had > sizeof small) s.w1 = from + slp_arena_base(a);
		memcpy(p, slp_bytes(&s), had);
	}
	memcpy(p + had, slp_bytes(&x), n - had);
	*out = slp_make(p, n);
	return 0;
}

void slp_gather_row(slp_str *out, slp_arena *a, uint64_t k0, uint64_t k1, uint64_t v0, uint64_t v1) {
	slp_str k = {k0, k1}, v = {v0, v1};
	uint32_t lens[] = {slp_len(k), slp_len(v)};
	uint64_t n = sizeof lens + lens[0] + (uint64_t)lens[1];
	uint8_t *p = slp_arena_alloc(a, n);
	memcpy(p, lens, sizeof lens);
	memcpy(p + sizeof lens, slp_bytes(&k), lens[0]);
	memcpy(p + sizeof lens + lens[0], slp_bytes(&v), lens[1]);
	*out = slp_make(p, n);
}

/*
 * Sort keys as those of ORDER BY (codegen/subop/sortkey.go): a byte that places NULLs, then the value's bytes, big
 * endian with the sign turned; all of them inverted if descending. A NULL has no bytes.
 */
static uint8_t *key_open(slp_arena *a, slp_str key, uint64_t room, int32_t flags) {
	uint32_t had = slp_len(key);
	uint8_t *p = slp_arena_alloc(a, had + 1 + room);
	memcpy(p, slp_bytes(&key), had);
	p[had] = !(flags & IS_NULL) ? 1 : flags & NULLS_FIRST ? 0 : 2;
	return p;
}

static void key_words(slp_str *out, slp_arena *a, slp_str key, const uint64_t *words, int n, int32_t flags) {
	if (flags & IS_NULL) n = 0;
	uint8_t *p = key_open(a, key, 8 * n, flags), *at = p + slp_len(key) + 1;
	for (int i = 0; i < n; i++, at += 8) {
		uint64_t w = __builtin_bswap64(flags & DESCENDING ? ~words[i] : words[i]);
		memcpy(at, &w, 8);
	}
	*out = slp_make(p, at - p);
}

void slp_order_i64(slp_str *out, slp_arena *a, uint64_t k0, uint64_t k1, int64_t x, int32_t flags) {
	key_words(out, a, (slp_str){k0, k1}, (uint64_t[]){(uint64_t)x ^ 1ull << 63}, 1, flags);
}

void slp_order_i128(slp_str *out, slp_arena *a, uint64_t k0, uint64_t k1, uint64_t lo, uint64_t hi, int32_t flags) {
	key_words(out, a, (slp_str){k0, k1}, (uint64_t[]){hi ^ 1ull << 63, lo}, 2, flags);
}

/* -0 is 0, and NaN is greater than all others. */
void slp_order_f64(slp_str *out, slp_arena *a, uint64_t k0, uint64_t k1, double x, int32_t flags) {
	uint64_t w;
	x = x != x ? __builtin_nan("") : x + 0.0;
	memcpy(&w, &x, 8);
	w = w >> 63 ? ~w : w | 1ull << 63;
	key_words(out, a, (slp_str){k0, k1}, &w, 1, flags);
}

uint64_t slp_key_str(uint8_t *p, uint64_t w0, uint64_t w1, int64_t flip);

/* Trailing blanks do not count. */
void slp_order_str(slp_str *out, slp_arena *a, uint64_t k0, uint64_t k1, uint64_t w0, uint64_t w1, int32_t flags) {
	slp_str key = {k0, k1}, s = {w0, w1};
	if (flags & IS_NULL) s = (slp_str){0, 0};
	const uint8_t *b = slp_bytes(&s);
	uint32_t n = slp_len(s);
	while (n > 0 && b[n - 1] == ' ') n--;
	s = slp_make(b, n);
	uint8_t *p = key_open(a, key, 2 * (uint64_t)n + 2, flags), *at = p + slp_len(key) + 1;
	if (!(flags & IS_NULL)) at = (uint8_t *)slp_key_str(at, s.w0, s.w1, flags & DESCENDING ? -1 : 0);
	*out = slp_make(p, at - p);
}
