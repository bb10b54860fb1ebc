/* Arithmetic on 128-bit integers and decimals that LLVM would make library calls of. */
#include "str.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#define E(n) ((u128)n)
#define TEN19 E(10000000000000000000ull)
const u128 slp_pow10[39] = {
	1, 10, 100, 1000, 10000, 100000, 1000000, 10000000, 100000000, 1000000000, 10000000000ull,
	100000000000ull, 1000000000000ull, 10000000000000ull, 100000000000000ull, 1000000000000000ull,
	10000000000000000ull, 100000000000000000ull, 1000000000000000000ull, TEN19,
	TEN19 * 10, TEN19 * 100, TEN19 * 1000, TEN19 * 10000, TEN19 * 100000, TEN19 * 1000000,
	TEN19 * 10000000, TEN19 * 100000000, TEN19 * 1000000000, TEN19 * 10000000000ull,
	TEN19 * 100000000000ull, TEN19 * 1000000000000ull, TEN19 * 10000000000000ull,
	TEN19 * 100000000000000ull, TEN19 * 1000000000000000ull, TEN19 * 10000000000000000ull,
	TEN19 * 100000000000000000ull, TEN19 * 1000000000000000000ull, TEN19 * TEN19,
};

static u128 magnitude(i128 v) { return v < 0 ? -(u128)v : (u128)v; }

void slp_i128_div(uint64_t out[2], INT128(x), INT128(y)) {
	i128 x = I128(x), y = I128(y);
	/* Most values are narrow: a 64-bit division is ten times as fast. */
	if (x == (int64_t)x && y == (int64_t)y) i128_put(out, (i128)((int64_t)x / (int64_t)y));
	else i128_put(out, x / y);
}

void slp_i128_rem(uint64_t out[2], INT128(x), INT128(y)) {
	i128 x = I128(x), y = I128(y);
	if (x == (int64_t)x && y == (int64_t)y) i128_put(out, (i128)((int64_t)x % (int64_t)y));
	else i128_put(out, x % y);
}

/* Unsigned integers of 320 bits: 128-bit magnitudes times powers of ten up to 10^57. */
enum { LIMBS = 10 };
typedef struct {
	uint32_t d[LIMBS]; /* least significant first */
} big;

static big big_of(u128 v) {
	big b = {{0}};
	for (int i = 0; i < 4; i++) b.d[i] = (uint32_t)(v >> (32 * i));
	return b;
}

/* Returns 0 if the product does not fit. */
static int big_mul(big *b, u128 m) {
	big a = *b, f = big_of(m);
	memset(b, 0, sizeof *b);
	for (int j = 0; j < 4; j++) {
		uint64_t carry = 0;
		for (int i = 0; i + j < LIMBS; i++) {
			carry += b->d[i + j] + (uint64_t)a.d[i] * f.d[j];
			b->d[i + j] = (uint32_t)carry;
			carry >>= 32;
		}
		if (carry) return 0;
		for (int i = LIMBS - j; i < LIMBS; i++)
			if (j && a.d[i] && f.d[j]) return 0;
	}
	return 1;
}

static int big_bits(const big *b) {
	for (int i = LIMBS - 1; i >= 0; i--)
		if (b->d[i]) return 32 * i + 32 - __builtin_clz(b->d[i]);
	return 0;
}

/* *q = b / y, *r = b % y, bit by bit (rare: operands beyond 128 bits). Returns 0 if q does not fit. */
static int big_div(const big *b, u128 y, u128 *q, u128 *r) {
	u128 rem = 0, quo = 0;
	for (int i = big_bits(b) - 1; i >= 0; i--) {
		int top = rem >> 127 & 1;
		rem = rem << 1 | (b->d[i / 32] >> (i % 32) & 1);
		if (quo >> 127) return 0;
		quo <<= 1;
		if (top || rem >= y) {
			rem -= y;
			quo |= 1;
		}
	}
	*q = quo;
	*r = rem;
	return 1;
}

/* q + 1 if the remainder r of a division by y is at least half of it. */
static u128 round_half_up(u128 q, u128 r, u128 y) { return r >= y - r ? q + 1 : q; }

static int32_t put_signed(uint64_t out[2], u128 q, int negative) {
	if (q >= slp_pow10[38]) return SLP_NUMERIC_OVERFLOW;
	i128_put(out, negative ? -(i128)q : (i128)q);
	return 0;
}

