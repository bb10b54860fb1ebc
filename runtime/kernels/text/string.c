/* String functions. Positions and lengths count characters, sizes bytes. */
#include "str.h"
#include "utf8.h"
#include "../include/cancel.h"

extern void *memmem(const void *, size_t, const void *, size_t);

int32_t slp_char_length(STR(s)) {
	VIEW(s);
	return (int32_t)char_count(s.p, s.n);
}

int32_t slp_concat(uint64_t out[2], slp_arena *a, STR(x), STR(y)) {
	VIEW(x);
	VIEW(y);
	uint64_t n = (uint64_t)x.n + y.n;
	str_put(out, 0, 0);
	if (n > MAX_STR) return SLP_RESULT_TOO_LONG;
	uint8_t small[SLP_STR_INLINE], *p = n > SLP_STR_INLINE ? slp_arena_alloc(a, n) : small;
	memcpy(p, x.p, x.n);
	memcpy(p + x.n, y.p, y.n);
	str_put(out, p, (uint32_t)n);
	return 0;
}

/* Characters start..start+len-1, counted from 1; positions before 1 hold none. */
static void substring(uint64_t out[2], view s, int64_t start, int64_t len) {
	int64_t end = start + len;
	if (start < 1) start = 1;
	if (end <= start) {
		str_put(out, s.p, 0);
		return;
	}
	uint32_t from = char_offset(s.p, s.n, start - 1);
	uint32_t n = char_offset(s.p + from, s.n - from, end - start);
	str_put(out, s.p + from, n);
}

int32_t slp_substring(uint64_t out[2], STR(s), int32_t start, int32_t len) {
	VIEW(s);
	str_put(out, s.p, 0);
	if (len < 0) return SLP_NEGATIVE_SUBSTRING;
	substring(out, s, start, len);
	return 0;
}

void slp_substring_from(uint64_t out[2], STR(s), int32_t start) {
	VIEW(s);
	substring(out, s, start, (int64_t)INT32_MAX * 2);
}

/* The first n characters; all but the last -n if n is negative. */
void slp_left(uint64_t out[2], STR(s), int32_t n) {
	VIEW(s);
	int64_t k = n;
	if (k < 0) k += char_count(s.p, s.n);
	str_put(out, s.p, k > 0 ? char_offset(s.p, s.n, k) : 0);
}

/* The last n characters; all but the first -n if n is negative. */
void slp_right(uint64_t out[2], STR(s), int32_t n) {
	VIEW(s);
	int64_t skip = n < 0 ? -(int64_t)n : (int64_t)char_count(s.p, s.n) - n;
	uint32_t from = skip > 0 ? char_offset(s.p, s.n, skip) : 0;
	str_put(out, s.p + from, s.n - from);
}

/* Is the character of k bytes at c one of set's? */
static int in_set(view set, const uint8_t *c, uint32_t k) {
	for (uint32_t i = 0; i < set.n;) {
		uint32_t m = char_len(set.p + i, set.n - i);
		if (m == k && memcmp(set.p + i, c, k) == 0) return 1;
		i += m;
	}
	return 0;
}

/* Is the set one byte, which is a character wherever it stands? Blanks are trimmed most of the time. */
static int is_byte(view set) { return set.n == 1 && set.p[0] < 0x80; }

static view trim_left(view s, view set) {
	if (is_byte(set)) {
		while (s.n && s.p[0] == set.p[0]) s.p++, s.n--;
		return s;
	}
	while (s.n && !slp_unwanted()) {
		uint32_t k = char_len(s.p, s.n);
		if (!in_set(set, s.p, k)) break;
		s.p += k;
		s.n -= k;
	}
	return s;
}

static view trim_right(view s, view set) {
	if (is_byte(set)) {
		while (s.n && s.p[s.n - 1] == set.p[0]) s.n--;
		return s;
	}
	while (s.n && !slp_unwanted()) {
		uint32_t i = s.n - 1;
		while (i > 0 && s.n - i < 4 && (s.p[i] & 0xc0) == 0x80) i--;
		if (char_len(s.p + i, s.n - i) != s.n - i) i = s.n - 1;
		if (!in_set(set, s.p + i, s.n - i)) break;
		s.n = i;
	}
	return s;
}

void slp_ltrim(uint64_t out[2], STR(s), STR(set)) {
	VIEW(s);
	VIEW(set);
	view r = trim_left(s, set);
	str_put(out, r.p, r.n);
}

void slp_rtrim(uint64_t out[2], STR(s), STR(set)) {
	VIEW(s);
	VIEW(set);
	view r = trim_right(s, set);
	str_put(out, r.p, r.n);
}

void slp_btrim(uint64_t out[2], STR(s), STR(set)) {
	VIEW(s);
	VIEW(set);
	view r = trim_right(trim_left(s, set), set);
	str_put(out, r.p, r.n);
}

