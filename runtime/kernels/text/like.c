/* LIKE: % is any run of characters, _ one character, the escape makes the next one literal. */
#include "str.h"
#include "utf8.h"
#include "../include/cancel.h"

extern void *memmem(const void *, size_t, const void *, size_t);

/* Length of the plain bytes p starts with: up to a wildcard or the escape. */
static uint32_t literal_len(const uint8_t *p, uint32_t n, int esc) {
	uint32_t i = 0;
	while (i < n && p[i] != '%' && p[i] != '_' && p[i] != esc) i++;
	return i;
}

/* Does s match p as a whole? Sets *bad if p ends with an escape that is reached. Each
   % remembers where to go on: only the last one is ever retried. */
static int match(const uint8_t *s, uint32_t n, const uint8_t *p, uint32_t m, int esc, int *bad) {
	const uint8_t *s_end = s + n, *p_end = p + m, *retry_p = 0, *retry_s = 0;
	for (uint32_t steps = n > 4096 ? 0 : 1;; steps++) {
		if (steps % 4096 == 0 && slp_unwanted()) return 0;
		if (p < p_end && *p == '%' && *p != esc) {
			while (p < p_end && *p == '%') p++;
			if (p == p_end) return 1;
			uint32_t lit = literal_len(p, p_end - p, esc);
			if (lit && p + lit == p_end) /* %literal: a suffix */
				return (size_t)(s_end - s) >= lit && memcmp(s_end - lit, p, lit) == 0;
			if (lit) { /* go to the literal's next place */
				s = memmem(s, s_end - s, p, lit);
				if (!s) return 0;
				retry_p = p;
				retry_s = s + 1;
				s += lit;
				p += lit;
				continue;
			}
			retry_p = p;
			retry_s = s;
			if (retry_s < s_end) retry_s += char_len(s, s_end - s);
			else retry_s = 0;
			continue;
		}
		if (p == p_end) {
			if (s == s_end) return 1;
		} else if (*p == esc) {
			if (p + 1 == p_end) {
				*bad = 1;
				return 0;
			}
			if (s < s_end && *s == p[1]) {
				s++;
				p += 2;
				continue;
			}
		} else if (*p == '_') {
			if (s < s_end) {
				s += char_len(s, s_end - s);
				p++;
				continue;
			}
		} else if (s < s_end && *s == *p) {
			s++;
			p++;
			continue;
		}
		if (!retry_p || !retry_s || retry_s > s_end) return 0;
		p = retry_p;
		s = retry_s;
		uint32_t lit = literal_len(p, p_end - p, esc);
		if (lit) {
			s = memmem(s, s_end - s, p, lit);
			if (!s) return 0;
			retry_s = s + 1;
		} else if (s < s_end) {
			retry_s = s + char_len(s, s_end - s);
		} else {
			retry_s = 0;
		}
	}
}

int32_t slp_like(int32_t *out, STR(s), STR(p), int32_t esc) {
	VIEW(s);
	VIEW(p);
	int bad = 0;
	*out = match(s.p, s.n, p.p, p.n, esc, &bad);
	return bad ? SLP_INVALID_ESCAPE : 0;
}

void slp_lower(uint64_t out[2], slp_arena *a, STR(s));

int32_t slp_ilike(int32_t *out, slp_arena *a, STR(s), STR(p), int32_t esc) {
	uint64_t sl[2], pl[2];
	slp_lower(sl, a, s0, s1);
	slp_lower(pl, a, p0, p1);
	return slp_like(out, sl[0], sl[1], pl[0], pl[1], esc);
}

/* The byte of an ESCAPE clause: -1 for '' (none); *out is -2 and an error for more than a byte. */
int32_t slp_escape_byte(int32_t *out, STR(e)) {
	VIEW(e);
	*out = -1;
	if (e.n == 0) return 0;
	if (e.n > 1) return SLP_INVALID_ESCAPE_CHAR;
	*out = e.p[0];
	return 0;
}
