#include "table.h"

/* Places in the order of a sort table: an array of entries' addresses. Searches begin where the answer is likely to be
   near, with steps that double: a row of many is not far from the one before. */

uint64_t slp_copy_prefix(uint8_t *to, uint64_t w0, uint64_t w1, int64_t n) {
	slp_str s = {w0, w1};
	memcpy(to, slp_bytes(&s), n);
	return (uint64_t)(to + n);
}

/* The bytes of the leading keys: their number stands in the entry, or is the same for all. */
static int64_t prefix_of(const uint8_t *entry, int64_t off, int64_t fixed) {
	return off ? *(const int64_t *)(entry + off) : fixed;
}

/* No key is the beginning of another: rows agree in the leading keys if they do in these bytes. */
static bool agrees(const uint8_t *entry, int64_t off, const uint8_t *p, int64_t n) {
	slp_str s = slp_row_str(entry, off);
	return slp_len(s) >= n && !memcmp(p, slp_bytes(&s), n);
}

/* The end of the run of rows, from row from on, that agree with it in their leading keys. */
int64_t slp_run_end(const uint8_t *const *order, int64_t from, int64_t to, int64_t keyoff, int64_t prefixoff,
		int64_t fixed) {
	slp_str s = slp_row_str(order[from], keyoff);
	const uint8_t *p = slp_bytes(&s);
	int64_t n = prefix_of(order[from], prefixoff, fixed);
	if (!n) return to;
	int64_t lo = from, step = 1; /* lo agrees */
	while (step < to - lo && agrees(order[lo + step], keyoff, p, n)) {
		lo += step;
		step *= 2;
	}
	int64_t hi = step < to - lo ? lo + step : to; /* hi does not */
	while (hi - lo > 1) {
		int64_t m = lo + (hi - lo) / 2;
		if (agrees(order[m], keyoff, p, n)) lo = m;
		else hi = m;
	}
	return hi;
}

/* Whether a row stands in front of where a bound puts an end: of keys that begin as the bound does, upper decides. */
static bool in_front(const uint8_t *entry, int64_t off, const uint8_t *p, int64_t n, bool upper) {
	slp_str s = slp_row_str(entry, off);
	int64_t len = slp_len(s);
	int c = memcmp(slp_bytes(&s), p, len < n ? len : n);
	return c < 0 || (c == 0 && (len < n || upper));
}

/* The first row in [from, to) that does not stand in front of the bound, to if there is none. */
int64_t slp_reach(const uint8_t *const *order, int64_t from, int64_t to, int64_t near, int64_t keyoff, uint64_t w0,
		uint64_t w1, int64_t upper) {
	slp_str bound = {w0, w1};
	const uint8_t *p = slp_bytes(&bound);
	int64_t n = slp_len(bound), lo = from - 1, hi = to; /* lo stands in front, hi does not */
	if (near < from || near >= to) near = from;
	if (near < hi) {
		if (in_front(order[near], keyoff, p, n, upper)) {
			lo = near;
			for (int64_t step = 1; step < hi - lo; step *= 2) {
				if (!in_front(order[lo + step], keyoff, p, n, upper)) {
					hi = lo + step;
					break;
				}
				lo += step;
			}
		} else {
			hi = near;
			for (int64_t step = 1; step < hi - lo; step *= 2) {
				if (in_front(order[hi - step], keyoff, p, n, upper)) {
					lo = hi - step;
					break;
				}
				hi -= step;
			}
		}
	}
	while (hi - lo > 1) {
		int64_t m = lo + (hi - lo) / 2;
		if (in_front(order[m], keyoff, p, n, upper)) lo = m;
		else hi = m;
	}
	return hi;
}

/* counts[i] is how many of the rows in front of row i count. The row in [from, to) that counts and has n such in front
   of it, -1 if there is none. */
int64_t slp_counted(const int64_t *counts, int64_t from, int64_t to, int64_t n) {
	if (from >= to || n < counts[from] || n >= counts[to]) return -1;
	int64_t lo = from, hi = to; /* counts[lo] <= n < counts[hi] */
	while (hi - lo > 1) {
		int64_t m = lo + (hi - lo) / 2;
		if (counts[m] <= n) lo = m;
		else hi = m;
	}
	return lo;
}
