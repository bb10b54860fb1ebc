/* Column blocks as C sees them. The Go mirror is in codec_unsafe.go, which asserts that it is one. */
#ifndef SLP_CODEC_H
#define SLP_CODEC_H
#include "../include/str.h"
#include <stdint.h>
#include <stddef.h>
#include <string.h>

enum {
	SECTION = 1024,
	TAIL = 64,       /* readable bytes behind every body */
	MAX_STR = 65535, /* bytes of a string of MODE_STR or a dictionary */
};

/* Modes of integers in which a value hangs on those before it: name, number on disk, and what the functions in its
   header begin with. A new one is that header, a row here, a line in modes.h, and its number in codec_unsafe.go. */
#define SUM_MODES(X)          \
	X(DELTA, 2, delta)     \
	X(DELTA16, 7, delta16)

/* Modes of a section. On disk: never renumber. */
enum {
	MODE_CONST = 0, /* ref; 16-byte classes: payload [value] */
	MODE_FOR = 1,   /* ref + packed; 16-byte classes: payload [ref][packed] */
	MODE_RLE = 3,   /* payload [u16 runs, 14 bytes free][u16 ends, padded to 16][values] */
	MODE_RAW = 4,   /* payload: the values */
	MODE_DICT = 5,  /* ref + packed = index into the dictionary of values */
	MODE_STR = 6,   /* strings: payload [packed lengths, + ref][bytes] */
	MODE_LONG = 8,  /* strings, some longer than MAX_STR: payload [SECTION u32 lengths][bytes] */
#define NUMBER(NAME, number, f) MODE_##NAME = number,
	SUM_MODES(NUMBER)
#undef NUMBER
};
/* In blocks of strings CONST, FOR and RLE (values u16) give indexes into the header dictionary. */

/* The entry of a section. min and max are order-preserving keys of the non-NULL
   values (see runtime/block/zone.go), min > max if there are none. */
typedef struct slp_section {
	uint32_t off; /* payload's offset in the body */
	uint16_t nulls;
	uint8_t mode, bits;
	int64_t ref, min, max;
} slp_section;

typedef struct slp_cursor slp_cursor;
typedef void slp_decode(const slp_cursor *c, int64_t row, int64_t n, void *values, uint8_t *nulls);

/* Everything is borrowed from the opened block. */
struct slp_cursor {
	slp_decode *decode;
	const uint8_t *body;
	const slp_section *sec;
	const uint8_t *nullbits; /* one bit a row, NULL: no NULLs */
	const uint8_t *dict;     /* values or string headers */
	int64_t rows;
	uint64_t free[18];
};
_Static_assert(sizeof(slp_cursor) == SLP_COL_CURSOR_SIZE, "slp_cursor");
_Static_assert((int)SECTION == (int)SLP_VECTOR_ROWS, "SECTION");

/* Decoders by class: width 1, 2, 4, 8, 16, strings. */
typedef struct slp_decoders { slp_decode *by_class[6]; } slp_decoders;
extern const slp_decoders slp_decoders_base, slp_decoders_v3, slp_decoders_v4;
const slp_decoders *slp_codec_level(int max_level);

static inline uint64_t slp_load64(const uint8_t *p) { uint64_t v; memcpy(&v, p, 8); return v; }
static inline uint32_t slp_load32(const uint8_t *p) { uint32_t v; memcpy(&v, p, 4); return v; }
static inline uint16_t slp_load16(const uint8_t *p) { uint16_t v; memcpy(&v, p, 2); return v; }

/* The first bytes of a string of n bytes, zero behind them; 8 bytes from p on must be readable. */
static inline uint64_t slp_first8(const uint8_t *p, uint32_t n) {
	uint64_t v = slp_load64(p);
	return n >= 8 ? v : v & ((1ull << (8 * n)) - 1);
}

/* Header of the n bytes at p; 12 bytes from p on must be readable. */
static inline slp_str slp_str_of(const uint8_t *p, uint32_t n) {
	uint32_t k = n < 4 ? n : 4;
	uint64_t head = slp_load32(p) & (uint32_t)((1ull << (8 * k)) - 1);
	slp_str s = {n | head << 32, 0};
	if (n > 12) s.w1 = (uint64_t)(uintptr_t)p;
	else if (n > 4) s.w1 = slp_load64(p + 4) & (~0ull >> (8 * (12 - n)));
	return s;
}

/* Bytes of a packed section. */
static inline uint32_t slp_packed_size(int bits) { return (uint32_t)bits * (SECTION / 8); }

/* Validation and opening (check.c). */
int64_t slp_check(const slp_section *sec, int64_t rows, int width, const uint8_t *body, int64_t size,
	int64_t *dict_need);
int slp_str_headers(const uint16_t *lens, const uint8_t *bytes, int64_t n, int64_t size, slp_str *out);

/* Encoding (encode.c, dict.c, stats.c). Widths: 1, 2, 4, 8, 16; -2 is unsigned 16 bits. */
int64_t slp_enc_values(const void *v, int width, int64_t rows, const uint8_t *nulls, int modes, int fixed_bits,
	const uint16_t *codes, slp_section *sec, uint8_t *out, int64_t at);
int64_t slp_enc_strs(const uint8_t *heap, const uint64_t *off, const uint32_t *len, int64_t rows, slp_section *sec,
	uint8_t *out, int64_t at);
enum { NO_CODE = 0xffff };
int64_t slp_str_dict(const uint8_t *heap, const uint64_t *off, const uint32_t *len, const uint8_t *nulls, int64_t rows,
	int64_t max, int sample, uint16_t *codes, uint32_t *first);
int64_t slp_value_dict(const void *v, int width, const uint8_t *nulls, int64_t rows, int64_t max, uint16_t *codes,
	uint32_t *first);
typedef struct slp_stats { int64_t nulls, min_row, max_row, trailing_blanks, bytes; } slp_stats;
void slp_str_stats(const uint8_t *heap, const uint64_t *off, const uint32_t *len, const uint8_t *nulls, int64_t rows,
	slp_section *sec, slp_stats *st);
void slp_value_stats(const void *v, int width, int is_float, const uint8_t *nulls, int64_t rows, slp_section *sec,
	slp_stats *st);
void slp_null_bits(const uint8_t *nulls, int64_t rows, uint8_t *bits);
#endif
