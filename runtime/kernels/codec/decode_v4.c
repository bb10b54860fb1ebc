#if defined(__x86_64__)
#pragma GCC target("arch=x86-64-v4,prefer-vector-width=512")
#endif
#define LEVEL(x) x##_v4
#define VECTOR 64
#include "decode_kernels.h"
