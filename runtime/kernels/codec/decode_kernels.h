/* Decoders of one CPU level: included by decode_*.c with LEVEL(name)
   and VECTOR, the bytes of a vector register, defined. */
#include "codec.h"
#define SLP_UNPACK

/* unpack: in holds w words of every lane; word k of all lanes lies together, ROW bytes of them. Vectors of
   VECTOR bytes, this level's registers, go down the rows one behind the other. Written with vector types: loops
   left to the vectoriser give the same code after ten times the compile time. */
enum { ROW = 128 };
#define UNPACK(NAME, T)                                                                    \
	typedef T NAME##_v __attribute__((vector_size(VECTOR), aligned(1), may_alias));    \
	static inline __attribute__((always_inline)) void NAME(const uint8_t *restrict in, uint8_t *restrict out, \
		const int w) { \
		enum { B = sizeof(T) * 8 };                                                \
		const T mask = w == B ? (T)~(T)0 : (T)(((T)1 << (w % B)) - 1);             \
		for (int at = 0; at < ROW; at += VECTOR) {                                 \
			const uint8_t *p = in + at;                                        \
			uint8_t *o = out + at;                                             \
			UNROLL for (int r = 0; r < B; r++) {                               \
				const int k = r * w / B, sh = r * w % B;                   \
				NAME##_v v = *(const NAME##_v *)(p + k * ROW) >> (T)sh;    \
				if (sh + w > B) v |= *(const NAME##_v *)(p + (k + 1) * ROW) << (T)(B - sh); \
				*(NAME##_v *)(o + r * ROW) = v & mask;                     \
			}                                                                  \
		}                                                                          \
	}

/* A function a width: with w constant the rows unroll to loads, shifts and ands with constants. */
#define UNROLL _Pragma("GCC unroll 64")
UNPACK(unpack16, uint16_t)
UNPACK(unpack32, uint32_t)
UNPACK(unpack64, uint64_t)
static void un0(const void *in, void *out) { memset(out, 0, SECTION * 2); }
#define UN(w, BITS) static void un##w(const void *in, void *out) { unpack##BITS(in, out, w); }
UN(1, 16) UN(2, 16) UN(3, 16) UN(4, 16) UN(5, 16) UN(6, 16) UN(7, 16) UN(8, 16)
UN(9, 16) UN(10, 16) UN(11, 16) UN(12, 16) UN(13, 16) UN(14, 16) UN(15, 16) UN(16, 16)
UN(17, 32) UN(18, 32) UN(19, 32) UN(20, 32) UN(21, 32) UN(22, 32) UN(23, 32) UN(24, 32)
UN(25, 32) UN(26, 32) UN(27, 32) UN(28, 32) UN(29, 32) UN(30, 32) UN(31, 32) UN(32, 32)
UN(33, 64) UN(34, 64) UN(35, 64) UN(36, 64) UN(37, 64) UN(38, 64) UN(39, 64) UN(40, 64)
UN(41, 64) UN(42, 64) UN(43, 64) UN(44, 64) UN(45, 64) UN(46, 64) UN(47, 64) UN(48, 64)
UN(49, 64) UN(50, 64) UN(51, 64) UN(52, 64) UN(53, 64) UN(54, 64) UN(55, 64) UN(56, 64)
UN(57, 64) UN(58, 64) UN(59, 64) UN(60, 64) UN(61, 64) UN(62, 64) UN(63, 64) UN(64, 64)

typedef void unpack_fn(const void *in, void *out);
static unpack_fn *const unpackers[65] = {un0,
	un1, un2, un3, un4, un5, un6, un7, un8, un9, un10, un11, un12, un13, un14, un15, un16,
	un17, un18, un19, un20, un21, un22, un23, un24, un25, un26, un27, un28, un29, un30, un31, un32,
	un33, un34, un35, un36, un37, un38, un39, un40, un41, un42, un43, un44, un45, un46, un47, un48,
	un49, un50, un51, un52, un53, un54, un55, un56, un57, un58, un59, un60, un61, un62, un63, un64};
#define unpack(w, in, out) unpackers[w]((in), (out))

typedef union { uint16_t u16[SECTION]; uint32_t u32[SECTION]; uint64_t u64[SECTION]; }
	__attribute__((aligned(64))) scratch;

/* Null bits of rows [row, row+n) as bytes. */
static void null_bytes(const slp_cursor *c, const slp_section *s, int64_t row, int64_t n, uint8_t *restrict out) {
	if (!c->nullbits || s->nulls == 0) {
		memset(out, 0, n);
		return;
	}
	const uint8_t *b = c->nullbits + (row >> 3);
	int64_t i = 0;
	if ((row & 7) == 0)
		for (; i + 8 <= n; i += 8, b++) {
			/* Copies of the byte, one bit of each kept, moved to the lowest place. */
			uint64_t m = (*b * 0x0101010101010101ull) & 0x8040201008040201ull;
			m = ((m + 0x7f7f7f7f7f7f7f7full) | m) >> 7 & 0x0101010101010101ull;
			memcpy(out + i, &m, 8);
		}
	for (; i < n; i++) out[i] = c->nullbits[(row + i) >> 3] >> ((row + i) & 7) & 1;
}

/* out[i] = ref + packed value off+i. */
#define ADD_PACKED(T, PAYLOAD, REF)                                                        \
	do {                                                                               \
		const T ref_ = (REF);                                                      \
		const int w_ = s->bits;                                                    \
		scratch t_;                                                                \
		unpack(w_, (PAYLOAD), &t_);                                             \
		if (w_ <= 16) { const uint16_t *restrict q = t_.u16 + off; \
			for (int64_t i = 0; i < n; i++) out[i] = (T)(ref_ + q[i]); } \
		else if (w_ <= 32) { const uint32_t *restrict q = t_.u32 + off; \
			for (int64_t i = 0; i < n; i++) out[i] = (T)(ref_ + (T)q[i]); } \
		else { const uint64_t *restrict q = t_.u64 + off; for (int64_t i = 0; i < n; i++) out[i] = (T)(ref_ + (T)q[i]); } \
	} while (0)

/* Runs that meet rows [off, off+n) of the section. */
#define EXPAND_RUNS(T, V, PUT)                                                             \
	do {                                                                               \
		const int runs_ = slp_load16(p);                                           \
		const uint16_t *end_ = (const uint16_t *)(p + 16);                         \
		const V *val_ = (const V *)(p + 16 + (runs_ * 2 + 15) / 16 * 16);          \
		int r_ = 0;                                                                \
		while (end_[r_] <= off) r_++;                                              \
		for (int64_t i = 0; i < n; r_++) {                                         \
			int64_t e_ = end_[r_] - off < n ? end_[r_] - off : n;              \
			const T v_ = PUT(val_[r_]);                                        \
			for (; i < e_; i++) out[i] = v_;                                   \
		}                                                                          \
	} while (0)
#define SAME(x) (x)

#include "modes.h"

#define READ(NAME, number, f)                                                              \
	case MODE_##NAME: {                                                                \
		uint64_t all[SECTION];                                                     \
		f##_read(s, p, off + n, sizeof *out, all);                                 \
		for (int64_t i = 0; i < n; i++) out[i] = all[off + i];                     \
		break;                                                                     \
	}

#define DECODER(NAME, T)                                                                   \
	static void NAME(const slp_cursor *c, int64_t row, int64_t n, void *values, uint8_t *nulls) { \
		const slp_section *s = c->sec + (row >> 10);                               \
		const int64_t off = row & (SECTION - 1);                                   \
		const uint8_t *p = c->body + s->off;                                       \
		T *restrict out = values;                                                  \
		switch (s->mode) {                                                         \
		case MODE_FOR: ADD_PACKED(T, p, (T)s->ref); break;                         \
		case MODE_CONST: for (int64_t i = 0; i < n; i++) out[i] = (T)s->ref; break; \
		SUM_MODES(READ)                                                            \
		case MODE_RLE: EXPAND_RUNS(T, T, SAME); break;                             \
		case MODE_DICT: {                                                          \
			scratch t;                                                         \
			unpack(s->bits, p, &t);                                         \
			const T *restrict dict = (const T *)c->dict + s->ref;              \
			for (int64_t i = 0; i < n; i++) out[i] = dict[t.u16[off + i]];     \
			break;                                                             \
		}                                                                          \
		default: memcpy(out, p + off * sizeof(T), n * sizeof(T));                  \
		}                                                                          \
		if (nulls) null_bytes(c, s, row, n, nulls);                                \
	}
DECODER(decode1, uint8_t)
DECODER(decode2, uint16_t)
DECODER(decode4, uint32_t)
DECODER(decode8, uint64_t)

typedef unsigned __int128 u128;
static void decode16(const slp_cursor *c, int64_t row, int64_t n, void *values, uint8_t *nulls) {
	const slp_section *s = c->sec + (row >> 10);
	const int64_t off = row & (SECTION - 1);
	const uint8_t *p = c->body + s->off;
	u128 *restrict out = values;
	switch (s->mode) {
	case MODE_FOR: ADD_PACKED(u128, p + 16, *(const u128 *)p); break;
	case MODE_CONST: for (int64_t i = 0; i < n; i++) out[i] = *(const u128 *)p; break;
	case MODE_RLE: EXPAND_RUNS(u128, u128, SAME); break;
	case MODE_DICT: {
		scratch t;
		unpack(s->bits, p, &t);
		const u128 *restrict dict = (const u128 *)c->dict + s->ref;
		for (int64_t i = 0; i < n; i++) out[i] = dict[t.u16[off + i]];
		break;
	}
	default: memcpy(out, p + off * 16, n * 16);
	}
	if (nulls) null_bytes(c, s, row, n, nulls);
}

static void decode_str(const slp_cursor *c, int64_t row, int64_t n, void *values, uint8_t *nulls) {
	const slp_section *s = c->sec + (row >> 10);
	const int64_t off = row & (SECTION - 1);
	const uint8_t *p = c->body + s->off;
	slp_str *restrict out = values;
	const slp_str *restrict dict = (const slp_str *)c->dict;
	scratch t;
	switch (s->mode) {
	case MODE_FOR: {
		dict += s->ref;
		unpack(s->bits, p, &t);
		for (int64_t i = 0; i < n; i++) out[i] = dict[t.u16[off + i]];
		break;
	}
	case MODE_CONST: {
		const slp_str v = dict[s->ref];
		for (int64_t i = 0; i < n; i++) out[i] = v;
		break;
	}
#define ENTRY(x) dict[x]
	case MODE_RLE: EXPAND_RUNS(slp_str, uint16_t, ENTRY); break;
	case MODE_LONG: {
		const uint32_t *len = (const uint32_t *)p;
		const uint8_t *q = p + SECTION * 4;
		for (int64_t i = 0; i < off; i++) q += len[i];
		for (int64_t i = 0; i < n; i++) {
			out[i] = slp_str_of(q, len[off + i]);
			q += len[off + i];
		}
		break;
	}
	default: {
		const uint32_t base = (uint32_t)s->ref;
		unpack(s->bits, p, &t);
		const uint8_t *q = p + slp_packed_size(s->bits);
		for (int64_t i = 0; i < off; i++) q += base + t.u16[i];
		for (int64_t i = 0; i < n; i++) {
			uint32_t len = base + t.u16[off + i];
			out[i] = slp_str_of(q, len);
			q += len;
		}
	}
	}
	if (nulls) null_bytes(c, s, row, n, nulls);
}

const slp_decoders LEVEL(slp_decoders) = {{decode1, decode2, decode4, decode8, decode16, decode_str}};
