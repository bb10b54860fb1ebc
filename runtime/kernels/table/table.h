/* Tables made while a query runs: an instance's part of a join, aggregate or sort table. */
#ifndef SLP_TABLE_H
#define SLP_TABLE_H
#include "../include/abi.h"
#include "../include/page.h"
#include <stdbool.h>

/* Offsets are stated in runtime/abi (Table…): generated code reads and writes these fields. */
typedef struct slp_table {
	uint64_t *dir;  /* aggregate: entry address | tag << 48, 0 free */
	uint64_t mask;  /* slots - 1 */
	uint8_t *next;  /* next free entry, in pages[at] */
	uint8_t *end;   /* end of that page's entries, or of those it may have by now */
	int64_t count;  /* entries */
	int64_t limit;  /* GROW before there are more: for so many there are slots and pages */
	slp_page *page; /* pages[at]; an empty head if there is none yet */
	uint8_t *init;  /* a fresh group's bytes; owned */
	uint64_t cut; /* first eight bytes (big endian) of the last key that a top-N still wants */
	slp_page **pages; /* those before at are full, those behind it spare */
	int64_t npages, cappages, at;
	int64_t esize, per; /* bytes an entry, entries a page */
	int64_t strings;    /* bytes, of the pages before at */
	int64_t start;      /* entries for which the first page is counted at first */
	struct slp_heap { uint8_t *base; int64_t bytes; } *heaps; /* of pages that are gone: slp_table_drop_rows */
	int64_t nheaps;
	int64_t dirbytes;
	slp_account *account; /* all of the table's memory is counted there */
	uint8_t kind; /* 0: entries only, 1: with a directory */
	const volatile int32_t *cancel; /* not 0: growing, sorting and sealing give up, as if memory were out; may be NULL */
} slp_table;
SLP_AT(slp_table, dir, SLP_TABLE_DIR);
SLP_AT(slp_table, mask, SLP_TABLE_MASK);
SLP_AT(slp_table, next, SLP_TABLE_NEXT);
SLP_AT(slp_table, end, SLP_TABLE_END);
SLP_AT(slp_table, count, SLP_TABLE_COUNT);
SLP_AT(slp_table, limit, SLP_TABLE_LIMIT);
SLP_AT(slp_table, page, SLP_TABLE_PAGE);
SLP_AT(slp_table, init, SLP_TABLE_INIT);
SLP_AT(slp_table, cut, SLP_TABLE_CUT);

/* What asks the account for memory returns NULL or -1 when it is refused. */
slp_table *slp_table_new(slp_account *account, int64_t esize, bool directory, int64_t start, const uint8_t *init);
void slp_table_free(slp_table *t);
/* Asked every SLP_PIECE entries: some milliseconds, even if each of them touches a fresh page. */
enum { SLP_PIECE = 1 << 10 };
static inline bool slp_canceled(const slp_table *t) { return t->cancel && *t->cancel; }
/* Room for n more entries; doubles the directory as needed. 0: fine, -1: out of memory or canceled. */
int slp_table_grow(slp_table *t, int64_t n);
/* The first entry of the next page: there is one, and the present page is full. Generated code calls it. */
uint8_t *slp_table_turn(slp_table *t);
/* An entry that the caller counts and fills. There is room for it. */
uint8_t *slp_table_add(slp_table *t);
/* Page i's entries. */
int64_t slp_table_page(const slp_table *t, int64_t i, uint8_t **base);
/* Takes away the first page with the entries that it has, of a table without a directory. The page is the caller's, its
   memory stays counted on the table's account. NULL: there is none with entries. */
slp_page *slp_table_detach(slp_table *t);
/* Takes over a page of such entries, and what it is counted, of a table without a directory that gets no others.
   -1: out of memory, and the page is the caller's still. */
int slp_table_adopt(slp_table *t, slp_page *p);
/* No entry will be added: frees what is spare. */
void slp_table_end(slp_table *t);
/* Frees all entries but not their strings, which stay where they are until the table is freed. -1: out of memory. */
int slp_table_drop_rows(slp_table *t);

