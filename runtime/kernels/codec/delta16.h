/* MODE_DELTA16: differences of 16 bits to the value before, and exceptions: values that no such difference reaches, as
   they are. One value far from the others costs its own bytes, and makes no difference wider.

   payload: [u16 exceptions][u16 rows][12 bytes free]
            [i16 differences, one a row, padded to 16]   the first is to ref; at an exception it means nothing
            [u16 rows of the exceptions, ascending, padded to 16][their values] */
#include "codec.h"

static inline int64_t delta16_pad(int64_t n) { return (n + 15) & ~15ll; }

/* Bytes of a payload of n rows with k exceptions of size bytes. */
static inline int64_t delta16_bytes(int64_t n, int64_t k, int size) {
	return 16 + delta16_pad(2 * n) + delta16_pad(2 * k) + k * size;
}

/* Whether v is reached from the value before. */
static inline int delta16_near(int64_t v, int64_t before) {
	int64_t d = (int64_t)((uint64_t)v - (uint64_t)before);
	return d == (int16_t)d;
}

static inline int64_t delta16_exceptions(const int64_t *v, int64_t n) {
	int64_t k = 0;
	for (int64_t i = 1; i < n; i++) k += !delta16_near(v[i], v[i - 1]);
	return k;
}

static inline int64_t delta16_size(const int64_t *v, int64_t n, int size) {
	return n > 1 ? delta16_bytes(n, delta16_exceptions(v, n), size) : INT64_MAX;
}

static inline void delta16_write(const int64_t *v, int64_t n, int size, slp_section *s, uint8_t *p) {
	const int64_t k = delta16_exceptions(v, n);
	s->ref = v[0];
	memset(p, 0, delta16_bytes(n, k, size));
	uint16_t head[2] = {(uint16_t)k, (uint16_t)n};
	memcpy(p, head, sizeof head);
	int16_t *d = (int16_t *)(p + 16);
	uint16_t *at = (uint16_t *)(p + 16 + delta16_pad(2 * n));
	uint8_t *value = (uint8_t *)at + delta16_pad(2 * k);
	for (int64_t i = 1; i < n; i++) {
		if (delta16_near(v[i], v[i - 1])) {
			d[i] = (int16_t)((uint64_t)v[i] - (uint64_t)v[i - 1]);
			continue;
		}
		*at++ = (uint16_t)i;
		memcpy(value, v + i, size);
		value += size;
	}
}

static inline int delta16_check(const slp_section *s, const uint8_t *p, int64_t n, int size, int64_t room) {
	(void)s;
	if (room < 16) return 0;
	const int64_t k = slp_load16(p);
	if (slp_load16(p + 2) != n || k > n || delta16_bytes(n, k, size) > room) return 0;
	const uint8_t *at = p + 16 + delta16_pad(2 * n);
	for (int64_t i = 0; i < k; i++) {
		const int64_t row = slp_load16(at + 2 * i);
		if (row >= n || (i && row <= slp_load16(at + 2 * (i - 1)))) return 0;
	}
	return 1;
}

static inline void delta16_read(const slp_section *s, const uint8_t *p, int64_t upto, int size,
	uint64_t *restrict all) {
	const int64_t k = slp_load16(p), n = slp_load16(p + 2);
	const uint8_t *d = p + 16, *at = d + delta16_pad(2 * n), *value = at + delta16_pad(2 * k);
	uint64_t v = (uint64_t)s->ref;
	for (int64_t i = 0, x = 0; i < upto; x++) {
		int64_t next = x < k ? slp_load16(at + 2 * x) : upto;
		if (next > upto) next = upto;
		for (; i < next; i++) all[i] = v += (uint64_t)(int64_t)(int16_t)slp_load16(d + 2 * i);
		if (i == upto) break;
		v = 0;
		memcpy(&v, value + x * size, size);
		all[i++] = v;
	}
}
