#define SLP_UNPACK_ANY
#define LEVEL(x) x##_base
#include "decode_kernels.h"