/* A sealed join table: entries sorted by slot, contiguous, behind a directory whose
   words hold the end of a slot's entries and a 16-bit Bloom tag of their hashes. */
typedef struct slp_join {
	uint64_t *dir; /* dir[-1] exists */
	uint64_t shift;
	int64_t count;
	uint64_t *alloc;
	uint8_t *entries;
	int64_t dirbytes, bytes; /* of alloc, of entries */
	slp_account *account;
} slp_join;
SLP_AT(slp_join, dir, SLP_JOIN_DIR);
SLP_AT(slp_join, shift, SLP_JOIN_SHIFT);
SLP_AT(slp_join, count, SLP_JOIN_COUNT);

/* An entry on its way into a join table. */
typedef struct slp_ref {
	uint64_t hash;
	uint8_t *entry;
} slp_ref;

/* A join table that is being made, in steps: those of each kind may run beside each other, and all of one kind are
   through before those of the next begin. Every entry of the parts belongs to a partition, a stretch of slots.

   begin ─► count (each part) ─► divide ─► scatter (each part) ─► place (each partition) ─► end */
typedef struct slp_seal {
	slp_join *join;
	slp_table **parts;
	int64_t nparts, esize;
	const int64_t *strs;
	int64_t nstrs, slots;
	int64_t bits; /* the partitions are 1 << bits */
	int64_t *at;  /* by part and partition: how many entries, then where the next reference goes */
	slp_ref *refs;
	slp_account *account;
} slp_seal;

/* Entries' strings, at the offsets strs, get addresses: they are those of the parts, which must live as long as the
   table. parts and strs are read until the end. NULL: out of memory. -1: canceled. */
slp_seal *slp_seal_begin(slp_account *account, slp_table **parts, int64_t nparts, int64_t esize, const int64_t *strs,
	int64_t nstrs);
int slp_seal_count(slp_seal *s, int64_t part);
void slp_seal_divide(slp_seal *s);
int slp_seal_scatter(slp_seal *s, int64_t part);
int slp_seal_place(slp_seal *s, int64_t partition);
/* Gives the table, or, if it is not whole, frees it and gives NULL. */
slp_join *slp_seal_end(slp_seal *s, bool whole);
void slp_join_free(slp_join *j);
/* The 8-byte words at off of all entries: the least and the greatest, and, if out is not NULL, all of them. */
void slp_join_words(const slp_join *j, int64_t esize, int64_t off, int64_t *lo, int64_t *hi, int64_t *out);
/* The strings at off of the entries, without trailing blanks, up to keep bytes (at most 255) of each. Each takes
   1 + keep bytes of out: its length, its bytes. */
void slp_join_texts(const slp_join *j, int64_t esize, int64_t off, int64_t keep, uint8_t *out);
/* Of them, which are some, one that is not behind the least, the greatest, and an empty one. heads: of those that an
   entry does not hold only the head is looked at, the first four bytes: the third is the greatest of these, the second
   of the others. */
void slp_join_ends(const slp_join *j, int64_t esize, int64_t off, int64_t keep, bool heads, uint8_t *out);
/* Sets the bits of all entries' hashes in a filter of 1 << (64 - shift) words (codegen/subop/sieve.go reads them). */
void slp_join_sieve(const slp_join *j, int64_t esize, uint64_t *words, int64_t shift);

/* Sorts a part's entries by their normalised keys (a Str at keyoff). keep > 0: only the
   first keep entries are wanted. Returns the array of entry addresses, *n long, which slp_sort_free frees; NULL: out of
   memory or canceled. */
uint8_t **slp_sort(slp_table *t, int64_t keyoff, int64_t keep, int64_t *n);
void slp_sort_free(slp_table *t, uint8_t **order);
/* Keeps only the first keep entries in order, and their strings, which are at the offsets strs (the key too): bounded
   memory for top-N. */
int slp_sort_trim(slp_table *t, int64_t keyoff, int64_t keep, const int64_t *strs, int64_t nstrs);
#endif
