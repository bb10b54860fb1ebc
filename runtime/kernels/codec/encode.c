#include "modes.h"
#include "pack.h"
typedef __int128 i128;
typedef unsigned __int128 u128;

static void load(const void *v, int width, int64_t row, int64_t n, int64_t *restrict out) {
	switch (width) {
	case 1: for (int64_t i = 0; i < n; i++) out[i] = ((const int8_t *)v)[row + i]; break;
	case 2: for (int64_t i = 0; i < n; i++) out[i] = ((const int16_t *)v)[row + i]; break;
	case -2: for (int64_t i = 0; i < n; i++) out[i] = ((const uint16_t *)v)[row + i]; break;
	case 4: for (int64_t i = 0; i < n; i++) out[i] = ((const int32_t *)v)[row + i]; break;
	default: memcpy(out, (const int64_t *)v + row, n * 8);
	}
}

static void store(uint8_t *p, int width, int64_t v) { memcpy(p, &v, width < 0 ? -width : width); }

#define ALLOWED(m) (modes >> (m) & 1)

/* The codes of a section pack as dictionary indexes if all are known. Returns payload bytes or -1. */
static int64_t enc_codes(const uint16_t *codes, int64_t n, slp_section *s, uint8_t *p) {
	uint64_t v[SECTION] = {0};
	uint16_t max = 0;
	for (int64_t i = 0; i < n; i++) {
		if (codes[i] == NO_CODE) return -1;
		v[i] = codes[i];
		if (codes[i] > max) max = codes[i];
	}
	s->mode = MODE_DICT;
	s->ref = 0;
	s->bits = bits_of(max);
	pack(v, p, s->bits);
	return slp_packed_size(s->bits);
}

