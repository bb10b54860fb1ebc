/* VARBYTE: bytes and a zero byte behind them (catalog/types/kind_varbyte.go). Positions count from 1, bits from the
   last one, which is 0. The string under a NULL may be empty. */
#include "str.h"
#include "utf8.h"

enum { MAX_BYTES = 16 << 20 };

/* The bytes of a value, without what is behind them. */
#define BYTES(a)                                                                      \
	VIEW(a##_all);                                                                \
	const view a = {a##_all.p, a##_all.n ? a##_all.n - 1 : 0}
#define ARG(a) STR(a##_all)

/* Room for a value of n bytes, which put makes a string of: in small if it is short. */
static uint8_t *room(slp_arena *a, uint32_t n, uint8_t small[SLP_STR_INLINE]) {
	return n + 1 > SLP_STR_INLINE ? slp_arena_alloc(a, (size_t)n + 1) : small;
}

static void put(uint64_t out[2], uint8_t *p, uint32_t n) {
	p[n] = 0;
	str_put(out, p, n + 1);
}

static void copy(uint64_t out[2], slp_arena *a, const uint8_t *from, uint32_t n) {
	uint8_t small[SLP_STR_INLINE], *p = room(a, n, small);
	memcpy(p, from, n);
	put(out, p, n);
}

static void put_none(uint64_t out[2]) {
	uint8_t none[SLP_STR_INLINE];
	put(out, none, 0);
}

int32_t slp_str_to_bytes(uint64_t out[2], slp_arena *a, STR(s), int32_t pad, int32_t max, int32_t cut) {
	VIEW(s);
	put_none(out);
	uint32_t n = pad > 0 && s.n < (uint32_t)pad ? (uint32_t)pad : s.n;
	uint32_t most = max < 0 ? 0 : max > MAX_BYTES ? MAX_BYTES : max;
	if (n > most) {
		if (!cut) return SLP_BYTES_TOO_LONG;
		n = most;
	}
	uint32_t k = s.n < n ? s.n : n;
	uint8_t small[SLP_STR_INLINE], *p = room(a, n, small);
	memcpy(p, s.p, k);
	memset(p + k, ' ', n - k);
	put(out, p, n);
	return 0;
}

/* Is it UTF-8: no overlong forms, no surrogates, nothing above U+10FFFF, and no zero, which text has not? */
static int is_text(view s) {
	for (uint32_t i = 0; i < s.n;) {
		if (s.p[i] < 0x80) {
			if (!s.p[i++]) return 0;
			continue;
		}
		uint32_t k = char_len(s.p + i, s.n - i);
		if (k == 1) return 0;
		uint32_t c = code_point(s.p + i, k), least = k == 2 ? 0x80 : k == 3 ? 0x800 : 0x10000;
		if (c < least || c > 0x10ffff || (c >= 0xd800 && c < 0xe000)) return 0;
		i += k;
	}
	return 1;
}

int32_t slp_bytes_to_str(uint64_t out[2], ARG(s), int32_t max, int32_t cut) {
	BYTES(s);
	str_put(out, s.p, 0);
	if (!is_text(s)) return SLP_INVALID_BYTE_SEQ;
	uint32_t n = s.n, most = max < 0 ? 0 : max;
	if (n > most) {
		if (!cut) return SLP_STRING_TOO_LONG;
		for (n = most; n && (s.p[n] & 0xc0) == 0x80;) n--;
	}
	str_put(out, s.p, n);
	return 0;
}

int32_t slp_bytes_to_char(uint64_t out[2], ARG(s), int32_t max, int32_t cut) {
	BYTES(s);
	str_put(out, s.p, 0);
	uint32_t n = s.n, most = max < 0 ? 0 : max;
	for (uint32_t i = 0; i < n; i++)
		if (!s.p[i] || s.p[i] >= 0x80) return is_text(s) ? SLP_CHAR_NOT_SINGLE_BYTE : SLP_INVALID_BYTE_SEQ;
	if (n > most && cut) n = most;
	while (n && s.p[n - 1] == ' ') n--;
	if (n > most) return SLP_STRING_TOO_LONG;
	str_put(out, s.p, n);
	return 0;
}

/* The first most of width bytes, which are 2, 4 or 8. */
void slp_int_to_bytes(uint64_t out[2], int64_t v, int32_t width, int32_t most) {
	uint8_t b[8 + 1];
	for (int i = width > 8 ? 8 : width; i-- > 0; v >>= 8) b[i] = (uint8_t)v;
	put(out, b, most < 0 ? 0 : most > 8 ? 8 : (uint32_t)most);
}

int32_t slp_bytes_to_int(int64_t *out, ARG(s), int32_t width) {
	BYTES(s);
	*out = 0;
	if (s.n > (uint32_t)width) return width == 2 ? SLP_SMALLINT_RANGE : width == 4 ? SLP_INTEGER_RANGE : SLP_BIGINT_RANGE;
	uint64_t v = 0;
	for (uint32_t i = 0; i < s.n; i++) v = v << 8 | s.p[i];
	*out = (int64_t)v;
	return 0;
}

/* Bytes start..end-1, as far as there are any. */
static void between(uint64_t out[2], slp_arena *a, view s, int64_t start, int64_t end) {
	if (start < 1) start = 1;
	if (end > (int64_t)s.n + 1) end = (int64_t)s.n + 1;
	if (end <= start)
		put_none(out);
	else
		copy(out, a, s.p + start - 1, (uint32_t)(end - start));
}

void slp_bytes_left(uint64_t out[2], slp_arena *a, ARG(s), int32_t n) {
	BYTES(s);
	between(out, a, s, 1, (int64_t)n + 1);
}

void slp_bytes_from(uint64_t out[2], slp_arena *a, ARG(s), int32_t start) {
	BYTES(s);
	between(out, a, s, start, INT64_MAX);
}

int32_t slp_bytes_substring(uint64_t out[2], slp_arena *a, ARG(s), int32_t start, int32_t len) {
	BYTES(s);
	put_none(out);
	if (len < 0) return SLP_NEGATIVE_SUBSTRING;
	between(out, a, s, start, (int64_t)start + len);
	return 0;
}

int32_t slp_bytes_getbit(int32_t *out, ARG(s), int32_t index) {
	BYTES(s);
	*out = 0;
	if (index < 0 || (uint32_t)index / 8 >= s.n) return SLP_BIT_INDEX;
	*out = s.p[s.n - 1 - (uint32_t)index / 8] >> (index % 8) & 1;
	return 0;
}

int32_t slp_bytes_concat(uint64_t out[2], slp_arena *a, ARG(x), ARG(y)) {
	BYTES(x);
	BYTES(y);
	put_none(out);
	uint64_t n = (uint64_t)x.n + y.n;
	if (n > MAX_BYTES) return SLP_BYTES_TOO_LONG;
	uint8_t small[SLP_STR_INLINE], *p = room(a, (uint32_t)n, small);
	memcpy(p, x.p, x.n);
	memcpy(p + x.n, y.p, y.n);
	put(out, p, (uint32_t)n);
	return 0;
}

#define BITWISE(name, op)                                                                  \
	int32_t slp_bytes_##name(uint64_t out[2], slp_arena *a, ARG(x), ARG(y)) {          \
		BYTES(x);                                                                  \
		BYTES(y);                                                                  \
		put_none(out);                                                             \
		if (x.n != y.n) return SLP_BYTES_LENGTHS;                                  \
		uint8_t small[SLP_STR_INLINE], *p = room(a, x.n, small);                       \
		for (uint32_t i = 0; i < x.n; i++) p[i] = x.p[i] op y.p[i];                \
		put(out, p, x.n);                                                          \
		return 0;                                                                  \
	}
BITWISE(and, &)
BITWISE(or, |)
BITWISE(xor, ^)

void slp_bytes_not(uint64_t out[2], slp_arena *a, ARG(s)) {
	BYTES(s);
	uint8_t small[SLP_STR_INLINE], *p = room(a, s.n, small);
	for (uint32_t i = 0; i < s.n; i++) p[i] = ~s.p[i];
	put(out, p, s.n);
}