int32_t slp_dec_div(uint64_t out[2], INT128(x), INT128(y), int32_t k) {
	i128 x = I128(x), y = I128(y);
	i128_put(out, 0);
	if (y == 0) return SLP_DIVIDE_BY_ZERO;
	u128 n = magnitude(x), d = magnitude(y), q, r, m;
	int negative = (x < 0) != (y < 0);
	if (k < 0 || k > 80) return SLP_NUMERIC_OVERFLOW; /* result types never ask for it */
	if (k <= 38 && !__builtin_mul_overflow(n, slp_pow10[k], &m)) {
		if (m <= UINT64_MAX && d <= UINT64_MAX) {
			q = (uint64_t)m / (uint64_t)d;
			r = (uint64_t)m % (uint64_t)d;
		} else {
			q = m / d;
			r = m - q * d;
		}
		return put_signed(out, round_half_up(q, r, d), negative);
	}
	big b = big_of(n);
	for (int rest = k; rest > 0; rest -= 38)
		if (!big_mul(&b, slp_pow10[rest < 38 ? rest : 38])) return SLP_NUMERIC_OVERFLOW;
	if (!big_div(&b, d, &q, &r)) return SLP_NUMERIC_OVERFLOW;
	return put_signed(out, round_half_up(q, r, d), negative);
}

int32_t slp_dec_mul_down(uint64_t out[2], INT128(x), INT128(y), int32_t k) {
	i128 x = I128(x), y = I128(y);
	i128_put(out, 0);
	big b = big_of(magnitude(x));
	u128 q, r;
	if (k < 0 || k > 38 || !big_mul(&b, magnitude(y)) || !big_div(&b, slp_pow10[k], &q, &r)) return SLP_NUMERIC_OVERFLOW;
	return put_signed(out, round_half_up(q, r, slp_pow10[k]), (x < 0) != (y < 0));
}

double slp_fmod(double x, double y) { return fmod(x, y); }
double slp_rint(double x) { return rint(x); }

/* Correctly rounded: exact operands divided once, or the digits read back. */
double slp_dec_to_f64(INT128(x), int32_t scale) {
	i128 x = I128(x);
	static const double exact[] = {1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11,
		1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
	if (magnitude(x) <= (u128)1 << 53 && scale >= 0 && scale <= 22) return (double)(int64_t)x / exact[scale];
	char buf[64], *p = buf;
	if (x < 0) *p++ = '-';
	p = slp_put_u128(p, magnitude(x));
	snprintf(p, 16, "e-%d", scale);
	return strtod(buf, 0);
}

char *slp_put_u128(char *p, u128 v) {
	char tmp[40];
	int n = 0;
	do tmp[n++] = '0' + (int)(v % 10); while (v /= 10);
	while (n) *p++ = tmp[--n];
	return p;
}

int32_t slp_f64_to_dec(uint64_t out[2], double x, int32_t digits, int32_t scale, int32_t prec) {
	i128_put(out, 0);
	if (!isfinite(x) || digits < 1 || digits > 17 || scale < 0 || scale > 38 || prec < 1 || prec > 38)
		return SLP_NUMERIC_PRECISION;
	char buf[40]; /* d.ddde±x */
	snprintf(buf, sizeof buf, "%.*e", digits - 1, fabs(x));
	u128 m = 0;
	int i = 0;
	for (; buf[i] && buf[i] != 'e'; i++)
		if (buf[i] != '.') m = m * 10 + (buf[i] - '0');
	int e = atoi(buf + i + 1) - (digits - 1) + scale; /* value = m * 10^e in units of the scale */
	if (e >= 0) {
		if (m && (e > 38 || __builtin_mul_overflow(m, slp_pow10[e], &m))) return SLP_NUMERIC_PRECISION;
	} else if (e < -38) {
		m = 0;
	} else {
		u128 f = slp_pow10[-e], q = m / f;
		m = round_half_up(q, m - q * f, f);
	}
	u128 limit = prec == 19 ? (u128)INT64_MAX : slp_pow10[prec] - 1;
	if (m > limit) return SLP_NUMERIC_PRECISION;
	i128_put(out, x < 0 ? -(i128)m : (i128)m);
	return 0;
}
