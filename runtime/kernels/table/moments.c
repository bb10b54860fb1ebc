/*
 * What a variance is made of: the state of an accumulator, a string of bytes that lives in its page's heap and
 * travels between slices as any other string. Its length tells which of two it is. Arenas do not align.
 *
 * Exact, over integers and decimals (unscaled): count, sum and sum of squares. A value has at most 127 bits, a
 * count 63: 190 bits hold every sum and 317 every sum of squares.
 *
 * Over doubles: count, mean and the sum of squared distances from it, which a value changes as Welford has it
 * (Technometrics 4, 1962) and another state as Chan, Golub and LeVeque (Stanford STAN-CS-79-773) do. The mean is
 * kept as its distance from the first value: values near each other are far from zero at no loss.
 */
#include "../include/str.h"
#include "../include/arena.h"
#include "../include/codes.h"
#include <math.h>

typedef unsigned __int128 u128;
typedef __int128 i128;

enum { SUM_WORDS = 3, SQUARE_WORDS = 5, WIDE = 6 };

/* Words least significant first, the sum in two's complement. */
typedef struct {
	int64_t count;
	uint64_t sum[SUM_WORDS], squares[SQUARE_WORDS];
} exact;

typedef struct {
	int64_t count;
	double origin, mean, spread; /* the mean is that of value - origin */
	int64_t infinite; /* an infinity or NaN was among the values */
} floating;

void slp_state_new(slp_str *out, slp_arena *a, int64_t bytes) {
	void *p = memset(slp_arena_alloc(a, bytes), 0, bytes);
	*out = (slp_str){(uint64_t)bytes, (uint64_t)p};
}

/* acc += x << 64*at, both of two's complement or unsigned; the carry out is lost. */
static void add_words(uint64_t *acc, int words, const uint64_t *x, int n) {
	u128 carry = 0;
	for (int i = 0; i < words && (i < n || carry); i++) {
		carry += (u128)acc[i] + (i < n ? x[i] : 0);
		acc[i] = (uint64_t)carry;
		carry >>= 64;
	}
}

/* How often a state was put something to, for tests of what accumulating costs. */
#ifdef SLP_COUNT_MOMENTS
int64_t slp_moment_steps;
#define COUNTED() __atomic_fetch_add(&slp_moment_steps, 1, __ATOMIC_RELAXED)
#else
#define COUNTED() ((void)0)
#endif

void slp_moments_i64(void *state, int64_t x) {
	COUNTED();
	exact s;
	memcpy(&s, state, sizeof s);
	u128 square = (u128)((i128)x * x);
	s.count++;
	add_words(s.sum, SUM_WORDS, (uint64_t[]){x, x >> 63, x >> 63}, SUM_WORDS);
	add_words(s.squares, SQUARE_WORDS, (uint64_t[]){square, square >> 64}, 2);
	memcpy(state, &s, sizeof s);
}

/* *out = a * b of na and nb words; out has at least their sum. */
static void mul_words(uint64_t *out, const uint64_t *a, int na, const uint64_t *b, int nb) {
	memset(out, 0, 8 * (na + nb));
	for (int i = 0; i < na; i++) {
		u128 carry = 0;
		for (int j = 0; j < nb; j++) {
			carry += (u128)a[i] * b[j] + out[i + j];
			out[i + j] = (uint64_t)carry;
			carry >>= 64;
		}
		out[i + nb] = (uint64_t)carry;
	}
}

void slp_moments_i128(void *state, uint64_t lo, uint64_t hi) {
	exact s;
	memcpy(&s, state, sizeof s);
	i128 x = (i128)((u128)hi << 64 | lo);
	u128 m = x < 0 ? -(u128)x : (u128)x;
	uint64_t square[4], word[] = {m, m >> 64}, sign = x < 0 ? ~0ull : 0;
	mul_words(square, word, 2, word, 2);
	s.count++;
	add_words(s.sum, SUM_WORDS, (uint64_t[]){lo, hi, sign}, SUM_WORDS);
	add_words(s.squares, SQUARE_WORDS, square, 4);
	memcpy(state, &s, sizeof s);
}

