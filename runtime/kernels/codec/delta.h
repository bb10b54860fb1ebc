/* MODE_DELTA: differences to the value 16 rows before (before row 0: ref), above the smallest of them, packed.

   payload: [i64 smallest difference, padded to 16][packed] */
#include "pack.h"

enum { DELTA_STRIDE = 16 };

static inline int64_t delta_at(const int64_t *v, int64_t i) {
	return (int64_t)((uint64_t)v[i] - (uint64_t)(i < DELTA_STRIDE ? v[0] : v[i - DELTA_STRIDE]));
}

/* The smallest difference, and how many bits the others are above it. */
static inline int delta_bits(const int64_t *v, int64_t n, int64_t *least) {
	int64_t lo = INT64_MAX, hi = INT64_MIN;
	for (int64_t i = 0; i < n; i++) {
		int64_t x = delta_at(v, i);
		if (x < lo) lo = x;
		if (x > hi) hi = x;
	}
	*least = lo;
	return bits_of((uint64_t)hi - (uint64_t)lo);
}

static inline int64_t delta_size(const int64_t *v, int64_t n, int size) {
	int64_t least;
	(void)size;
	return n > 64 ? 16 + slp_packed_size(delta_bits(v, n, &least)) : INT64_MAX;
}

static inline void delta_write(const int64_t *v, int64_t n, int size, slp_section *s, uint8_t *p) {
	int64_t least;
	uint64_t d[SECTION] = {0};
	(void)size;
	s->ref = v[0];
	s->bits = delta_bits(v, n, &least);
	for (int64_t i = 0; i < n; i++) d[i] = (uint64_t)delta_at(v, i) - (uint64_t)least;
	memset(p, 0, 16);
	memcpy(p, &least, 8);
	pack(d, p + 16, s->bits);
}

static inline int delta_check(const slp_section *s, const uint8_t *p, int64_t n, int size, int64_t room) {
	(void)p, (void)n, (void)size;
	return 16 + (int64_t)slp_packed_size(s->bits) <= room;
}

#ifdef SLP_UNPACK
static __attribute__((noinline)) void delta_read(const slp_section *s, const uint8_t *p, int64_t upto, int size,
	uint64_t *restrict all) {
	scratch t;
	const uint64_t least = slp_load64(p);
	const int w = s->bits;
	(void)upto, (void)size;
	unpack(w, p + 16, &t);
	if (w <= 16) for (int i = 0; i < SECTION; i++) all[i] = least + t.u16[i];
	else if (w <= 32) for (int i = 0; i < SECTION; i++) all[i] = least + t.u32[i];
	else for (int i = 0; i < SECTION; i++) all[i] = least + t.u64[i];
	for (int l = 0; l < DELTA_STRIDE; l++) all[l] += (uint64_t)s->ref;
	for (int i = DELTA_STRIDE; i < SECTION; i += DELTA_STRIDE)
		for (int l = 0; l < DELTA_STRIDE; l++) all[i + l] += all[i + l - DELTA_STRIDE];
}
#endif
