#include "codec.h"
typedef __int128 i128;

/* First 8 bytes, trailing blanks stripped, as a number in byte order: a <= b in SQL order implies key(a) <= key(b). */
static int64_t str_key(const uint8_t *p, uint32_t n) {
	return (int64_t)(__builtin_bswap64(slp_first8(p, n)) ^ 1ull << 63);
}

static int cmp(const uint8_t *a, uint32_t n, const uint8_t *b, uint32_t m) {
	int c = memcmp(a, b, n < m ? n : m);
	return c ? c : (n > m) - (n < m);
}

/* Fills sec's min and max and the block's statistics. min_row is -1 if all rows are NULL. */
void slp_str_stats(const uint8_t *heap, const uint64_t *off, const uint32_t *len, const uint8_t *nulls, int64_t rows,
	slp_section *sec, slp_stats *st) {
	slp_stats r = {0, -1, -1, 0, 0};
	int64_t kmin = INT64_MAX, kmax = INT64_MIN;
	uint32_t nmin = 0, nmax = 0; /* stripped lengths of the extremes */
	for (int64_t row = 0; row < rows; row += SECTION) {
		int64_t lo = INT64_MAX, hi = INT64_MIN, to = rows - row < SECTION ? rows : row + SECTION;
		for (int64_t i = row; i < to; i++) {
			if (nulls && nulls[i]) {
				r.nulls++;
				continue;
			}
			const uint8_t *p = heap + off[i];
			uint32_t n = len[i];
			r.bytes += n;
			if (n && p[n - 1] == ' ') {
				r.trailing_blanks = 1;
				while (n && p[n - 1] == ' ') n--;
			}
			int64_t k = str_key(p, n);
			if (k < lo) lo = k;
			if (k > hi) hi = k;
			if (k < kmin || r.min_row < 0 || (k == kmin && (n != nmin || n > 8) && cmp(p, n, heap + off[r.min_row], nmin) < 0))
				kmin = k, r.min_row = i, nmin = n;
			if (k > kmax || r.max_row < 0 || (k == kmax && (n != nmax || n > 8) && cmp(p, n, heap + off[r.max_row], nmax) > 0))
				kmax = k, r.max_row = i, nmax = n;
		}
		sec[row / SECTION].min = lo;
		sec[row / SECTION].max = hi;
	}
	*st = r;
}

static int64_t clamp(i128 v) { return v < INT64_MIN ? INT64_MIN : v > INT64_MAX ? INT64_MAX : (int64_t)v; }

/* Doubles in PostgreSQL's order: NaN above all, -0 equal to 0. */
static int64_t float_key(double d) {
	if (d != d) return INT64_MAX;
	d += 0.0;
	int64_t b;
	memcpy(&b, &d, 8);
	return b ^ (b >> 63 & INT64_MAX);
}

#define STATS(T, KEY, K)                                                                   \
	for (int64_t row = 0; row < rows; row += SECTION) {                                \
		K lo = 0, hi = 0;                                                          \
		int64_t lo_at = -1, hi_at = -1, to = rows - row < SECTION ? rows : row + SECTION; \
		for (int64_t i = row; i < to; i++) {                                       \
			if (nulls && nulls[i]) {                                           \
				r.nulls++;                                                 \
				continue;                                                  \
			}                                                                  \
			K k = KEY(((const T *)v)[i]);                                      \
			if (lo_at < 0 || k < lo) lo = k, lo_at = i;                        \
			if (hi_at < 0 || k > hi) hi = k, hi_at = i;                        \
		}                                                                          \
		sec[row / SECTION].min = lo_at < 0 ? INT64_MAX : clamp(lo);                \
		sec[row / SECTION].max = lo_at < 0 ? INT64_MIN : clamp(hi);                \
		if (lo_at < 0) continue;                                                   \
		if (r.min_row < 0 || lo < KEY(((const T *)v)[r.min_row])) r.min_row = lo_at; \
		if (r.max_row < 0 || hi > KEY(((const T *)v)[r.max_row])) r.max_row = hi_at; \
	}
#define SAME(x) (x)

/* Fills sec's min and max and the block's statistics. */
void slp_value_stats(const void *v, int width, int is_float, const uint8_t *nulls, int64_t rows, slp_section *sec,
	slp_stats *st) {
	slp_stats r = {0, -1, -1, 0, rows * width};
	switch (is_float ? width + 100 : width) {
	case 1: STATS(int8_t, SAME, int64_t); break;
	case 2: STATS(int16_t, SAME, int64_t); break;
	case 4: STATS(int32_t, SAME, int64_t); break;
	case 8: STATS(int64_t, SAME, int64_t); break;
	case 16: STATS(i128, SAME, i128); break;
	case 104: STATS(float, float_key, int64_t); break;
	case 108: STATS(double, float_key, int64_t); break;
	}
	*st = r;
}
