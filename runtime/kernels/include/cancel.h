/* Which query's code this thread runs, for kernels that may be long at one row. */
#ifndef SLP_CANCEL_H
#define SLP_CANCEL_H
#include <stddef.h>
#include <stdint.h>

/* The query's cancel word; NULL: none. Set by whoever calls generated code. */
extern __thread const volatile int32_t *slp_cancel_word;

/* Kernels whose work is more than linear in their arguments ask this every few thousand steps. If so, any result will
   do: nobody sees it. */
static inline int slp_unwanted(void) { return slp_cancel_word && *slp_cancel_word; }
#endif
