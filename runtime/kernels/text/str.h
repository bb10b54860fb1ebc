/* Strings as kernels get them: two words by value. */
#ifndef SLP_TEXT_H
#define SLP_TEXT_H
/* Rows that do not count carry garbage: arithmetic on it wraps and means nothing. */
#pragma GCC optimize("wrapv")
#include "../include/arena.h"
#include "../include/codes.h"
#include "../include/str.h"
#include <stdint.h>
#include <string.h>

typedef __int128 i128;
typedef unsigned __int128 u128;

enum { MAX_STR = 65535 };

/* Parameters of one string argument, and the view of its bytes in the body. */
#define STR(a) uint64_t a##0, uint64_t a##1
#define VIEW(a)                                                                       \
	uint64_t a##_w[2] = {a##0, a##1};                                                 \
	const view a = {(uint32_t)a##0 <= SLP_STR_INLINE ? (const uint8_t *)a##_w + 4         \
	                                             : (const uint8_t *)(uintptr_t)a##1, \
	                (uint32_t)a##0}

/* Parameters of one 128-bit argument. */
#define INT128(a) uint64_t a##_lo, uint64_t a##_hi
#define I128(a) ((i128)(((u128)a##_hi << 64) | a##_lo))

typedef struct {
	const uint8_t *p;
	uint32_t n;
} view;

/* Writes the header of n bytes at p: copied if short, else borrowed. */
static inline void str_put(uint64_t out[2], const uint8_t *p, uint32_t n) {
	slp_str s = slp_make(p, n);
	out[0] = s.w0;
	out[1] = s.w1;
}

/* Like str_put, with long strings copied into the arena. */
static inline void str_copy(uint64_t out[2], slp_arena *a, const uint8_t *p, uint32_t n) {
	if (n > SLP_STR_INLINE) {
		uint8_t *q = slp_arena_alloc(a, n);
		memcpy(q, p, n);
		p = q;
	}
	str_put(out, p, n);
}

static inline void i128_put(uint64_t out[2], i128 v) {
	out[0] = (uint64_t)v;
	out[1] = (uint64_t)((u128)v >> 64);
}

/* p without leading and trailing white space, as input functions skip it. */
static inline view trim_space(view v) {
	while (v.n && (v.p[0] == ' ' || (v.p[0] >= 9 && v.p[0] <= 13))) v.p++, v.n--;
	while (v.n && (v.p[v.n - 1] == ' ' || (v.p[v.n - 1] >= 9 && v.p[v.n - 1] <= 13))) v.n--;
	return v;
}

/* 10^0 .. 10^38. */
extern const u128 slp_pow10[39];

/* Appends the decimal digits of v at p; returns the end. */
char *slp_put_u128(char *p, u128 v);
#endif
