#if defined(__x86_64__)
#pragma GCC target("arch=x86-64-v3")
#endif
#define LEVEL(x) x##_v3
#define VECTOR 32
#include "decode_kernels.h"
