/* Kernels of the structural suboperators; signatures in codegen/subop/kernels.go. */
#include "../include/page.h"
#include <stdbool.h>
#include <stdlib.h>

#define M1 0x9E3779B97F4A7C15ull
#define M2 0xC2B2AE3D27D4EB4Full

/* Of strings longer than a header holds. Part of DistHash version 1: never change. */
uint64_t slp_hash_long(uint64_t w0, uint64_t w1) {
	uint32_t n = (uint32_t)w0;
	const uint8_t *p = (const uint8_t *)w1;
	uint64_t h = n * M1;
	uint32_t i = 0;
	for (; i + 8 <= n; i += 8) {
		uint64_t x;
		memcpy(&x, p + i, 8);
		h = (h ^ x) * M2;
		h ^= h >> 32;
	}
	uint64_t x = 0;
	memcpy(&x, p + i, n - i);
	h = (h ^ x) * M1;
	return h ^ h >> 32;
}

void slp_own_str(slp_str *out, slp_arena *a, uint64_t w0, uint64_t w1) {
	uint32_t n = (uint32_t)w0;
	if (n > 12) {
		void *p = slp_arena_alloc(a, n);
		memcpy(p, (const void *)w1, n);
		w1 = (uint64_t)p;
	}
	*out = (slp_str){w0, w1};
}

/* Puts a string that a header does not hold into a row of page p. */
void slp_put_str(slp_str *field, slp_page *p, uint64_t w0, uint64_t w1) {
	uint8_t *at = slp_arena_alloc(&p->heap, (uint32_t)w0);
	memcpy(at, (const void *)w1, (uint32_t)w0);
	*field = (slp_str){w0, at - p->base};
}

/* A packed key begins with its strings. */
void slp_own_keys(slp_page *p, slp_str *key, int64_t strs) {
	for (int64_t i = 0; i < strs; i++)
		if (slp_len(key[i]) > SLP_STR_INLINE) slp_put_str(key + i, p, key[i].w0, key[i].w1);
}

/* base: from where those of p that a header does not hold count. */
static bool keys_equal(const uint64_t *p, const uint64_t *q, int64_t bytes, int64_t strs, uint64_t base) {
	for (int64_t i = 2 * strs; i < bytes / 8; i++)
		if (p[i] != q[i]) return 0;
	const slp_str *s = (const slp_str *)p, *t = (const slp_str *)q;
	for (int64_t i = 0; i < strs; i++) {
		if (s[i].w0 != t[i].w0) return 0;
		if (slp_len(s[i]) <= SLP_STR_INLINE ? s[i].w1 != t[i].w1
											: memcmp((void *)(base + s[i].w1), (void *)t[i].w1, slp_len(s[i])) != 0)
			return 0;
	}
	return 1;
}

uint8_t slp_keys_equal(const uint64_t *p, const uint64_t *q, int64_t bytes, int64_t strs) {
	return keys_equal(p, q, bytes, strs, 0);
}

/* p is in a page. */
uint8_t slp_page_keys_equal(const uint64_t *p, const uint64_t *q, int64_t bytes, int64_t strs) {
	return keys_equal(p, q, bytes, strs, (uint64_t)slp_page_of(p)->base);
}

uint8_t slp_mul128_overflows(uint64_t al, uint64_t ah, uint64_t bl, uint64_t bh) {
	__int128 a = (__int128)((unsigned __int128)ah << 64 | al), b = (__int128)((unsigned __int128)bh << 64 | bl), r;
	return __builtin_mul_overflow(a, b, &r);
}

double slp_i128_to_f64(uint64_t lo, uint64_t hi) { return (double)(__int128)((unsigned __int128)hi << 64 | lo); }

void slp_f64_to_i128(__int128_t *out, double x) { *out = x > -1.7e38 && x < 1.7e38 ? (__int128)x : 0; }

/* List parameters: a count, then the sorted elements. */
#define IN(T, list, v)                                                  \
	const int64_t n = *(const int64_t *)(list);                          \
	const T *e = (const T *)((const uint8_t *)(list) + 16);              \
	int64_t lo = 0, hi = n;                                              \
	while (lo < hi) {                                                    \
		int64_t m = (lo + hi) / 2;                                        \
		if (e[m] < (v)) lo = m + 1;                                       \
		else hi = m;                                                      \
	}                                                                    \
	return lo < n && e[lo] == (v);

uint8_t slp_in_i64(const void *list, int64_t v) { IN(int64_t, list, v) }
uint8_t slp_in_f64(const void *list, double v) { IN(double, list, v) }
uint8_t slp_in_i128(const void *list, uint64_t l, uint64_t h) {
	__int128 v = (__int128)((unsigned __int128)h << 64 | l);
	IN(__int128, list, v)
}
uint8_t slp_in_str(const void *list, uint64_t w0, uint64_t w1) {
	const int64_t n = *(const int64_t *)list;
	const slp_str *e = (const slp_str *)((const uint8_t *)list + 16);
	slp_str v = {w0, w1};
	if (n <= 8) {
		for (int64_t i = 0; i < n; i++)
			if (e[i].w0 == w0 && (e[i].w1 == w1 || slp_compare(&e[i], &v) == 0)) return 1;
		return 0;
	}
	int64_t lo = 0, hi = n;
	while (lo < hi) {
		int64_t m = (lo + hi) / 2;
		if (slp_compare(&e[m], &v) < 0) lo = m + 1;
		else hi = m;
	}
	return lo < n && slp_compare(&e[lo], &v) == 0;
}

uint64_t slp_arena_take(slp_arena *a, int64_t n) { return (uint64_t)slp_arena_alloc(a, n); }

uint64_t slp_key_str(uint8_t *p, uint64_t w0, uint64_t w1, int64_t flip) {
	slp_str s = {w0, w1};
	const uint8_t *b = slp_bytes(&s), x = (uint8_t)flip;
	for (uint32_t i = 0, n = slp_len(s); i < n; i++) {
		*p++ = b[i] ^ x;
		if (!b[i]) *p++ = 255 ^ x;
	}
	*p++ = x;
	*p++ = x;
	return (uint64_t)p;
}

void slp_make_str(slp_str *out, uint64_t from, uint64_t to) { *out = slp_make((const uint8_t *)from, to - from); }
