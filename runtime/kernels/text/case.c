/* Upper, lower and title case. */
#include "str.h"
#include "utf8.h"
#include "case_table.h"

static uint32_t lookup(const uint32_t (*t)[2], size_t n, uint32_t c) {
	size_t lo = 0, hi = n;
	while (lo < hi) {
		size_t mid = (lo + hi) / 2;
		if (t[mid][0] < c) lo = mid + 1;
		else hi = mid;
	}
	return lo < n && t[lo][0] == c ? t[lo][1] : c;
}

static uint32_t to_lower(uint32_t c) {
	if (c < 0x80) return c >= 'A' && c <= 'Z' ? c + 32 : c;
	return lookup(lower_table, sizeof lower_table / sizeof *lower_table, c);
}

static uint32_t to_upper(uint32_t c) {
	if (c < 0x80) return c >= 'a' && c <= 'z' ? c - 32 : c;
	return lookup(upper_table, sizeof upper_table / sizeof *upper_table, c);
}

enum { LOWER, UPPER, TITLE };

/* Maps the ASCII that s begins with, as far as it goes by eight bytes; those from 'A' or 'a' on, first, change case. */
static uint32_t map_ascii(uint8_t *dst, view s, uint8_t first) {
	const uint64_t ones = 0x0101010101010101;
	uint32_t i = 0;
	for (; i + 8 <= s.n; i += 8) {
		uint64_t w;
		memcpy(&w, s.p + i, 8);
		if (w & 0x80 * ones) break;
		uint64_t letters = (w + (0x80 - first) * ones) & ~(w + (0x7f - (first + 25)) * ones) & 0x80 * ones;
		w ^= letters >> 2;
		memcpy(dst + i, &w, 8);
	}
	return i;
}

/* Maps s into out's new bytes. A mapping may lengthen a character (by half at most: 2 to 3 bytes). */
static void map_case(uint64_t out[2], slp_arena *a, view s, int mode) {
	uint8_t small[2 * SLP_STR_INLINE], *buf = small;
	if (s.n > SLP_STR_INLINE) buf = slp_arena_alloc(a, s.n + s.n / 2 + 4);
	uint32_t n = mode == TITLE ? 0 : map_ascii(buf, s, mode == LOWER ? 'A' : 'a');
	int inside = 0; /* the character before is a letter or digit */
	for (uint32_t i = n; i < s.n;) {
		uint32_t k = char_len(s.p + i, s.n - i), c = code_point(s.p + i, k);
		int broken = k == 1 && c >= 0x80;
		int word = c >= 0x80 || (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
		if (broken) buf[n++] = s.p[i];
		else n += put_code_point(buf + n, mode == LOWER || (mode == TITLE && inside) ? to_lower(c) : to_upper(c));
		inside = word;
		i += k;
	}
	if (buf == small) str_copy(out, a, buf, n);
	else str_put(out, buf, n);
}

void slp_lower(uint64_t out[2], slp_arena *a, STR(s)) {
	VIEW(s);
	map_case(out, a, s, LOWER);
}

/* A string that is ordered as s in any case: the key of s, a byte that is in no string, and s. */
void slp_fold_sortable(uint64_t out[2], slp_arena *a, STR(s)) {
	VIEW(s);
	uint64_t key[2];
	view trimmed = s;
	while (trimmed.n && trimmed.p[trimmed.n - 1] == ' ') trimmed.n--;
	map_case(key, a, trimmed, LOWER);
	view k = {(uint32_t)key[0] <= SLP_STR_INLINE ? (const uint8_t *)key + 4 : (const uint8_t *)(uintptr_t)key[1],
	          (uint32_t)key[0]};
	uint32_t n = k.n + 1 + s.n;
	uint8_t small[SLP_STR_INLINE], *buf = n > SLP_STR_INLINE ? slp_arena_alloc(a, n) : small;
	memcpy(buf, k.p, k.n);
	buf[k.n] = 0;
	memcpy(buf + k.n + 1, s.p, s.n);
	str_put(out, buf, n);
}

/* The string behind its key; borrowed. */
void slp_fold_sorted(uint64_t out[2], STR(s)) {
	VIEW(s);
	const uint8_t *end = memchr(s.p, 0, s.n);
	uint32_t skip = end ? end - s.p + 1 : 0;
	str_put(out, s.p + skip, s.n - skip);
}

void slp_upper(uint64_t out[2], slp_arena *a, STR(s)) {
	VIEW(s);
	map_case(out, a, s, UPPER);
}

void slp_initcap(uint64_t out[2], slp_arena *a, STR(s)) {
	VIEW(s);
	map_case(out, a, s, TITLE);
}
