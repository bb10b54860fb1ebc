#include "codec.h"

/* The best decoders this CPU runs, at most of max_level (1, 3, 4). */
const slp_decoders *slp_codec_level(int max_level) {
#if defined(__x86_64__)
	__builtin_cpu_init();
	int v3 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi2") && __builtin_cpu_supports("fma");
	int v4 = v3 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
		__builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512cd");
	if (v4 && max_level >= 4) return &slp_decoders_v4;
	if (v3 && max_level >= 3) return &slp_decoders_v3;
#endif
	return &slp_decoders_base;
}