int32_t slp_replace(uint64_t out[2], slp_arena *a, STR(s), STR(old), STR(new)) {
	VIEW(s);
	VIEW(old);
	VIEW(new);
	str_copy(out, a, s.p, s.n);
	if (!old.n) return 0;
	uint64_t hits = 0;
	const uint8_t *end = s.p + s.n, *p = s.p, *q;
	while ((q = memmem(p, end - p, old.p, old.n))) hits++, p = q + old.n;
	if (!hits) return 0;
	uint64_t n = s.n - hits * old.n + hits * new.n;
	if (n > MAX_STR) return SLP_RESULT_TOO_LONG;
	uint8_t small[SLP_STR_INLINE], *r = n > SLP_STR_INLINE ? slp_arena_alloc(a, n) : small, *w = r;
	for (p = s.p; (q = memmem(p, end - p, old.p, old.n)); p = q + old.n) {
		memcpy(w, p, q - p);
		w += q - p;
		memcpy(w, new.p, new.n);
		w += new.n;
	}
	memcpy(w, p, end - p);
	str_put(out, r, (uint32_t)n);
	return 0;
}

/* Character position of sub in s from 1; 0 if it is not there. */
int32_t slp_strpos(STR(s), STR(sub)) {
	VIEW(s);
	VIEW(sub);
	if (!sub.n) return 1;
	const uint8_t *q = memmem(s.p, s.n, sub.p, sub.n);
	return q ? (int32_t)char_count(s.p, q - s.p) + 1 : 0;
}

/* Writes n bytes: the m bytes at s, over and over. */
static void fill_with(uint8_t *r, uint64_t n, const uint8_t *s, uint64_t m) {
	uint64_t have = m < n ? m : n;
	memcpy(r, s, have);
	for (; have < n; have *= 2) memcpy(r + have, r, have < n - have ? have : n - have);
}

static int32_t pad(uint64_t out[2], slp_arena *a, view s, int32_t len, view fill, int left) {
	str_put(out, s.p, 0);
	if (len <= 0) return 0;
	if (len > MAX_STR) return SLP_RESULT_TOO_LONG;
	int64_t have = char_count(s.p, s.n), missing = len - have;
	if (missing <= 0 || !fill.n) {
		str_put(out, s.p, missing <= 0 ? char_offset(s.p, s.n, len) : s.n);
		return 0;
	}
	uint32_t fill_chars = char_count(fill.p, fill.n), rest = missing % fill_chars;
	uint32_t rest_bytes = char_offset(fill.p, fill.n, rest);
	uint64_t whole = missing / fill_chars, n = s.n + whole * fill.n + rest_bytes;
	if (n > MAX_STR) return SLP_RESULT_TOO_LONG;
	uint8_t small[SLP_STR_INLINE], *r = n > SLP_STR_INLINE ? slp_arena_alloc(a, n) : small, *w = r;
	if (!left) memcpy(w, s.p, s.n), w += s.n;
	fill_with(w, whole * fill.n + rest_bytes, fill.p, fill.n);
	w += whole * fill.n + rest_bytes;
	if (left) memcpy(w, s.p, s.n);
	str_put(out, r, (uint32_t)n);
	return 0;
}

int32_t slp_lpad(uint64_t out[2], slp_arena *a, STR(s), int32_t len, STR(fill)) {
	VIEW(s);
	VIEW(fill);
	return pad(out, a, s, len, fill, 1);
}

int32_t slp_rpad(uint64_t out[2], slp_arena *a, STR(s), int32_t len, STR(fill)) {
	VIEW(s);
	VIEW(fill);
	return pad(out, a, s, len, fill, 0);
}

int32_t slp_repeat(uint64_t out[2], slp_arena *a, STR(s), int32_t times) {
	VIEW(s);
	str_put(out, s.p, 0);
	if (times <= 0 || !s.n) return 0;
	uint64_t n = (uint64_t)s.n * times;
	if (n > MAX_STR) return SLP_RESULT_TOO_LONG;
	uint8_t small[SLP_STR_INLINE], *r = n > SLP_STR_INLINE ? slp_arena_alloc(a, n) : small;
	fill_with(r, n, s.p, s.n);
	str_put(out, r, (uint32_t)n);
	return 0;
}

void slp_reverse(uint64_t out[2], slp_arena *a, STR(s)) {
	VIEW(s);
	uint8_t small[SLP_STR_INLINE], *r = s.n > SLP_STR_INLINE ? slp_arena_alloc(a, s.n) : small;
	for (uint32_t i = 0; i < s.n;) {
		uint32_t k = char_len(s.p + i, s.n - i);
		memcpy(r + s.n - i - k, s.p + i, k);
		i += k;
	}
	str_put(out, r, s.n);
}

