#define LEVEL(x) x##_base
#define VECTOR 16
#include "decode_kernels.h"