/* One section of n values, NULLs replaced by a neighbour. Sets mode, bits and ref; returns payload bytes. */
static int64_t enc64(const int64_t *v, int width, int64_t n, int modes, int fixed, slp_section *s, uint8_t *p) {
	const int size = width < 0 ? -width : width;
	int64_t min = v[0], max = v[0], runs = 1;
	for (int64_t i = 1; i < n; i++) {
		if (v[i] < min) min = v[i];
		if (v[i] > max) max = v[i];
		runs += v[i] != v[i - 1];
	}
	s->bits = 0;
	if (min == max && ALLOWED(MODE_CONST)) {
		s->mode = MODE_CONST;
		s->ref = min;
		return 0;
	}
	int64_t best = n * size;
	int mode = MODE_RAW, bits = 0;
	int64_t ref = min;
	if (width < 0) best = 1 << 20; /* dictionary indexes have no RAW */
	if (ALLOWED(MODE_FOR)) {
		int b = bits_of((uint64_t)max - (uint64_t)min);
		if (fixed && min >= -(1ll << (fixed - 1)) && max < 1ll << (fixed - 1)) {
			b = fixed;
			ref = -(1ll << (fixed - 1));
		}
		if (slp_packed_size(b) < best) best = slp_packed_size(b), mode = MODE_FOR, bits = b;
	}
	if (ALLOWED(MODE_RLE)) {
		int64_t rle = 16 + pad16(runs * 2) + pad16(runs * size);
		if (rle < best - best / 5 || (!ALLOWED(MODE_FOR) && rle < best)) best = rle, mode = MODE_RLE;
	}
	/* Prefix sums cost about as much again as unpacking: not for a few per cent. */
#define CHOOSE(NAME, number, f)                                        \
	if (ALLOWED(MODE_##NAME)) {                                    \
		int64_t need = f##_size(v, n, size);                   \
		if (need < best - best / 5) best = need, mode = MODE_##NAME, bits = 0; \
	}
	SUM_MODES(CHOOSE)
	s->mode = mode;
	s->bits = bits;
	s->ref = ref;
	switch (mode) {
#define WRITE(NAME, number, f) case MODE_##NAME: f##_write(v, n, size, s, p); break;
	SUM_MODES(WRITE)
	case MODE_FOR: {
		uint64_t u[SECTION];
		for (int64_t i = 0; i < n; i++) u[i] = (uint64_t)v[i] - (uint64_t)ref;
		memset(u + n, 0, (SECTION - n) * 8);
		pack(u, p, bits);
		break;
	}
	case MODE_RLE: {
		memset(p, 0, best);
		uint16_t *end = (uint16_t *)(p + 16), r = 0;
		uint8_t *val = p + 16 + pad16(runs * 2);
		s->ref = 0;
		for (int64_t i = 1; i <= n; i++)
			if (i == n || v[i] != v[i - 1]) {
				end[r] = i;
				store(val + (int64_t)r++ * size, width, v[i - 1]);
			}
		memcpy(p, &r, 2);
		break;
	}
	default:
		s->ref = 0;
		for (int64_t i = 0; i < n; i++) store(p + i * size, width, v[i]);
	}
	return best;
}

static int64_t enc128(const i128 *v, int64_t n, int modes, slp_section *s, uint8_t *p) {
	i128 min = v[0], max = v[0];
	int64_t runs = 1;
	for (int64_t i = 1; i < n; i++) {
		if (v[i] < min) min = v[i];
		if (v[i] > max) max = v[i];
		runs += v[i] != v[i - 1];
	}
	s->ref = 0;
	s->bits = 0;
	if (min == max && ALLOWED(MODE_CONST)) {
		s->mode = MODE_CONST;
		memcpy(p, &min, 16);
		return 16;
	}
	int64_t best = n * 16;
	u128 range = (u128)max - (u128)min;
	s->mode = MODE_RAW;
	if (ALLOWED(MODE_FOR) && range >> 64 == 0 && 16 + slp_packed_size(bits_of(range)) < best) {
		s->mode = MODE_FOR;
		s->bits = bits_of(range);
		best = 16 + slp_packed_size(s->bits);
	}
	int64_t rle = 16 + pad16(runs * 2) + runs * 16;
	if (ALLOWED(MODE_RLE) && (rle < best - best / 5 || (!ALLOWED(MODE_FOR) && rle < best)))
		best = rle, s->mode = MODE_RLE, s->bits = 0;
	switch (s->mode) {
	case MODE_FOR: {
		uint64_t u[SECTION] = {0};
		for (int64_t i = 0; i < n; i++) u[i] = (u128)v[i] - (u128)min;
		memcpy(p, &min, 16);
		pack(u, p + 16, s->bits);
		break;
	}
	case MODE_RLE: {
		memset(p, 0, best);
		uint16_t *end = (uint16_t *)(p + 16), r = 0;
		uint8_t *val = p + 16 + pad16(runs * 2);
		for (int64_t i = 1; i <= n; i++)
			if (i == n || v[i] != v[i - 1]) {
				end[r] = i;
				memcpy(val + (int64_t)r++ * 16, v + i - 1, 16);
			}
		memcpy(p, &r, 2);
		break;
	}
	default:
		memcpy(p, v, n * 16);
	}
	return best;
}

/* Encodes rows values into out from offset at (a multiple of 16) on; room for rows * width + 64 bytes a section.
   nulls may be NULL. modes: bit set of modes that may be used besides RAW. fixed_bits: see MOSTLY.
   codes: dictionary indexes or NULL. Sets all of sec but min and max. Returns the offset behind. */
int64_t slp_enc_values(const void *v, int width, int64_t rows, const uint8_t *nulls, int modes, int fixed_bits,
	const uint16_t *codes, slp_section *sec, uint8_t *out, int64_t at) {
	for (int64_t row = 0, k = 0; row < rows; row += SECTION, k++) {
		int64_t n = rows - row < SECTION ? rows - row : SECTION, used = -1, nn = 0;
		slp_section *s = sec + k;
		s->off = at;
		if (nulls)
			for (int64_t i = 0; i < n; i++) nn += nulls[row + i];
		s->nulls = nn;
		if (codes) used = enc_codes(codes + row, n, s, out + at);
		if (used < 0 && width == 16) {
			i128 t[SECTION];
			memcpy(t, (const i128 *)v + row, n * 16);
			if (nn) {
				i128 last = 0;
				for (int64_t i = 0; i < n; i++)
					if (!nulls[row + i]) { last = t[i]; break; }
				for (int64_t i = 0; i < n; i++)
					if (nulls[row + i]) t[i] = last; else last = t[i];
			}
			used = enc128(t, n, modes, s, out + at);
		} else if (used < 0) {
			int64_t t[SECTION];
			load(v, width, row, n, t);
			if (nn) {
				int64_t last = 0;
				for (int64_t i = 0; i < n; i++)
					if (!nulls[row + i]) { last = t[i]; break; }
				for (int64_t i = 0; i < n; i++)
					if (nulls[row + i]) t[i] = last; else last = t[i];
			}
			used = enc64(t, width, n, modes, fixed_bits, s, out + at);
		}
		memset(out + at + used, 0, pad16(used) - used);
		at += pad16(used);
	}
	return at;
}

/* Encodes rows strings as MODE_STR, or MODE_LONG. Room for their bytes and 2,112 bytes a section, or 4,160. */
int64_t slp_enc_strs(const uint8_t *heap, const uint64_t *off, const uint32_t *len, int64_t rows, slp_section *sec,
	uint8_t *out, int64_t at) {
	for (int64_t row = 0, k = 0; row < rows; row += SECTION, k++) {
		int64_t n = rows - row < SECTION ? rows - row : SECTION;
		slp_section *s = sec + k;
		uint32_t min = len[row], max = len[row];
		for (int64_t i = 1; i < n; i++) {
			uint32_t l = len[row + i];
			if (l < min) min = l;
			if (l > max) max = l;
		}
		s->off = at;
		uint8_t *p = out + at;
		if (max > MAX_STR) {
			s->mode = MODE_LONG;
			s->bits = 0;
			s->ref = 0;
			memcpy(p, len + row, n * 4);
			memset(p + n * 4, 0, (SECTION - n) * 4);
			p += SECTION * 4;
		} else {
			uint64_t u[SECTION];
			for (int64_t i = 0; i < n; i++) u[i] = len[row + i] - min;
			memset(u + n, 0, (SECTION - n) * 8);
			s->mode = MODE_STR;
			s->bits = bits_of(max - min);
			s->ref = min;
			pack(u, p, s->bits);
			p += slp_packed_size(s->bits);
		}
		for (int64_t i = 0; i < n; i++) {
			memcpy(p, heap + off[row + i], len[row + i]);
			p += len[row + i];
		}
		int64_t used = p - (out + at);
		memset(p, 0, pad16(used) - used);
		at += pad16(used);
	}
	return at;
}

/* Bitmap of the null bytes; bits is cleared and has a byte for every 8 rows begun. */
void slp_null_bits(const uint8_t *nulls, int64_t rows, uint8_t *bits) {
	for (int64_t i = 0; i < rows; i++) bits[i >> 3] |= (nulls[i] != 0) << (i & 7);
}
