#include "codec.h"
#include <stdlib.h>

static uint64_t mix(uint64_t a, uint64_t b) {
	unsigned __int128 m = (unsigned __int128)(a ^ 0x9e3779b97f4a7c15ull) * (b ^ 0xd6e8feb86659fd93ull);
	return (uint64_t)m ^ (uint64_t)(m >> 64);
}

/* In-memory only: never stored. 8 bytes behind the string are readable. */
static uint64_t hash_bytes(const uint8_t *p, uint32_t n) {
	uint64_t h = n;
	for (; n >= 8; p += 8, n -= 8) h = mix(h, slp_load64(p));
	return mix(h, slp_first8(p, n));
}

/* Entries: high 32 bits of the hash, code + 1; 0 is free. */
typedef struct table { uint64_t *e, mask; } table;

static int table_new(table *t, int64_t max) {
	uint64_t size = 1024;
	while (size < (uint64_t)max * 2) size *= 2;
	t->e = calloc(size, 8);
	t->mask = size - 1;
	return t->e != NULL;
}

/* Gives each distinct string a code in order of appearance; first[code] is its first row. NULLs get
   code 0. Strings beyond max (at most NO_CODE), and those longer than MAX_STR, get NO_CODE. Returns the number of
   codes; with sample not 0, -1 if a string has none, or there is hardly any repetition in the first sample rows. */
int64_t slp_str_dict(const uint8_t *heap, const uint64_t *off, const uint32_t *len, const uint8_t *nulls, int64_t rows,
	int64_t max, int sample, uint16_t *codes, uint32_t *first) {
	table t;
	if (!table_new(&t, max)) return sample ? -1 : 0;
	int64_t n = 0;
	for (int64_t i = 0; i < rows; i++) {
		if (nulls && nulls[i]) {
			codes[i] = 0;
			continue;
		}
		if (len[i] > MAX_STR) {
			if (sample) { n = -1; break; }
			codes[i] = NO_CODE;
			continue;
		}
		const uint8_t *p = heap + off[i];
		const uint64_t h = hash_bytes(p, len[i]);
		uint64_t k = h & t.mask, e;
		for (; (e = t.e[k]); k = (k + 1) & t.mask) {
			if (e >> 32 != h >> 32) continue;
			const uint32_t f = first[(uint32_t)e - 1];
			if (len[f] == len[i] && memcmp(heap + off[f], p, len[i]) == 0) break;
		}
		if (!e) {
			if (n == max && sample) { n = -1; break; }
			if (n == max) {
				codes[i] = NO_CODE;
				continue;
			}
			first[n++] = i;
			t.e[k] = e = (h >> 32 << 32) | n;
		}
		codes[i] = (uint32_t)e - 1;
		if (sample && i + 1 == sample && n > sample * 6ll / 10) { n = -1; break; }
	}
	free(t.e);
	return n;
}

/* The same for fixed-width values, by their bytes. Values beyond max get NO_CODE. Returns the number of codes. */
int64_t slp_value_dict(const void *v, int width, const uint8_t *nulls, int64_t rows, int64_t max, uint16_t *codes,
	uint32_t *first) {
	table t;
	if (!table_new(&t, max)) return 0;
	int64_t n = 0;
	const uint8_t *base = v;
	for (int64_t i = 0; i < rows; i++) {
		if (nulls && nulls[i]) {
			codes[i] = 0;
			continue;
		}
		const uint8_t *p = base + i * width;
		const uint64_t h = hash_bytes(p, width);
		uint64_t k = h & t.mask, e;
		for (; (e = t.e[k]); k = (k + 1) & t.mask)
			if (e >> 32 == h >> 32 && memcmp(base + (int64_t)first[(uint32_t)e - 1] * width, p, width) == 0) break;
		if (!e) {
			if (n == max) {
				codes[i] = NO_CODE;
				continue;
			}
			first[n++] = i;
			t.e[k] = e = (h >> 32 << 32) | n;
		}
		codes[i] = (uint32_t)e - 1;
	}
	free(t.e);
	return n;
}
