/* UTF-8 by hand: any bytes are accepted, a broken byte counts as a character. */
#ifndef SLP_UTF8_H
#define SLP_UTF8_H
#include <stdint.h>
#include <string.h>

/* Length of the character at p, at least 1 and at most n. */
static inline uint32_t char_len(const uint8_t *p, uint32_t n) {
	uint32_t k = p[0] < 0xc0 ? 1 : p[0] < 0xe0 ? 2 : p[0] < 0xf0 ? 3 : p[0] < 0xf8 ? 4 : 1;
	if (k > n) return 1;
	for (uint32_t i = 1; i < k; i++)
		if ((p[i] & 0xc0) != 0x80) return 1;
	return k;
}

/* Are the next eight bytes ASCII? */
static inline int eight_ascii(const uint8_t *p) {
	uint64_t w;
	memcpy(&w, p, 8);
	return !(w & 0x8080808080808080);
}

/* Number of characters. */
static inline uint32_t char_count(const uint8_t *p, uint32_t n) {
	uint32_t count = 0;
	for (uint32_t i = 0; i < n;) {
		if (n - i >= 8 && eight_ascii(p + i)) i += 8, count += 8;
		else i += p[i] < 0x80 ? 1 : char_len(p + i, n - i), count++;
	}
	return count;
}

/* Offset of character number k (from 0), n if there are not so many. */
static inline uint32_t char_offset(const uint8_t *p, uint32_t n, int64_t k) {
	uint32_t i = 0;
	while (i < n && k > 0) {
		if (k >= 8 && n - i >= 8 && eight_ascii(p + i)) i += 8, k -= 8;
		else i += p[i] < 0x80 ? 1 : char_len(p + i, n - i), k--;
	}
	return i;
}

/* The code point of a character of k bytes. */
static inline uint32_t code_point(const uint8_t *p, uint32_t k) {
	switch (k) {
	case 2: return (p[0] & 0x1fu) << 6 | (p[1] & 0x3fu);
	case 3: return (p[0] & 0x0fu) << 12 | (p[1] & 0x3fu) << 6 | (p[2] & 0x3fu);
	case 4: return (p[0] & 0x07u) << 18 | (p[1] & 0x3fu) << 12 | (p[2] & 0x3fu) << 6 | (p[3] & 0x3fu);
	}
	return p[0];
}

/* Writes a code point; returns its length. */
static inline uint32_t put_code_point(uint8_t *p, uint32_t c) {
	if (c < 0x80) {
		p[0] = c;
		return 1;
	}
	if (c < 0x800) {
		p[0] = 0xc0 | c >> 6;
		p[1] = 0x80 | (c & 0x3f);
		return 2;
	}
	if (c < 0x10000) {
		p[0] = 0xe0 | c >> 12;
		p[1] = 0x80 | (c >> 6 & 0x3f);
		p[2] = 0x80 | (c & 0x3f);
		return 3;
	}
	p[0] = 0xf0 | c >> 18;
	p[1] = 0x80 | (c >> 12 & 0x3f);
	p[2] = 0x80 | (c >> 6 & 0x3f);
	p[3] = 0x80 | (c & 0x3f);
	return 4;
}
#endif
