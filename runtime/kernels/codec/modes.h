/* The headers of codec.h's SUM_MODES. Each has, for n values v of size bytes:

   NAME_size   bytes of a payload, INT64_MAX if the mode is not for these values
   NAME_write  sets the section's ref and bits, and writes its payload of NAME_size bytes
   NAME_check  whether decoding a payload of n rows stays within room bytes
   NAME_read   (decode_kernels.h) the values of rows [0, upto), the lower size bytes of each; room for SECTION */
#ifndef SLP_MODES_H
#define SLP_MODES_H
#include "delta.h"
#include "delta16.h"
#endif
