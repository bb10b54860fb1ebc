/* What generated code, kernels and Go agree on: the numbers of runtime/abi, compared with them by a test there. Where
   structs lie at them is asserted beside each struct. */
#ifndef SLP_ABI_H
#define SLP_ABI_H
#include <stddef.h>

enum {
	/* statuses of entry points */
	SLP_DONE = 0,
	SLP_HOST = 6,
	SLP_STOPPED = 8,
	SLP_ENOUGH = 9,
	SLP_NO_MEMORY = 10,
	/* the head of a segment's state */
	SLP_STATE_RESUME = 0,
	SLP_STATE_CURSOR = 8,
	SLP_STATE_STOP = 16,
	SLP_STATE_VECTOR = 48,
	SLP_STATE_ROWS_IN = 80,
	/* strings, arenas, cursors of columns, vectors */
	SLP_STR_SIZE = 16,
	SLP_STR_INLINE = 12,
	SLP_ARENA_SIZE = 32,
	SLP_COL_CURSOR_SIZE = 192,
	SLP_VECTOR_ROWS = 1024,
	/* slp_table, slp_join */
	SLP_TABLE_DIR = 0,
	SLP_TABLE_MASK = 8,
	SLP_TABLE_NEXT = 16,
	SLP_TABLE_END = 24,
	SLP_TABLE_COUNT = 32,
	SLP_TABLE_LIMIT = 40,
	SLP_TABLE_PAGE = 48,
	SLP_TABLE_INIT = 56,
	SLP_TABLE_CUT = 64,
	SLP_JOIN_DIR = 0,
	SLP_JOIN_SHIFT = 8,
	SLP_JOIN_COUNT = 16,
	/* pages */
	SLP_PAGE_SIZE = 262144,
	SLP_PAGE_SHIFT = 12,
	SLP_PAGE_MASK = 4032,
	SLP_PAGE_ROWS = 4096,
	SLP_PAGE_BASE = 32,
	SLP_PAGE_HEAP_MAX = 8388608,
};

#define SLP_AT(type, field, offset) _Static_assert(offsetof(type, field) == (offset), #type "." #field)
#endif
