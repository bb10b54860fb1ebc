/* Packing of a section's values; decode_kernels.h unpacks. */
#ifndef SLP_PACK_H
#define SLP_PACK_H
#include "codec.h"

static inline int bits_of(uint64_t v) { return v ? 64 - __builtin_clzll(v) : 0; }
static inline int64_t pad16(int64_t n) { return (n + 15) & ~15ll; }

/* Packs SECTION values of w bits in the layout unpack reads. */
#define PACK(NAME, T, LANES)                                                               \
	static inline void NAME(const uint64_t *restrict v, T *restrict out, int w) {      \
		enum { B = sizeof(T) * 8 };                                                \
		for (int r = 0; r < B; r++) {                                              \
			int k = r * w / B, sh = r * w % B;                                 \
			T *o = out + k * LANES;                                            \
			const uint64_t *in = v + r * LANES;                                \
			for (int l = 0; l < LANES; l++) o[l] |= (T)((T)in[l] << sh);       \
			if (sh + w > B)                                                    \
				for (int l = 0; l < LANES; l++) o[l + LANES] |= (T)in[l] >> (B - sh); \
		}                                                                          \
	}
PACK(pack16, uint16_t, 64)
PACK(pack32, uint32_t, 32)
PACK(pack64, uint64_t, 16)

static inline void pack(const uint64_t *v, uint8_t *out, int w) {
	if (w == 0) return;
	memset(out, 0, slp_packed_size(w));
	if (w <= 16) pack16(v, (uint16_t *)out, w);
	else if (w <= 32) pack32(v, (uint32_t *)out, w);
	else pack64(v, (uint64_t *)out, w);
}
#endif
