#include "modes.h"

static int fits(int64_t need, int64_t room) { return need >= 0 && need <= room; }

/* Validates the entries of rows rows against a body of size bytes (TAIL more are readable).
   width is 0 for strings. *dict_need becomes the number of dictionary elements decoders may
   touch. Returns -1, or the number of the first bad section. */
int64_t slp_check(const slp_section *sec, int64_t rows, int width, const uint8_t *body, int64_t size,
	int64_t *dict_need) {
	enum { MAX_REF = 1 << 17 };
	int64_t need = 0;
	for (int64_t i = 0; i * SECTION < rows; i++) {
		const slp_section *s = sec + i;
		const int64_t n = rows - i * SECTION < SECTION ? rows - i * SECTION : SECTION;
		const int64_t room = size - (int64_t)s->off, packed = slp_packed_size(s->bits);
		const uint8_t *p = body + s->off;
		const int str = width == 0, wide = width == 16;
		int64_t top = 0; /* dictionary elements this section may touch */
		if (room < 0 || s->off % 16 || s->bits > 64) return i;
		switch (s->mode) {
		case MODE_CONST:
			if (wide && room < 16) return i;
			if (str) {
				if (s->ref < 0 || s->ref > MAX_REF) return i;
				top = s->ref + 1;
			}
			break;
		case MODE_FOR:
			if (!fits(packed + (wide ? 16 : 0), room)) return i;
			if (!str) break;
			goto indexes;
		case MODE_DICT:
			if (str) return i;
		indexes:
			if (s->bits > 16 || !fits(packed, room) || s->ref < 0 || s->ref > MAX_REF) return i;
			top = s->ref + (1ll << s->bits);
			break;
#define CHECK(NAME, number, f) case MODE_##NAME: if (str || wide || !f##_check(s, p, n, width, room)) return i; break;
		SUM_MODES(CHECK)
		case MODE_RLE: {
			if (room < 16) return i;
			const int64_t runs = slp_load16(p), head = 16 + (runs * 2 + 15) / 16 * 16;
			if (runs < 1 || runs > SECTION || !fits(head + runs * (str ? 2 : width), room)) return i;
			const uint16_t *end = (const uint16_t *)(p + 16);
			for (int64_t r = 0; r < runs; r++)
				if (end[r] <= (r ? end[r - 1] : 0)) return i;
			if (end[runs - 1] != n) return i;
			if (str)
				for (int64_t r = 0; r < runs; r++) {
					int64_t v = slp_load16(p + head + r * 2);
					if (v >= top) top = v + 1;
				}
			break;
		}
		case MODE_RAW:
			if (str || !fits(n * width, room)) return i;
			break;
		case MODE_STR: {
			if (!str || s->bits > 16 || s->ref < 0 || s->ref > MAX_STR || !fits(packed, room)) return i;
			int64_t sum = 0;
			const uint16_t *in = (const uint16_t *)p;
			const int w = s->bits;
			for (int64_t r = 0; r < n; r++) {
				uint32_t v = 0;
				if (w) {
					const int64_t bit = r / 64 * w, k = bit / 16, sh = bit % 16;
					v = in[k * 64 + r % 64] >> sh;
					if (sh + w > 16) v |= (uint32_t)in[(k + 1) * 64 + r % 64] << (16 - sh);
					v &= (1u << w) - 1;
				}
				sum += s->ref + v;
			}
			if (sum > room - packed) return i;
			break;
		}
		case MODE_LONG: {
			if (!str || room < SECTION * 4) return i;
			int64_t sum = 0;
			for (int64_t r = 0; r < n; r++) sum += slp_load32(p + r * 4);
			if (sum > room - SECTION * 4) return i;
			break;
		}
		default:
			return i;
		}
		if (top > need) need = top;
	}
	*dict_need = need;
	return -1;
}

/* Headers of n dictionary strings, borrowed from bytes (size bytes, TAIL more readable).
   Returns 0, or -1 if the lengths do not add up. */
int slp_str_headers(const uint16_t *lens, const uint8_t *bytes, int64_t n, int64_t size, slp_str *out) {
	int64_t off = 0;
	for (int64_t i = 0; i < n; i++) {
		if (lens[i] > size - off) return -1;
		out[i] = slp_str_of(bytes + off, lens[i]);
		off += lens[i];
	}
	return 0;
}
