/* String headers: length and first four bytes, then eight more bytes or an address. */
#ifndef SLP_HEADER_H
#define SLP_HEADER_H
#include "abi.h"
#include <stdint.h>
#include <string.h>

typedef struct slp_str { uint64_t w0, w1; } slp_str;
_Static_assert(sizeof(slp_str) == SLP_STR_SIZE, "slp_str");

static inline uint32_t slp_len(slp_str s) { return (uint32_t)s.w0; }
static inline const uint8_t *slp_bytes(const slp_str *s) {
	return slp_len(*s) <= SLP_STR_INLINE ? (const uint8_t *)s + 4 : (const uint8_t *)s->w1;
}
static inline slp_str slp_make(const uint8_t *p, uint32_t n) {
	slp_str s = {n, 0};
	if (n <= SLP_STR_INLINE) {
		memcpy((uint8_t *)&s + 4, p, n);
	} else {
		memcpy((uint8_t *)&s + 4, p, 4);
		s.w1 = (uint64_t)p;
	}
	return s;
}
static inline int slp_compare(const slp_str *a, const slp_str *b) {
	uint32_t n = slp_len(*a), m = slp_len(*b);
	int c = memcmp(slp_bytes(a), slp_bytes(b), n < m ? n : m);
	return c ? c : n < m ? -1 : n > m;
}
#endif