void slp_moments_f64(void *state, double x) {
	floating s;
	memcpy(&s, state, sizeof s);
	s.infinite |= !isfinite(x);
	if (s.count == 0) s.origin = x;
	x -= s.origin;
	double distance = x - s.mean;
	s.mean += distance / ++s.count;
	s.spread += distance * (x - s.mean);
	memcpy(state, &s, sizeof s);
}

/* Puts the values of another state of the same kind to those of state. */
void slp_moments_merge(void *state, uint64_t w0, uint64_t w1) {
	COUNTED();
	if ((uint32_t)w0 == sizeof(exact)) {
		exact s, o;
		memcpy(&s, state, sizeof s);
		memcpy(&o, (void *)w1, sizeof o);
		s.count += o.count;
		add_words(s.sum, SUM_WORDS, o.sum, SUM_WORDS);
		add_words(s.squares, SQUARE_WORDS, o.squares, SQUARE_WORDS);
		memcpy(state, &s, sizeof s);
		return;
	}
	floating s, o;
	memcpy(&s, state, sizeof s);
	memcpy(&o, (void *)w1, sizeof o);
	if (s.count == 0) {
		s = o;
	} else if (o.count != 0) {
		double n = (double)s.count + o.count, distance = o.origin - s.origin + o.mean - s.mean;
		s.mean += distance * (o.count / n);
		s.spread += o.spread + distance * distance * (s.count / n * o.count);
		s.count += o.count;
		s.infinite |= o.infinite;
	}
	memcpy(state, &s, sizeof s);
}

/* The nearest double of an unsigned integer. */
static double words_to_double(const uint64_t *w, int n) {
	while (n > 0 && w[n - 1] == 0) n--;
	if (n == 0) return 0;
	/* 64 leading bits, the last of which also stands for all that follow. */
	int shift = __builtin_clzll(w[n - 1]);
	uint64_t top = w[n - 1] << shift, rest = 0;
	if (n > 1) {
		if (shift) top |= w[n - 2] >> (64 - shift);
		rest = w[n - 2] << shift;
	}
	for (int i = 0; i < n - 2; i++) rest |= w[i];
	return ldexp((double)(top | (rest != 0)), 64 * (n - 1) - shift);
}

/* (count * squares - sum^2) / (count * over): the difference exact, the rest of a double's precision. */
static double exact_variance(const exact *s, int64_t over, int32_t scale) {
	uint64_t sum[SUM_WORDS], all[2 * SUM_WORDS], spread[WIDE], count = s->count;
	memcpy(sum, s->sum, sizeof sum);
	if (sum[SUM_WORDS - 1] >> 63) {
		for (int i = 0; i < SUM_WORDS; i++) sum[i] = ~sum[i];
		add_words(sum, SUM_WORDS, (uint64_t[]){1}, 1);
	}
	mul_words(all, sum, SUM_WORDS, sum, SUM_WORDS);
	uint64_t squares[SQUARE_WORDS];
	memcpy(squares, s->squares, sizeof squares);
	mul_words(spread, squares, SQUARE_WORDS, &count, 1);
	for (int i = 0; i < WIDE; i++) all[i] = ~all[i]; /* - all = ~all + 1 */
	add_words(spread, WIDE, all, WIDE);
	add_words(spread, WIDE, (uint64_t[]){1}, 1);
	return words_to_double(spread, WIDE) / (double)((u128)count * (u128)over) / pow(10, 2 * scale);
}

/*
 * The variance over count - less values. The caller has checked that there are more than less. scale is that of
 * the decimals of an exact state. Doubles too far apart are an overflow; infinite ones have no variance.
 */
int32_t slp_variance(double *out, uint64_t w0, uint64_t w1, int32_t less, int32_t scale) {
	*out = 0;
	if ((uint32_t)w0 == sizeof(exact)) {
		exact s;
		memcpy(&s, (void *)w1, sizeof s);
		if (s.count > less) *out = exact_variance(&s, s.count - less, scale);
		return 0;
	}
	if ((uint32_t)w0 != sizeof(floating)) return 0;
	floating s;
	memcpy(&s, (void *)w1, sizeof s);
	if (s.infinite) return *out = NAN, 0;
	if (s.count > less) *out = s.spread / (s.count - less);
	return isfinite(s.spread) ? 0 : SLP_FLOAT_OVERFLOW;
}