int32_t slp_split_part(uint64_t out[2], STR(s), STR(delim), int32_t part) {
	VIEW(s);
	VIEW(delim);
	str_put(out, s.p, 0);
	if (part <= 0) return SLP_FIELD_POSITION;
	const uint8_t *p = s.p, *end = s.p + s.n, *q;
	if (!delim.n) {
		if (part == 1) str_put(out, s.p, s.n);
		return 0;
	}
	for (;; p = q + delim.n) {
		q = memmem(p, end - p, delim.p, delim.n);
		if (--part == 0) {
			str_put(out, p, (q ? q : end) - p);
			return 0;
		}
		if (!q) return 0;
	}
}

/* Code point of the first character; 0 for ''. */
int32_t slp_ascii(STR(s)) {
	VIEW(s);
	return s.n ? (int32_t)code_point(s.p, char_len(s.p, s.n)) : 0;
}

int32_t slp_chr(uint64_t out[2], int32_t c) {
	uint8_t buf[4];
	str_put(out, buf, 0);
	if (c <= 0 || c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff)) return SLP_INVALID_CHR;
	str_put(out, buf, put_code_point(buf, c));
	return 0;
}

/* Characters of from become those of to at the same position, or nothing. */
int32_t slp_translate(uint64_t out[2], slp_arena *a, STR(s), STR(from), STR(to)) {
	VIEW(s);
	VIEW(from);
	VIEW(to);
	uint64_t room = (uint64_t)s.n * 4;
	uint8_t small[4 * SLP_STR_INLINE], *r = s.n > SLP_STR_INLINE ? slp_arena_alloc(a, room) : small;
	uint32_t n = 0;
	for (uint32_t i = 0; i < s.n;) {
		if (slp_unwanted()) break;
		uint32_t k = char_len(s.p + i, s.n - i), at = 0, index = 0, hit = 0;
		while (at < from.n) {
			uint32_t m = char_len(from.p + at, from.n - at);
			if (m == k && memcmp(from.p + at, s.p + i, k) == 0) {
				hit = 1;
				break;
			}
			at += m;
			index++;
		}
		if (!hit) {
			memcpy(r + n, s.p + i, k);
			n += k;
		} else {
			uint32_t o = char_offset(to.p, to.n, index);
			if (o < to.n) {
				uint32_t m = char_len(to.p + o, to.n - o);
				memcpy(r + n, to.p + o, m);
				n += m;
			}
		}
		i += k;
	}
	if (n > MAX_STR) {
		str_put(out, r, 0);
		return SLP_RESULT_TOO_LONG;
	}
	if (r == small) str_copy(out, a, r, n);
	else str_put(out, r, n);
	return 0;
}

/* The largest length <= max at which no character is cut. */
static uint32_t cut(view s, uint32_t max) {
	if (s.n <= max) return s.n;
	uint32_t n = max;
	while (n > 0 && max - n < 3 && (s.p[n] & 0xc0) == 0x80) n--;
	return n + char_len(s.p + n, s.n - n) > max ? n : max;
}

void slp_str_truncate(uint64_t out[2], STR(s), int32_t max) {
	VIEW(s);
	str_put(out, s.p, cut(s, max < 0 ? 0 : max));
}

static int only_blanks(const uint8_t *p, uint32_t n) {
	while (n && p[n - 1] == ' ') n--;
	return n == 0;
}

int32_t slp_str_assign(uint64_t out[2], STR(s), int32_t max) {
	VIEW(s);
	uint32_t n = s.n, m = max < 0 ? 0 : max;
	str_put(out, s.p, 0);
	if (n > m) {
		if (!only_blanks(s.p + m, n - m)) return SLP_STRING_TOO_LONG;
		n = m;
	}
	str_put(out, s.p, n);
	return 0;
}

static int32_t to_char(uint64_t out[2], view s, uint32_t max, int truncate) {
	str_put(out, s.p, 0);
	while (s.n && s.p[s.n - 1] == ' ') s.n--;
	if (s.n > max) {
		if (!truncate) return SLP_STRING_TOO_LONG;
		s.n = max;
		while (s.n && s.p[s.n - 1] == ' ') s.n--;
	}
	for (uint32_t i = 0; i < s.n; i++)
		if (s.p[i] >= 0x80) return SLP_CHAR_NOT_SINGLE_BYTE;
	str_put(out, s.p, s.n);
	return 0;
}

int32_t slp_char_truncate(uint64_t out[2], STR(s), int32_t max) {
	VIEW(s);
	return to_char(out, s, max < 0 ? 0 : max, 1);
}

int32_t slp_char_assign(uint64_t out[2], STR(s), int32_t max) {
	VIEW(s);
	return to_char(out, s, max < 0 ? 0 : max, 0);
}
