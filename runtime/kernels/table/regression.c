/*
 * Pairs (y, x) of doubles: how many, their sums, and the sums of squares and products of their distances from the
 * means, which a pair changes as Youngs and Cramer have it (Technometrics 13, 1971) and another state as Chan, Golub
 * and LeVeque do. All are doubles, in the order of struct pairs, in a string of its table's arena. Arenas do not align.
 */
#include "../include/str.h"
#include "../include/arena.h"
#include <math.h>

typedef struct {
	double n, sx, sxx, sy, syy, sxy;
} pairs;

void slp_pair(slp_str *out, slp_arena *a, double y, double x) {
	double *p = slp_arena_alloc(a, 2 * sizeof *p);
	memcpy(p, (double[]){y, x}, 2 * sizeof *p);
	*out = slp_make((uint8_t *)p, 2 * sizeof *p);
}

void slp_pairs_put(void *state, uint64_t w0, uint64_t w1) {
	pairs s;
	double pair[2];
	memcpy(&s, state, sizeof s);
	memcpy(pair, (void *)w1, sizeof pair);
	double y = pair[0], x = pair[1];
	s.n++;
	s.sx += x;
	s.sy += y;
	if (s.n > 1) {
		double dx = x * s.n - s.sx, dy = y * s.n - s.sy, scale = 1 / (s.n * (s.n - 1));
		s.sxx += dx * dx * scale;
		s.syy += dy * dy * scale;
		s.sxy += dx * dy * scale;
	}
	/* What is infinite has no distance from a mean. */
	if (!isfinite(x)) s.sxx = s.sxy = NAN;
	if (!isfinite(y)) s.syy = s.sxy = NAN;
	memcpy(state, &s, sizeof s);
}

void slp_pairs_merge(void *state, uint64_t w0, uint64_t w1) {
	pairs s, o;
	memcpy(&s, state, sizeof s);
	memcpy(&o, (void *)w1, sizeof o);
	if (s.n == 0) {
		s = o;
	} else if (o.n != 0) {
		double n = s.n + o.n, dx = s.sx / s.n - o.sx / o.n, dy = s.sy / s.n - o.sy / o.n, scale = s.n * o.n / n;
		s.sxx += o.sxx + dx * dx * scale;
		s.syy += o.syy + dy * dy * scale;
		s.sxy += o.sxy + dx * dy * scale;
		s.sx += o.sx;
		s.sy += o.sy;
		s.n = n;
	}
	memcpy(state, &s, sizeof s);
}
